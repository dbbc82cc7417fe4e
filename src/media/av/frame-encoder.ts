import { Frame, Packet, SoftwareResampleContext, type CodecContext } from 'node-av/lib';
import { AV_SAMPLE_FMT_FLT, AV_SAMPLE_FMT_FLTP, AVERROR_EAGAIN, AVERROR_EOF, type AVSampleFormat } from 'node-av/constants';
import { allocateAudio, avReason, floatPlanes, layoutOf } from './native.js';

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
  /** The newest packet, during `onPacket`; its reference is dropped afterwards. */
  readonly packet = new Packet();
  /** Samples that were NaN or infinite. */
  badSamples = 0;
  /** Samples that were above full scale. */
  clippedSamples = 0;

  readonly #context: CodecContext;
  readonly #channels: number;
  readonly #blockSamples: number;
  readonly #interleaved: boolean;
  /** Where samples gather: planar or interleaved float. */
  readonly #frame = new Frame();
  #planes: Float32Array[] = [];
  /** Present when the encoder wants another sample format than float. */
  readonly #converter: SoftwareResampleContext | undefined;
  readonly #converted: Frame | undefined;
  #filled = 0;
  #ptsSamples = 0;
  #closed = false;

  /** @param context an opened audio encoder; it stays its owner's. */
  constructor(context: CodecContext) {
    this.#context = context;
    this.#channels = context.channels;
    this.#blockSamples = context.frameSize || FREE_BLOCK_SAMPLES;
    const wanted = context.sampleFormat;
    this.#interleaved = wanted === AV_SAMPLE_FMT_FLT;
    this.packet.alloc();
    this.#frame.alloc();
    const own = this.#interleaved ? AV_SAMPLE_FMT_FLT : AV_SAMPLE_FMT_FLTP;
    this.#allocate(this.#frame, own);
    this.#planes = floatPlanes(this.#frame);
    if (wanted === own) return;
    this.#converted = new Frame();
    this.#converted.alloc();
    this.#allocate(this.#converted, wanted);
    this.#converter = createConverter(context, own, wanted);
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
    this.#receive(onPacket);
  }

  /**
   * Encodes the block another encoder encoded last, and throws the packets away, so that this one may go on where that one
   * stopped: its filters and predictions are then those of the same signal.
   */
  warmUpFrom(other: FrameEncoder): void {
    if (other.#blockSamples !== this.#blockSamples || other.#planes.length !== this.#planes.length) return;
    for (let c = 0; c < this.#planes.length; c++) this.#planes[c]!.set(other.#planes[c]!);
    this.#filled = this.#blockSamples;
    this.#encode(() => undefined);
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
    if (this.#channels === 1) {
      if (first === second) this.#copyPlane(first, from, this.#planes[0]!, this.#filled, 1, count);
      else this.#copyMean(first, second, from, this.#planes[0]!, this.#filled, count);
      return;
    }
    if (this.#interleaved) {
      this.#copyPlane(first, from, this.#planes[0]!, this.#filled * 2, 2, count);
      this.#copyPlane(second, from, this.#planes[0]!, this.#filled * 2 + 1, 2, count);
      return;
    }
    this.#copyPlane(first, from, this.#planes[0]!, this.#filled, 1, count);
    this.#copyPlane(second, from, this.#planes[1]!, this.#filled, 1, count);
  }

  #copyPlane(source: Float32Array, from: number, target: Float32Array, to: number, step: number, count: number): void {
    const end = from + count;
    for (let i = from, j = to; i < end; i++, j += step) {
      const sample = source[i]!;
      target[j] = sample >= -1 && sample <= 1 ? sample : this.#tamed(sample);
    }
  }

  #copyMean(left: Float32Array, right: Float32Array, from: number, target: Float32Array, to: number, count: number): void {
    for (let i = 0; i < count; i++) {
      const sample = (left[from + i]! + right[from + i]!) * 0.5;
      target[to + i] = sample >= -1 && sample <= 1 ? sample : this.#tamed(sample);
    }
  }

  #tamed(sample: number): number {
    if (!Number.isFinite(sample)) {
      this.badSamples++;
      return 0;
    }
    this.clippedSamples++;
    return sample > 0 ? 1 : -1;
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
    this.#receive(onPacket);
    if (frame === this.#frame && !frame.isWritable) {
      this.#allocate(frame, this.#interleaved ? AV_SAMPLE_FMT_FLT : AV_SAMPLE_FMT_FLTP);
      this.#planes = floatPlanes(frame);
    }
  }

  #receive(onPacket: () => void): void {
    const { packet } = this;
    for (;;) {
      const code = this.#context.receivePacketSync(packet);
      if (code === AVERROR_EAGAIN || code === AVERROR_EOF) return;
      this.#check(code);
      try {
        onPacket();
      } finally {
        packet.unref();
      }
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
