import { Ramp } from './ramp.js';
import { VECTOR_SAMPLES, vectorUnit } from './vector/vector-unit.js';

/** How much of each input side comes to each output side, as factors; negative ones turn the polarity round. */
export interface StereoGains {
  /** From left to left. */
  readonly leftToLeft: number;
  /** From left to right. */
  readonly leftToRight: number;
  /** From right to left. */
  readonly rightToLeft: number;
  /** From right to right. */
  readonly rightToRight: number;
}

/** Two channels made of two, with gains that get to a new value within 10 ms. */
export class StereoMatrix {
  readonly #ll = new Ramp(1);
  readonly #lr = new Ramp(0);
  readonly #rl = new Ramp(0);
  readonly #rr = new Ramp(1);
  readonly #ramps = [this.#ll, this.#lr, this.#rl, this.#rr];

  /** True when it stands still and changes nothing. */
  get identity(): boolean {
    return this.#settled && this.#ll.target === 1 && this.#lr.target === 0 && this.#rl.target === 0 && this.#rr.target === 1;
  }

  /** From now on has these gains; `atOnce` for a start. */
  set({ leftToLeft, leftToRight, rightToLeft, rightToRight }: StereoGains, atOnce: boolean): void {
    const wanted = [leftToLeft, leftToRight, rightToLeft, rightToRight];
    this.#ramps.forEach((ramp, k) => (atOnce ? ramp.jump(wanted[k]!) : ramp.to(wanted[k]!)));
  }

  /** Works on one block. The outputs may not be the inputs; left and right may be the same array. Does not {@link advance}. */
  run(left: Float32Array, right: Float32Array, outLeft: Float32Array, outRight: Float32Array): void {
    const n = left.length;
    if (!this.#settled) {
      mixByRamps(left, right, outLeft, this.#ll, this.#rl);
      mixByRamps(left, right, outRight, this.#lr, this.#rr);
      return;
    }
    for (let at = 0; at < n; at += VECTOR_SAMPLES) {
      const count = Math.min(VECTOR_SAMPLES, n - at);
      vectorUnit.loadA(left, at, count);
      vectorUnit.loadB(right, at, count);
      vectorUnit.mix(count, this.#ll.target, this.#rl.target);
      vectorUnit.store(outLeft, at, count);
      vectorUnit.mix(count, this.#lr.target, this.#rr.target);
      vectorUnit.store(outRight, at, count);
    }
  }

  /** Moves on by `samples`, whether they were run or not. */
  advance(samples: number): void {
    for (const ramp of this.#ramps) ramp.advance(samples);
  }

  get #settled(): boolean {
    return this.#ll.settled && this.#lr.settled && this.#rl.settled && this.#rr.settled;
  }
}

function mixByRamps(a: Float32Array, b: Float32Array, out: Float32Array, gainA: Ramp, gainB: Ramp): void {
  const n = out.length;
  for (let i = 0; i < n; i++) out[i] = a[i]! * gainA.at(i + 1) + b[i]! * gainB.at(i + 1);
}
