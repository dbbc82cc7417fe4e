import { SampleQueue } from './sample-queue.js';

/** Taps at ratios up to 1, and phases in the table, between which it is interpolated. */
const TAPS = 24;
const PHASES = 256;

/** Where the pass band ends, as a share of half the lower rate. */
const PASS = 0.92;

/**
 * Changes the rate of sound by any ratio, which may change at any moment: band-limited interpolation with a table of windowed sines
 * (J. O. Smith, "Digital Audio Resampling", CCRMA 1984), Kaiser window, linear between its 256 phases. Above ratio 1 the
 * filter is made longer, so that nothing folds back.
 *
 * At ratio 1, from a whole sample on, it gives what it got, to the bit.
 */
export class VariableResampler {
  /** What comes in. */
  readonly input: SampleQueue;
  #ratio = 1;
  #half = TAPS / 2;
  #table: Float32Array;
  /** Place of the next output sample between the input queue's samples `half - 1` and `half`. */
  #fraction = 0;

  constructor(channels: number) {
    this.input = new SampleQueue(channels, 16_384);
    this.#table = tableFor(1);
    this.input.pushSilence(this.#half - 1);
  }

  /** Input samples used for one output sample. */
  get ratio(): number {
    return this.#ratio;
  }

  set ratio(ratio: number) {
    if (ratio === this.#ratio) return;
    this.#ratio = ratio;
    const half = halfOf(ratio);
    this.#table = tableFor(ratio);
    // The next output sample stays where it is while the filter around it grows or shrinks.
    if (half > this.#half) this.#lead(half - this.#half);
    else this.input.drop(this.#half - half);
    this.#half = half;
  }

  /** Input samples that are needed beyond an output sample's own place. */
  get lookahead(): number {
    return this.#half;
  }

  /** Samples of input not yet passed by. */
  get waiting(): number {
    return this.input.length - (this.#half - 1) - this.#fraction;
  }

  /** Forgets everything. */
  reset(): void {
    this.input.clear();
    this.input.pushSilence(this.#half - 1);
    this.#fraction = 0;
  }

  /** Writes at most `count` samples from index `to` of `target` on; returns how many. */
  pull(target: readonly Float32Array[], to: number, count: number): number {
    const { input } = this;
    const half = this.#half;
    const available = input.length - 2 * half - this.#fraction;
    const n = available < 0 ? 0 : Math.min(count, Math.floor(available / this.#ratio) + 1);
    if (n <= 0) return 0;
    if (this.#ratio === 1 && this.#fraction === 0) {
      const from = input.start + half - 1;
      target.forEach((plane, c) => plane.set(input.planes[c]!.subarray(from, from + n), to));
    } else this.#interpolate(target, to, n);
    const end = this.#fraction + n * this.#ratio;
    const passed = Math.floor(end);
    input.drop(passed);
    this.#fraction = end - passed;
    return n;
  }

  #interpolate(target: readonly Float32Array[], to: number, count: number): void {
    const table = this.#table;
    const taps = 2 * this.#half;
    const { start, planes } = this.input;
    const left = planes[0]!;
    const right = planes[1];
    const outLeft = target[0]!;
    const outRight = target[1];
    const fraction = this.#fraction;
    const ratio = this.#ratio;
    for (let i = 0; i < count; i++) {
      const at = fraction + i * ratio;
      const whole = Math.floor(at);
      const phase = (at - whole) * PHASES;
      const row = Math.floor(phase);
      const share = phase - row;
      const a = row * taps;
      const b = a + taps;
      const from = start + whole;
      let l = 0;
      let r = 0;
      if (right && outRight) {
        for (let k = 0; k < taps; k++) {
          const low = table[a + k]!;
          const weight = low + (table[b + k]! - low) * share;
          l += weight * left[from + k]!;
          r += weight * right[from + k]!;
        }
        outRight[to + i] = r;
      } else {
        for (let k = 0; k < taps; k++) {
          const low = table[a + k]!;
          l += (low + (table[b + k]! - low) * share) * left[from + k]!;
        }
      }
      outLeft[to + i] = l;
    }
  }

  /** Puts zeros before what waits: they stand for sound that has been let go, a fraction of a millisecond. */
  #lead(count: number): void {
    const { input } = this;
    const waiting = input.planes.map((plane) => plane.slice(input.start, input.start + input.length));
    input.clear();
    input.pushSilence(count);
    input.push(waiting, 0, waiting[0]!.length);
  }
}

/** The filter's length to either side: above ratio 1 longer, as its pass band is narrower. */
function halfOf(ratio: number): number {
  return Math.ceil((TAPS / 2) * Math.max(1, ratio));
}

const tables = new Map<number, Float32Array>();

/** Rows of taps for each phase, and one more, so that the last can be interpolated too. */
function tableFor(ratio: number): Float32Array {
  const cut = ratio <= 1 ? 1 : Math.round((1 / ratio) * 4096) / 4096;
  const half = halfOf(ratio);
  const key = ratio <= 1 ? 1 : half + cut;
  const known = tables.get(key);
  if (known) return known;
  const table = new Float32Array((PHASES + 1) * 2 * half);
  for (let phase = 0; phase <= PHASES; phase++) {
    let sum = 0;
    const row = table.subarray(phase * 2 * half, (phase + 1) * 2 * half);
    for (let k = 0; k < 2 * half; k++) {
      const x = k - (half - 1) - phase / PHASES;
      row[k] = sinc(PASS * cut * x) * kaiser(x / half);
      sum += row[k]!;
    }
    // Exactly the same level for a constant at every phase.
    for (let k = 0; k < 2 * half; k++) row[k]! /= sum;
  }
  if (tables.size > 20) tables.clear();
  tables.set(key, table);
  return table;
}

function sinc(x: number): number {
  return Math.abs(x) < 1e-9 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** J. F. Kaiser's window, β = 8: side lobes below −80 dB. `x` from −1 to 1. */
function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel0(8 * Math.sqrt(1 - x * x)) / bessel0(8);
}

/** The modified Bessel function of order 0, by its series. */
function bessel0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
