import type { BiquadCoefficients } from './biquad.js';
import { FilterChain } from './filter-chain.js';
import { Ramp } from './ramp.js';

/** How long the old filter fades into the new, and how much of the past the new one has heard by then: 20 ms. */
const FADE_SAMPLES = 960;

/**
 * A chain of second-order filters that may be replaced by any other while it runs, without a click.
 *
 * Old and new run side by side for 20 ms and the one is faded into the other. The new one starts on the 20 ms before, which are kept for
 * that: it has settled when it is heard, so that a control that is dragged gives no gaps at low frequencies. A change that comes
 * during a fade waits for its end; of several, the last counts.
 */
export class ChangingFilter {
  #chain = new FilterChain([]);
  #next: FilterChain | undefined;
  #wanted: readonly BiquadCoefficients[] = [];
  readonly #arrived = new Ramp(1, FADE_SAMPLES);
  /** The last 20 ms that came in, of two channels. */
  readonly #past = [new Float32Array(FADE_SAMPLES), new Float32Array(FADE_SAMPLES)];
  readonly #discard = [new Float32Array(FADE_SAMPLES), new Float32Array(FADE_SAMPLES)];
  /** False while the past is all zero. */
  #heard = false;
  #scratch: Float32Array[] = [];

  /** True when nothing is filtered, now or soon: the signal may pass as it is, through {@link pass}. */
  get idle(): boolean {
    return this.#chain.length === 0 && !this.#next && this.#wanted.length === 0;
  }

  /** True when no sound is left in it: silence may pass as it is, through {@link pass}. */
  get empty(): boolean {
    return this.#chain.empty && (this.#next?.empty ?? true);
  }

  /** From now on filters by these sections. `at once` without a fade: for a start. */
  set(sections: readonly BiquadCoefficients[], atOnce: boolean): void {
    this.#wanted = sections;
    if (atOnce) this.#settle();
  }

  /** Filters one or two channels of the same length; `out` may not be `input`. */
  run(input: readonly Float32Array[], out: readonly Float32Array[]): void {
    this.#begin();
    const n = input[0]!.length;
    if (this.#chain.length === 0) out.forEach((plane, c) => plane.set(input[c]!));
    else this.#chain.run(input, out);
    if (this.#next) {
      const fresh = this.#scratchFor(out);
      if (this.#next.length === 0) fresh.forEach((plane, c) => plane.set(input[c]!));
      else this.#next.run(input, fresh);
      for (let c = 0; c < out.length; c++) fade(out[c]!, fresh[c]!, this.#arrived);
      this.#arrived.advance(n);
      if (this.#arrived.settled) this.#settled(this.#next);
    }
    this.#remember(input, n);
  }

  /**
   * Lets samples pass by unread: any when {@link idle} or not listened to, silent ones when {@link empty}. What comes next is then taken to come
   * after silence.
   */
  pass(): void {
    this.#settle();
    if (this.#heard) for (const past of this.#past) past.fill(0);
    this.#heard = false;
  }

  /** Starts the way to what is wanted, unless one is under way. */
  #begin(): void {
    if (this.#next || this.#chain.has(this.#wanted)) return;
    this.#next = new FilterChain(this.#wanted);
    if (this.#next.length > 0) this.#next.run(this.#past, this.#discard);
    this.#arrived.jump(0);
    this.#arrived.to(1);
  }

  /** Is what is wanted at once. */
  #settle(): void {
    if (this.#next || !this.#chain.has(this.#wanted)) this.#settled(new FilterChain(this.#wanted));
  }

  #settled(chain: FilterChain): void {
    this.#chain = chain;
    this.#next = undefined;
    this.#arrived.jump(1);
  }

  #remember(input: readonly Float32Array[], n: number): void {
    this.#heard = true;
    for (let c = 0; c < 2; c++) {
      const past = this.#past[c]!;
      const plane = input[c] ?? input[0]!;
      if (n === FADE_SAMPLES) past.set(plane);
      else if (n > FADE_SAMPLES) past.set(plane.subarray(n - FADE_SAMPLES));
      else {
        past.copyWithin(0, n);
        past.set(plane, FADE_SAMPLES - n);
      }
    }
  }

  #scratchFor(out: readonly Float32Array[]): readonly Float32Array[] {
    const fits = this.#scratch.length === out.length && this.#scratch[0]!.length === out[0]!.length;
    if (!fits) this.#scratch = out.map(({ length }) => new Float32Array(length));
    return this.#scratch;
  }
}

/** `out` becomes `next` as the ramp rises. */
function fade(out: Float32Array, next: Float32Array, arrived: Ramp): void {
  const n = out.length;
  for (let i = 0; i < n; i++) {
    const share = arrived.at(i + 1);
    out[i] = (1 - share) * out[i]! + share * next[i]!;
  }
}
