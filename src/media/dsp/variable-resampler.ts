import { PlanarQueue } from './planar-queue.js';

/** Taps at ratios up to 1, and phases in the table, between which it is interpolated. */
const TAPS = 24;
const PHASES = 256;

/** The highest ratio whose filter is as long as it should be; above it, some fold back. */
const MOST_RATIO = 16;

/** Samples that are kept once passed, for the longest filter's first half. */
const LEAD = (TAPS / 2) * MOST_RATIO;

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
  readonly input: PlanarQueue;
  #ratio = 1;
  #half = TAPS / 2;
  #table: Float32Array;
  /** Place of the next output sample between the input queue's samples `LEAD` and `LEAD + 1`. */
  #fraction = 0;

  constructor(channels: number) {
    this.input = new PlanarQueue(channels, 16_384);
    this.#table = tableFor(1);
    this.input.pushSilence(LEAD);
  }

  /** Input samples used for one output sample. */
  get ratio(): number {
    return this.#ratio;
  }

  set ratio(ratio: number) {
    if (ratio === this.#ratio) return;
    this.#ratio = ratio;
    this.#half = halfOf(ratio);
    this.#table = tableFor(ratio);
  }

  /** Input samples that are needed beyond an output sample's own place. */
  get lookahead(): number {
    return this.#half;
  }

  /** Samples of input not yet passed by. */
  get waiting(): number {
    return this.input.length - LEAD - this.#fraction;
  }

  /** Forgets everything; `past` is what came just before the next input, so that the sound goes on from it. */
  reset(past: readonly Float32Array[] = []): void {
    const { input } = this;
    const known = Math.min(LEAD, past[0]?.length ?? 0);
    input.clear();
    input.pushSilence(LEAD - known);
    if (known > 0) input.push(past, past[0]!.length - known, known);
    this.#fraction = 0;
  }

  /** Writes at most `count` samples from index `to` of `target` on; returns how many. */
  pull(target: readonly Float32Array[], to: number, count: number): number {
    const { input } = this;
    const half = this.#half;
    const available = input.length - LEAD - 1 - half - this.#fraction;
    const n = available < 0 ? 0 : Math.min(count, Math.floor(available / this.#ratio) + 1);
    if (n <= 0) return 0;
    if (this.#ratio === 1 && this.#fraction === 0) {
      const from = input.start + LEAD;
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
    const { planes } = this.input;
    const start = this.input.start + LEAD - (this.#half - 1);
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
      // Two sums for each, so that additions need not wait for each other.
      let l = 0;
      let l2 = 0;
      if (right && outRight) {
        let r = 0;
        let r2 = 0;
        for (let k = 0; k < taps; k += 2) {
          const low = table[a + k]!;
          const low2 = table[a + k + 1]!;
          const weight = low + (table[b + k]! - low) * share;
          const weight2 = low2 + (table[b + k + 1]! - low2) * share;
          l += weight * left[from + k]!;
          r += weight * right[from + k]!;
          l2 += weight2 * left[from + k + 1]!;
          r2 += weight2 * right[from + k + 1]!;
        }
        outRight[to + i] = r + r2;
      } else {
        for (let k = 0; k < taps; k += 2) {
          const low = table[a + k]!;
          const low2 = table[a + k + 1]!;
          l += (low + (table[b + k]! - low) * share) * left[from + k]!;
          l2 += (low2 + (table[b + k + 1]! - low2) * share) * left[from + k + 1]!;
        }
      }
      outLeft[to + i] = l + l2;
    }
  }
}

/** The filter's length to either side: above ratio 1 longer, as its pass band is narrower. */
function halfOf(ratio: number): number {
  return Math.ceil((TAPS / 2) * Math.max(1, Math.min(MOST_RATIO, ratio)));
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
