import { Packet as NativePacket, type CodecContext } from 'node-av/lib';
import { AV_PICTURE_TYPE_I, AV_PICTURE_TYPE_NONE, AVERROR_EAGAIN, AVERROR_EOF } from 'node-av/constants';
import { avReason } from '../native.js';
import { openVideoEncoder, setRate, VIDEO_TICKS, type VideoEncoderOptions } from './open-encoder.js';
import { giveFrame, takeFrame, type Picture } from './picture.js';

/** Takes what an encoder gives: its packet, of use during the call only, with its times on the clock of the pictures. */
export type TakeVideoPacket = (packet: NativePacket, ptsUs: number, dtsUs: number) => void;

/** What a picture is encoded as. */
export interface EncodeRequest {
  readonly picture: Picture;
  /** Its time; later than that of the one before. */
  readonly ptsUs: number;
  /** Whether it must be a key frame. */
  readonly key: boolean;
}

/**
 * A running video encoder. Its sync and its async calls do the same; do not mix them. Close it.
 *
 * **Bit rate.** x264 takes another one while it runs. FFmpeg's libvpx does not, so time is told to it faster or slower than it is: the
 * bits of a second are the same, the seconds are not. Beyond a factor of four its buffer would be too lax, and it is opened anew.
 */
export class VideoEncoder {
  readonly options: VideoEncoderOptions;
  #context: CodecContext;
  #rateKbps: number;
  /** The rate it was opened with. */
  #openedKbps: number;
  readonly #packet = new NativePacket();
  /** When pictures that are in the encoder are shown, in µs, by their time stamp in it. */
  readonly #times = new Map<bigint, number>();
  #tick = 0n;
  #lastUs = -1;
  #firstUs = 0;
  #closed = false;

  private constructor(context: CodecContext, options: VideoEncoderOptions) {
    this.#context = context;
    this.options = options;
    this.#rateKbps = options.bitrateKbps;
    this.#openedKbps = options.bitrateKbps;
    this.#packet.alloc();
  }

  /** Opens one. @throws as {@link openVideoEncoder}. */
  static async open(options: VideoEncoderOptions): Promise<VideoEncoder> {
    return new VideoEncoder(await openVideoEncoder(options), options);
  }

  /** The native context: for a muxer that needs its header. */
  get context(): CodecContext {
    return this.#context;
  }

  /** The present bit rate in kbit/s. */
  get bitrateKbps(): number {
    return this.#rateKbps;
  }

  /** Changes the bit rate from the next picture on. */
  setBitrate(kbps: number): void {
    this.#rateKbps = kbps;
    if (this.options.codec === 'h264') setRate(this.#context, 'h264', kbps, this.options.purpose);
  }

  /** Encodes a picture on this thread. @throws Error when the encoder fails. */
  encodeSync(request: EncodeRequest, take: TakeVideoPacket): void {
    const frame = this.#prepare(request);
    const code = this.#context.sendFrameSync(frame);
    giveFrame(frame);
    check(code);
    while (this.#received(this.#context.receivePacketSync(this.#packet), take));
  }

  /** As {@link encodeSync}, in FFmpeg's threads. One at a time. */
  async encode(request: EncodeRequest, take: TakeVideoPacket): Promise<void> {
    await this.#reopenIfLax();
    const frame = this.#prepare(request);
    let code: number;
    try {
      code = await this.#context.sendFrame(frame);
    } finally {
      giveFrame(frame);
    }
    check(code);
    // In a call there is one packet for each picture: to ask for another would cost a job.
    do if (!this.#received(await this.#context.receivePacket(this.#packet), take)) return;
    while (this.options.purpose !== 'realtime');
  }

  /** Gives what the encoder holds back. Nothing can be encoded afterwards. */
  flushSync(take: TakeVideoPacket): void {
    check(this.#context.sendFrameSync(null));
    while (this.#received(this.#context.receivePacketSync(this.#packet), take));
  }

  /** As {@link flushSync}, in FFmpeg's threads. */
  async flush(take: TakeVideoPacket): Promise<void> {
    check(await this.#context.sendFrame(null));
    while (this.#received(await this.#context.receivePacket(this.#packet), take));
  }

  /** Frees everything. Not while one of its promises is pending. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#context.freeContext();
    this.#packet.free();
  }

  /** How much faster than it is time is told to the encoder. */
  get #pace(): number {
    return this.options.codec === 'h264' ? 1 : this.#rateKbps / this.#openedKbps;
  }

  async #reopenIfLax(): Promise<void> {
    const pace = this.#pace;
    if ((pace <= 4 && pace >= 0.25) || this.options.purpose !== 'realtime') return;
    const fresh = await openVideoEncoder({ ...this.options, bitrateKbps: this.#rateKbps });
    this.#context.freeContext();
    this.#context = fresh;
    this.#openedKbps = this.#rateKbps;
    this.#times.clear();
  }

  #prepare({ picture, ptsUs, key }: EncodeRequest) {
    const frame = takeFrame();
    frame.ref(picture.native);
    const { frameRate } = this.options;
    if (this.#lastUs < 0) this.#firstUs = ptsUs;
    const sinceUs = this.#lastUs < 0 ? 0 : Math.max(1, ptsUs - this.#lastUs);
    // At a steady pace exact stamps, so that nothing adds up.
    const exact = BigInt(Math.round(((ptsUs - this.#firstUs) * VIDEO_TICKS) / 1e6));
    const paced = this.#tick + BigInt(Math.max(1, Math.round((sinceUs * VIDEO_TICKS * this.#pace) / 1e6)));
    const steady = this.options.codec === 'h264' || this.options.purpose !== 'realtime';
    this.#tick = steady ? (this.#lastUs < 0 || exact > this.#tick ? exact : this.#tick + 1n) : this.#lastUs < 0 ? 0n : paced;
    this.#lastUs = ptsUs;
    frame.pts = this.#tick;
    frame.duration = BigInt(Math.max(1, Math.round((VIDEO_TICKS / frameRate) * this.#pace)));
    frame.pictType = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    this.#times.set(this.#tick, ptsUs);
    return frame;
  }

  #received(code: number, take: TakeVideoPacket): boolean {
    if (code === AVERROR_EAGAIN || code === AVERROR_EOF) return false;
    check(code);
    const packet = this.#packet;
    const ptsUs = this.#times.get(packet.pts) ?? this.#lastUs;
    this.#times.delete(packet.pts);
    const behindUs = Math.round((Number(packet.pts - packet.dts) * 1e6) / VIDEO_TICKS);
    take(packet, ptsUs, ptsUs - behindUs);
    packet.unref();
    return true;
  }
}

function check(code: number): void {
  if (code < 0 && code !== AVERROR_EOF) throw new Error(`the encoder failed: ${avReason(code)}`);
}
