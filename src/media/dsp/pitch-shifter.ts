import { Timescale } from './timescale.js';

/** Splices every 20 ms keep the delay short. */
const HOP = 960;

/** Samples that {@link PitchShifter} holds back at any pitch from half to double: 41.25 ms. */
export const PITCH_DELAY_SAMPLES = 1980;

/** Shifts the pitch of a stream, as many samples out as in, late by {@link PITCH_DELAY_SAMPLES}. */
export class PitchShifter {
  readonly #timescale: Timescale;
  /** Silence still to be given before the first sample. */
  #before = PITCH_DELAY_SAMPLES;

  /** @param channels 1 or 2. @param factor pitch out over pitch in, from 0.5 to 2. */
  constructor(channels: number, factor: number) {
    this.#timescale = new Timescale(channels, { hopSamples: HOP });
    this.factor = factor;
  }

  /** Pitch out over pitch in; takes effect within 20 ms, without a click. */
  get factor(): number {
    return this.#timescale.factors.pitch;
  }

  set factor(pitch: number) {
    this.#timescale.factors = { speed: 1, pitch, rate: 1 };
  }

  /** Takes `count` samples and writes as many. */
  run(input: readonly Float32Array[], output: readonly Float32Array[], count: number): void {
    this.#timescale.push(input, count);
    const silence = Math.min(this.#before, count);
    this.#before -= silence;
    let at = silence;
    at += this.#timescale.pull(output, silence, count - silence);
    for (const plane of output) {
      plane.fill(0, 0, silence);
      // A change of the factor may cost a sample or two of the reserve.
      if (at < count) plane.fill(plane[at - 1] ?? 0, at, count);
    }
  }
}
