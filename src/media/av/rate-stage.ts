import { Frame } from 'node-av/lib';
import { AV_SAMPLE_FMT_FLTP } from 'node-av/constants';
import { SAMPLE_RATE } from '../format.js';
import { allocateAudio, floatPlanes } from './native.js';
import { Resampler } from './resampler.js';

/** Samples per native call; longer input goes in pieces. */
const PIECE = 960;

/** Receives resampled planes, valid for the first `count` samples and until the next call. */
export type TakePlanes = (planes: readonly Float32Array[], count: number) => void;

/** 48 kHz planes in, planes at another rate out: for encoders that do not take 48 kHz. */
export class RateStage {
  readonly #frame = new Frame();
  readonly #resampler: Resampler;
  #planes: Float32Array[];

  /** @param sampleRateHz the rate wanted. @param channels channels in and out. */
  constructor(sampleRateHz: number, channels: number) {
    this.#frame.alloc();
    allocateAudio(this.#frame, AV_SAMPLE_FMT_FLTP, SAMPLE_RATE, channels, PIECE);
    this.#planes = floatPlanes(this.#frame);
    this.#resampler = new Resampler(sampleRateHz, channels);
  }

  /** Resamples `count` samples; one plane feeds every channel, of two a single channel gets the mean. */
  push(planes: readonly Float32Array[], count: number, take: TakePlanes): void {
    for (let from = 0; from < count; from += PIECE) {
      const length = Math.min(PIECE, count - from);
      this.#fill(planes, from, length);
      this.#frame.nbSamples = length;
      const got = this.#resampler.convert(this.#frame);
      if (got > 0) take(this.#resampler.planes, got);
    }
  }

  /** Gives what is held back. */
  drain(take: TakePlanes): void {
    const got = this.#resampler.drain();
    if (got > 0) take(this.#resampler.planes, got);
  }

  /** Frees native memory. */
  close(): void {
    this.#planes = [];
    this.#resampler.close();
    this.#frame.free();
  }

  #fill(planes: readonly Float32Array[], from: number, length: number): void {
    const mixDown = this.#planes.length === 1 && planes.length > 1;
    for (let c = 0; c < this.#planes.length; c++) {
      const source = planes[c] ?? planes[0]!;
      const other = mixDown ? planes[1]! : source;
      const target = this.#planes[c]!;
      for (let i = 0; i < length; i++) {
        const sample = (source[from + i]! + other[from + i]!) * 0.5;
        // Here and not only in the encoder: a NaN inside the resampler's filter would spoil its neighbours.
        target[i] = sample - sample === 0 ? sample : 0;
      }
    }
  }
}
