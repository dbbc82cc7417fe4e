import { Frame, Packet, SoftwareResampleContext, type CodecContext } from 'node-av/lib';
import { AV_SAMPLE_FMT_FLT, AV_SAMPLE_FMT_FLTP, AVERROR_EAGAIN, AVERROR_EOF, type AVSampleFormat } from 'node-av/constants';
import { averageSafely, copySafely, interleaveSafely, type Damage } from './encoder-input.js';
import { allocateAudio, avReason, floatPlanes, layoutOf } from './native.js';
import { preSkipOf } from './opus-head.js';

/** A block length for encoders that take any. */
const FREE_BLOCK_SAMPLES = 1024;

/**
 * Planar float samples in, native packets out, for one opened encoder of any sample format; synchronous, with one frame and
 * one packet that are used over and over. The native frame itself is where samples gather until the encoder's block is full,
 * so that a matching input is copied once and not twice.
 *
 * What goes in is made safe: NaN and infinity become 0, and what is louder than full scale is cut, both counted.
 */
export class FrameEncoder {
  /** The newest packet, during `onPacket`; the next one takes its place. */
  readonly packet = new Packet();
  /**
   * The newest packet's timestamp in samples, as its encoder set it, for those that give one packet per block; NaN for others.
   * Below 0 by the encoder's delay at first (RFC 7845 §4.2).
   */
  packetPtsSamples = NaN;
  /** What was wrong with the samples so far. */
  readonly damage: Damage = { bad: 0, clipped: 0 };

  readonly #context: CodecContext;
  readonly #oneToOne: boolean;
  readonly #channels: number;
  readonly #blockSamples: number;
  /** The format of the gathering frame: float, interleaved if the encoder wants that. */
  readonly #own: AVSampleFormat;
  /** Where samples gather: planar or interleaved float. */
  readonly #frame = new Frame();
  #planes: Float32Array[] = [];
  /** Present when the encoder wants another sample format than float. */
  readonly #converter: SoftwareResampleContext | undefined;
  readonly #converted: Frame | undefined;
  #filled = 0;
  #ptsSamples = 0;
  #closed = false;

  /**
   * @param context an opened audio encoder; it stays its owner's.
   * @param oneToOne true for libopus, which gives exactly one packet for each block at once: that saves asking whether there are
   * more, and whether it still holds the block.
   */
  constructor(context: CodecContext, oneToOne = false) {
    this.#context = context;
    this.#oneToOne = oneToOne;
    if (oneToOne) this.packetPtsSamples = -preSkipOf(context.extraData);
    this.#channels = context.channels;
    this.#blockSamples = context.frameSize || FREE_BLOCK_SAMPLES;
    const wanted = context.sampleFormat;
    this.packet.alloc();
    this.#frame.alloc();
    this.#own = wanted === AV_SAMPLE_FMT_FLT ? AV_SAMPLE_FMT_FLT : AV_SAMPLE_FMT_FLTP;
    this.#allocate(this.#frame, this.#own);
    this.#planes = floatPlanes(this.#frame);
    if (wanted === this.#own) return;
    this.#converted = new Frame();
    this.#converted.alloc();
    this.#allocate(this.#converted, wanted);
    this.#converter = createConverter(context, this.#own, wanted);
  }

  /** Samples that wait for their block to fill. */
  get pendingSamples(): number {
    return this.#filled;
  }

  /** The block length in samples. */
  get blockSamples(): number {
    return this.#blockSamples;
  }

  /**
   * Takes `count` samples from `planes`, from index `from` on, and calls `onPacket` for each packet that comes of it. One plane
   * feeds every channel; of two planes a mono encoder gets the mean.
   *
   * @throws Error when the encoder fails.
   */
  push(planes: readonly Float32Array[], from: number, count: number, onPacket: () => void): void {
    let done = 0;
    while (done < count) {
      const take = Math.min(count - done, this.#blockSamples - this.#filled);
      this.#copy(planes, from + done, take);
      this.#filled += take;
      done += take;
      if (this.#filled === this.#blockSamples) this.#encode(onPacket);
    }
  }

  /** Encodes what is left and empties the encoder. Nothing may be pushed afterwards. */
  flush(onPacket: () => void): void {
    if (this.#filled > 0) {
      this.#frame.nbSamples = this.#filled;
      this.#encode(onPacket);
    }
    this.#check(this.#context.sendFrameSync(null));
    this.#receive(onPacket, false);
  }

  /** Frees its native memory, not the encoder's context. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#planes = [];
    this.#converter?.free();
    this.#converted?.free();
    this.#frame.free();
    this.packet.free();
  }

  #allocate(frame: Frame, format: AVSampleFormat): void {
    allocateAudio(frame, format, this.#context.sampleRate, this.#channels, this.#blockSamples);
  }

  #copy(planes: readonly Float32Array[], from: number, count: number): void {
    const first = planes[0]!;
    const second = planes[1] ?? first;
    const [target, other] = this.#planes as [Float32Array, Float32Array | undefined];
    const at = this.#filled;
    if (this.#channels === 1) {
      if (first === second) copySafely(first, from, target, at, count, this.damage);
      else averageSafely(first, second, from, target, at, count, this.damage);
    } else if (other) {
      copySafely(first, from, target, at, count, this.damage);
      copySafely(second, from, other, at, count, this.damage);
    } else interleaveSafely(first, second, from, target, at, count, this.damage);
  }

  #encode(onPacket: () => void): void {
    let frame = this.#frame;
    if (this.#converter && this.#converted) {
      // An encoder may still hold the block before: it gets new memory then, instead of seeing its samples change.
      if (!this.#converted.isWritable) this.#allocate(this.#converted, this.#context.sampleFormat);
      this.#converted.nbSamples = this.#filled;
      this.#check(this.#converter.convertFrame(this.#converted, frame));
      frame = this.#converted;
    }
    frame.pts = BigInt(this.#ptsSamples);
    this.#ptsSamples += this.#filled;
    this.#filled = 0;
    this.#check(this.#context.sendFrameSync(frame));
    this.#receive(onPacket, this.#oneToOne);
    if (!this.#oneToOne && frame === this.#frame && !frame.isWritable) {
      this.#allocate(frame, this.#own);
      this.#planes = floatPlanes(frame);
    }
  }

  #receive(onPacket: () => void, once: boolean): void {
    const { packet } = this;
    for (;;) {
      const code = this.#context.receivePacketSync(packet);
      if (code === AVERROR_EAGAIN || code === AVERROR_EOF) return;
      this.#check(code);
      // Asking for the next packet lets go of this one.
      onPacket();
      this.packetPtsSamples += this.#blockSamples;
      if (once) return;
    }
  }

  #check(code: number): void {
    if (code < 0) throw new Error(`the encoder failed: ${avReason(code)}`);
  }
}

function createConverter(context: CodecContext, from: AVSampleFormat, to: AVSampleFormat): SoftwareResampleContext {
  const swr = new SoftwareResampleContext();
  const layout = layoutOf(context.channels);
  const code = swr.allocSetOpts2(layout, to, context.sampleRate, layout, from, context.sampleRate);
  if (code < 0 || swr.init() < 0) {
    swr.free();
    throw new Error("no conversion to the encoder's sample format");
  }
  return swr;
}
