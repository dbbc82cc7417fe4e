import { SAMPLE_RATE } from '../format.js';

/** How long a changed parameter takes to arrive: 10 ms, short enough to feel instant and long enough not to click. */
export const RAMP_SAMPLES = SAMPLE_RATE / 100;

/**
 * A number that goes to its target in a straight line of a fixed number of samples.
 *
 * Each value is computed from the line's ends and the sample's place on it, never from the value before, so that the same
 * samples come out bit for bit whatever the frame size.
 */
export class Ramp {
  #from: number;
  #to: number;
  #done: number;
  readonly #length: number;

  /**
   * @param value where it stands at first.
   * @param samples how long each way takes; default 10 ms.
   */
  constructor(value: number, samples: number = RAMP_SAMPLES) {
    this.#from = value;
    this.#to = value;
    this.#length = samples;
    this.#done = samples;
  }

  /** Where it is going, or stands. */
  get target(): number {
    return this.#to;
  }

  /** Where it is now: what the last sample got. */
  get value(): number {
    return this.at(0);
  }

  /** True when it stands at its target. */
  get settled(): boolean {
    return this.#done >= this.#length;
  }

  /** Starts towards a new target from wherever it is. The same target again changes nothing. */
  to(target: number): void {
    if (target === this.#to) return;
    this.#from = this.value;
    this.#to = target;
    this.#done = 0;
  }

  /** Stands at `value` at once. */
  jump(value: number): void {
    this.#from = value;
    this.#to = value;
    this.#done = this.#length;
  }

  /** The value of the `k`-th sample from now; the next one is 1. */
  at(k: number): number {
    const place = this.#done + k;
    return place >= this.#length ? this.#to : this.#from + ((this.#to - this.#from) * place) / this.#length;
  }

  /** Moves on by `samples`. */
  advance(samples: number): void {
    this.#done = Math.min(this.#length, this.#done + samples);
  }
}
