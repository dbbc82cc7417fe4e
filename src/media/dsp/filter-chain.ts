import type { BiquadCoefficients } from './biquad.js';
import { VECTOR_SAMPLES, VECTOR_SECTIONS, vectorUnit } from './vector/vector-unit.js';

/** The most second-order sections a {@link FilterChain} takes. */
export const MOST_SECTIONS = VECTOR_SECTIONS;

/** A state below −240 dB is as good as nothing: this ends tails, and keeps denormal numbers, which are slow, out of the loop. */
const TINY = 1e-12;

/**
 * Second-order filters in a row, for one channel or for two at once.
 *
 * Both channels go through a section in the same instruction, and two sections share a loop: fifteen sections in stereo take a quarter
 * of what {@link Biquad} takes channel by channel, a single one half. Double precision throughout.
 */
export class FilterChain {
  readonly #sections: Float64Array;
  readonly #states: Float64Array;
  #empty = true;

  /**
   * @param sections in the order the signal meets them; each given as divided by a0.
   * @throws RangeError for more than {@link MOST_SECTIONS}.
   */
  constructor(sections: readonly BiquadCoefficients[]) {
    if (sections.length > MOST_SECTIONS)
      throw new RangeError(`FilterChain: ${sections.length} sections, at most ${MOST_SECTIONS}`);
    this.#sections = Float64Array.from(sections.flatMap(({ b0, b1, b2, a1, a2 }) => [b0, b1, b2, a1, a2]));
    this.#states = new Float64Array(sections.length * 4);
  }

  /** How many sections there are; with none the signal passes as it is. */
  get length(): number {
    return this.#states.length / 4;
  }

  /** True when no sound is left in it. */
  get empty(): boolean {
    return this.#empty;
  }

  /** True when it filters as one of these sections would. */
  has(sections: readonly BiquadCoefficients[]): boolean {
    const mine = this.#sections;
    if (sections.length !== this.length) return false;
    return sections.every(({ b0, b1, b2, a1, a2 }, k) => {
      const at = k * 5;
      return mine[at] === b0 && mine[at + 1] === b1 && mine[at + 2] === b2 && mine[at + 3] === a1 && mine[at + 4] === a2;
    });
  }

  /**
   * Filters one or two channels of the same length; `out` may be `input`. A channel that is not there is taken to be as the first one, so
   * that it goes on from there when it comes. A state that is not finite is reset.
   */
  run(input: readonly Float32Array[], out: readonly Float32Array[]): void {
    const left = input[0]!;
    const right = input[1] ?? left;
    const n = left.length;
    for (let at = 0; at < n; at += VECTOR_SAMPLES) {
      const count = Math.min(VECTOR_SAMPLES, n - at);
      vectorUnit.loadA(left, at, count);
      vectorUnit.loadB(right, at, count);
      vectorUnit.biquads(count, this.#sections, this.#states);
      vectorUnit.store(out[0]!, at, count);
      if (out.length > 1) vectorUnit.storeSecond(out[1]!, at, count);
    }
    this.#prune();
  }

  /** Resets what is not a number or too small to hear, by section and channel. */
  #prune(): void {
    const states = this.#states;
    let empty = true;
    for (let k = 0; k < states.length; k += 4) {
      for (let c = k; c < k + 2; c++) {
        const sum = Math.abs(states[c]!) + Math.abs(states[c + 2]!);
        if (sum > TINY && sum < Infinity) empty = false;
        else states[c] = states[c + 2] = 0;
      }
    }
    this.#empty = empty;
  }
}
