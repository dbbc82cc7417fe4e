import { Frame, SoftwareResampleContext } from 'node-av/lib';
import { AV_CHANNEL_LAYOUT_STEREO, AV_OPT_TYPE_DOUBLE, AV_SAMPLE_FMT_FLTP, type AVSampleFormat } from 'node-av/constants';
import { allocateAudio, avReason, floatPlanes, layoutOf, type ChannelLayout } from './native.js';

/** swr_convert_frame's answers when a frame's format differs from what it was set up for. */
const INPUT_CHANGED = -0x636e6701;
const OUTPUT_CHANGED = -0x636e6702;
const BOTH_CHANGED = INPUT_CHANGED | OUTPUT_CHANGED;

/** More than any decoder's frame needs; a bigger request comes from a damaged file. */
const MAX_OUTPUT_SAMPLES = 1 << 22;

/** The lowest and highest sample rate that is converted, in Hz; outside it a header is damaged or hostile. */
export const MIN_SAMPLE_RATE = 2_000;
export const MAX_SAMPLE_RATE = 768_000;

/** The most channels libswresample takes. */
export const MAX_CHANNELS = 64;

/**
 * Turns native audio frames of any format into planar float at one rate and channel count, in memory that stays the same
 * from call to call: after `convert` or `drain` the new samples are `planes[c][0 … count)`, until the next call.
 *
 * One copy, in native code; JavaScript sees the result through views made once. Downmixes are normalised, so that six loud
 * channels do not clip as two.
 */
export class Resampler {
  /** The newest output: one plane per channel, valid up to what the last call returned. */
  planes: Float32Array[] = [];

  readonly #rate: number;
  readonly #channels: number;
  #swr: SoftwareResampleContext | undefined;
  readonly #out = new Frame();
  #capacity = 0;
  #largestInput = 0;
  #assumedLayout: ChannelLayout | undefined;
  #closed = false;

  /** @param sampleRateHz the output's rate. @param channels the output's channels, 1 or 2. */
  constructor(sampleRateHz: number, channels: number) {
    this.#rate = sampleRateHz;
    this.#channels = channels;
    this.#out.alloc();
  }

  /** True when nothing has been converted since it was made or reset. */
  get idle(): boolean {
    return this.#swr === undefined;
  }

  /**
   * Converts one frame. Returns how many samples came out (0 is possible), or −1 when the frame's rate, format or layout
   * differs from before: then `drain()`, `reset()` and convert it again.
   *
   * @param samples the frame's length, if it is known already. @throws Error when the frame cannot be converted at all.
   */
  convert(frame: Frame, samples: number = frame.nbSamples): number {
    const fresh = this.#swr === undefined;
    const swr = (this.#swr ??= this.#build(frame));
    // swr_convert_frame compares layouts by name, so a frame that names no speakers needs the assumed ones every time.
    if (this.#assumedLayout) frame.channelLayout = this.#assumedLayout;
    if (samples > this.#largestInput) {
      this.#reserve(swr.getOutSamples(samples));
      this.#largestInput = samples;
    }
    const count = this.#run(swr, frame);
    if (count < 0 && fresh) throw new Error('audio of an unknown format');
    return count;
  }

  /** Gives what the resampler still holds back, at the end of a stream. Returns how many samples came out. */
  drain(): number {
    const swr = this.#swr;
    if (!swr) return 0;
    this.#reserve(Math.max(1, swr.getOutSamples(0)));
    return Math.max(0, this.#run(swr, null));
  }

  /** Forgets everything held back; the next frame sets it up anew. */
  reset(): void {
    this.#swr?.free();
    this.#swr = undefined;
    this.#largestInput = 0;
  }

  /** Frees all native memory. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.reset();
    this.planes = [];
    this.#out.free();
  }

  #run(swr: SoftwareResampleContext, frame: Frame | null): number {
    const out = this.#out;
    out.nbSamples = this.#capacity;
    const code = swr.convertFrame(out, frame);
    if (code >= 0) return out.nbSamples;
    if (code === INPUT_CHANGED || code === BOTH_CHANGED) return -1;
    throw new Error(avReason(code));
  }

  #reserve(samples: number): void {
    if (samples > MAX_OUTPUT_SAMPLES) throw new Error(`a frame of ${samples} samples`);
    if (samples <= this.#capacity) return;
    // Room to spare keeps small variations of a codec's frame length from allocating again.
    const capacity = Math.max(2048, Math.ceil(samples / 1024) * 1024);
    allocateAudio(this.#out, AV_SAMPLE_FMT_FLTP, this.#rate, this.#channels, capacity);
    this.#capacity = capacity;
    this.planes = floatPlanes(this.#out);
  }

  #build(frame: Frame): SoftwareResampleContext {
    const { sampleRate, channels } = frame;
    if (sampleRate < MIN_SAMPLE_RATE || sampleRate > MAX_SAMPLE_RATE) throw new Error(`a sample rate of ${sampleRate} Hz`);
    if (channels < 1 || channels > MAX_CHANNELS) throw new Error(`${channels} channels`);
    const swr = new SoftwareResampleContext();
    let layout = frame.channelLayout;
    const unnamed = layout.mask === 0n;
    if (unnamed) layout = assumedLayout(channels);
    this.#assumedLayout = unnamed ? layout : undefined;
    const from = frame.format as AVSampleFormat;
    let code = swr.allocSetOpts2(layoutOf(this.#channels), AV_SAMPLE_FMT_FLTP, this.#rate, layout, from, sampleRate);
    if (code >= 0) {
      swr.setOption('rematrix_maxval', 1, AV_OPT_TYPE_DOUBLE);
      // No speakers are known for such a count (9, 10, … in a file without a channel mask): even ones left, odd ones right.
      if (unnamed && layoutOf(channels).mask === 0n) swr.setMatrix(alternating(channels, this.#channels), channels);
      code = swr.init();
    }
    if (code < 0) {
      swr.free();
      throw new Error(`audio of ${channels} channels at ${sampleRate} Hz cannot be converted`);
    }
    return swr;
  }
}

function assumedLayout(channels: number): ChannelLayout {
  const usual = layoutOf(channels);
  if (usual.mask !== 0n) return usual;
  return { ...AV_CHANNEL_LAYOUT_STEREO, nbChannels: channels, mask: (1n << BigInt(channels)) - 1n };
}

function alternating(from: number, to: number): number[] {
  const matrix: number[] = [];
  for (let out = 0; out < to; out++) {
    for (let c = 0; c < from; c++) matrix.push(c % to === out ? 1 / Math.ceil(from / to) : 0);
  }
  return matrix;
}
