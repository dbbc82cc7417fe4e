import type { NodeContext } from '../../graph/context.js';
import { blankPicture } from '../../media/av/video/blank.js';
import type { Picture } from '../../media/av/video/picture.js';
import { CALL_MATRIX } from '../../media/av/video/open-encoder.js';
import { VideoEncoder, type TakeVideoPacket } from '../../media/av/video/video-encoder.js';
import type { Packet } from '../../media/packet.js';
import type { VideoFrame } from '../../media/video-frame.js';
import type { VideoEncodeOptions } from './video-encode-options.js';
import { FrameRateGate } from './frame-rate-gate.js';
import { VideoPipeline } from './video-pipeline.js';

/** A request for a key frame is obeyed at most so often, in microseconds: many receivers may ask at once. */
const KEY_EVERY_US = 300_000;

/** What the width and height of each size are divided by. */
const PARTS = { full: 1, half: 2, quarter: 4 } as const;

/** The encoding behind `encode.vp8` and `encode.h264`. */
export class VideoPacketizer {
  readonly #ctx: NodeContext;
  readonly #codec: 'vp8' | 'h264';
  readonly #emit: (packet: Packet) => void;
  readonly #fail: (reason: unknown) => void;
  readonly #gate: FrameRateGate;
  readonly #pipeline: VideoPipeline;
  readonly #packet: Packet;
  #options: VideoEncodeOptions;
  #encoder: VideoEncoder | undefined;
  #opening: Promise<void> | undefined;
  /** What the network takes, in kbit/s. */
  #limitKbps = Infinity;
  #keyWanted = false;
  #lastKeyUs = -Infinity;
  #lastUs = 0;
  #wired = true;
  #closed = false;

  /** @param emit gets each packet, valid during the call. @param fail told what broke. */
  constructor(
    ctx: NodeContext,
    codec: 'vp8' | 'h264',
    options: VideoEncodeOptions,
    emit: (packet: Packet) => void,
    fail: (reason: unknown) => void,
  ) {
    this.#ctx = ctx;
    this.#codec = codec;
    this.#options = options;
    this.#emit = emit;
    this.#fail = fail;
    this.#gate = new FrameRateGate(options.frameRate);
    const durationUs = Math.round(1e6 / options.frameRate);
    this.#packet = { kind: 'packet', codec, ptsUs: 0, durationUs, key: false, data: new Uint8Array(0) };
    this.#pipeline = new VideoPipeline(
      ctx,
      {
        now: (picture, ptsUs) => this.#encoder!.encodeSync(this.#request(picture, ptsUs), this.#take),
        later: (picture, ptsUs) => this.#encoder!.encode(this.#request(picture, ptsUs), this.#take),
      },
      fail,
    );
  }

  /** Takes new options. */
  set(options: VideoEncodeOptions): void {
    this.#options = options;
    this.#retune();
  }

  /** The receivers want a key frame. */
  wantKey(): void {
    this.#keyWanted = true;
  }

  /** The network takes so much, in kbit/s. */
  limit(kbps: number): void {
    this.#limitKbps = kbps;
    this.#retune();
  }

  /** Takes a frame. */
  take(frame: VideoFrame): void {
    if (this.#closed) return;
    if (!this.#gate.admits(frame.ptsUs)) return this.#ctx.count('dropped');
    this.#lastUs = frame.ptsUs;
    // Somebody begins to listen, such as when a changed graph is taken over: he can begin at a key frame only.
    const wired = this.#ctx.wired('video');
    if (wired && !this.#wired) this.#beginAnew();
    this.#wired = wired;
    if (!this.#opening) {
      this.#opening = this.#open(frame);
      this.#ctx.hold(this.#opening);
    }
    this.#pipeline.push(frame);
  }

  #beginAnew(): void {
    this.#keyWanted = true;
    this.#lastKeyUs = -Infinity;
  }

  /** No more frames come: encodes what waits, and a black picture behind the last where that is asked for. */
  async finish(): Promise<void> {
    await this.#opening;
    await this.#pipeline.drained();
    const encoder = this.#encoder;
    if (!encoder || this.#closed) return;
    if (this.#options.atEnd === 'black') {
      const black = blankPicture(encoder.options.width, encoder.options.height);
      const ptsUs = this.#lastUs + this.#packet.durationUs;
      try {
        if (this.#ctx.offline) encoder.encodeSync({ picture: black, ptsUs, key: false }, this.#take);
        else await encoder.encode({ picture: black, ptsUs, key: false }, this.#take);
      } catch (reason) {
        this.#fail(reason);
      } finally {
        black.release();
      }
    }
  }

  /** Frees everything, when nothing is in work. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#pipeline.close();
    await this.#opening;
    this.#encoder?.close();
    this.#encoder = undefined;
  }

  async #open({ width, height }: VideoFrame): Promise<void> {
    const { frameRate, keyFrameSec, effort, threads, fit } = this.#options;
    const part = PARTS[this.#options.size];
    const size = { width: this.#options.width ?? even(width / part), height: this.#options.height ?? even(height / part) };
    try {
      const encoder = await VideoEncoder.open({
        codec: this.#codec,
        ...size,
        frameRate,
        bitrateKbps: this.#rateKbps,
        keyFrameSec,
        purpose: 'realtime',
        effort,
        threads,
      });
      if (this.#closed) return encoder.close();
      this.#encoder = encoder;
      this.#ctx.emit({ type: 'video.opened', codec: this.#codec, ...size, bitrateKbps: Math.round(this.#rateKbps) });
      this.#pipeline.begin({ format: 'yuv420p', ...size, fit, matrix: CALL_MATRIX[this.#codec] });
    } catch (reason) {
      if (!this.#closed) this.#fail(reason);
    }
  }

  get #rateKbps(): number {
    return Math.max(30, Math.min(this.#options.bitrateKbps, this.#limitKbps));
  }

  #retune(): void {
    if (this.#encoder && this.#encoder.bitrateKbps !== this.#rateKbps) this.#encoder.setBitrate(this.#rateKbps);
  }

  #request(picture: Picture, ptsUs: number) {
    const key = this.#keyWanted && ptsUs - this.#lastKeyUs >= KEY_EVERY_US;
    if (key) this.#keyWanted = false;
    return { picture, ptsUs, key };
  }

  readonly #take: TakeVideoPacket = (native, ptsUs) => {
    if (this.#closed) return;
    const packet = this.#packet;
    packet.ptsUs = ptsUs;
    packet.key = native.isKeyframe;
    packet.data = native.data ?? new Uint8Array(0);
    if (packet.key) this.#lastKeyUs = ptsUs;
    this.#ctx.count('encoded');
    this.#emit(packet);
  };
}

/** Encoders of 4:2:0 want even sizes. */
function even(length: number): number {
  return Math.max(2, length - (length % 2));
}
