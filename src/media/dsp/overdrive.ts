import { HALF_BAND_DELAY, HalfBand } from './half-band.js';
import type { Ramp } from './ramp.js';
import { Waveshaper } from './waveshaper.js';

/** What an {@link Overdrive} delays low frequencies by, in samples: to twice the rate and back, and half a sample at that rate. */
export const OVERDRIVE_DELAY = HALF_BAND_DELAY + 0.25;

/**
 * Drives a channel into a clipping curve. The curve is applied at 96 kHz and averaged between samples (see {@link Waveshaper}), so
 * that what it makes above 24 kHz hardly comes back as false tones: a sine of 5 kHz driven to eight times full scale has them 50 dB
 * below itself, against 15 dB with the curve alone.
 */
export class Overdrive {
  readonly #up: HalfBand;
  readonly #shaper: Waveshaper;
  readonly #down: HalfBand;
  #driven = new Float64Array(0);
  #doubled = new Float64Array(0);
  #clipped = new Float64Array(0);
  #leaving = new Float64Array(0);

  /** @param like one to go on from. */
  constructor(like?: Overdrive) {
    this.#up = like ? like.#up.clone() : new HalfBand();
    this.#shaper = like ? like.#shaper.clone() : new Waveshaper();
    this.#down = like ? like.#down.clone() : new HalfBand();
  }

  /** True when it gives silence for silence. */
  get empty(): boolean {
    return this.#up.empty && this.#down.empty && this.#shaper.empty;
  }

  /** Drives `input` by a factor and clips it into `out`. `soft` 1 is soft, 0 hard. Does not advance the ramps. */
  run(input: Float32Array, drive: Ramp, soft: Ramp, out: Float32Array): void {
    const n = input.length;
    if (this.#driven.length !== n) {
      this.#driven = new Float64Array(n);
      this.#doubled = new Float64Array(2 * n);
      this.#clipped = new Float64Array(2 * n);
      this.#leaving = new Float64Array(2 * n);
    }
    if (drive.settled) for (let i = 0; i < n; i++) this.#driven[i] = input[i]! * drive.target;
    else for (let i = 0; i < n; i++) this.#driven[i] = input[i]! * drive.at(i + 1);
    this.#up.double(this.#driven, this.#doubled);
    this.#shaper.run(this.#doubled, soft.target === 1 ? 'soft' : 'hard', this.#clipped);
    if (!soft.settled) this.#leave(soft);
    this.#shaper.advance(this.#doubled);
    this.#down.halve(this.#clipped, out);
  }

  /** Fades from the other shape. */
  #leave(soft: Ramp): void {
    const clipped = this.#clipped;
    const leaving = this.#leaving;
    this.#shaper.run(this.#doubled, soft.target === 1 ? 'hard' : 'soft', leaving);
    for (let i = 0; i < clipped.length; i++) {
      const share = Math.abs(soft.target - soft.at((i >> 1) + 1));
      clipped[i] = (1 - share) * clipped[i]! + share * leaving[i]!;
    }
  }
}
