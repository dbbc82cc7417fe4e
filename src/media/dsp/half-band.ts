// The allpass coefficients of an elliptic half-band filter whose transition is a twentieth of the higher rate to each side. By the formulas of
// R. A. Valenzuela, A. G. Constantinides, "Digital Signal Processing Schemes for Efficient Interpolation and Decimation", IEE Proceedings G
// 130(6), 1983; half-band.test.ts computes them anew.
const A1 = 0.060297390957124372;
const B1 = 0.21597144456092948;
const A2 = 0.4125907203610563;
const B2 = 0.6043586264658363;
const A3 = 0.7727156537429234;
const B3 = 0.9238861386532906;

/** The coefficients in use, for the test. */
export const HALF_BAND_COEFFICIENTS: readonly number[] = [A1, B1, A2, B2, A3, B3];

const CHAIN_DELAY = (1 - A1) / (1 + A1) + (1 - A2) / (1 + A2) + (1 - A3) / (1 + A3);

/** What doubling and halving together delay low frequencies by, in samples of the lower rate: 2.36. */
export const HALF_BAND_DELAY = 2 * CHAIN_DELAY - 0.5;

/** What is too small to hear is dropped: it ends tails, and denormal numbers are slow. */
const TINY = 1e-12;

/**
 * Takes a signal from 48 to 96 kHz or back. Two chains of three allpass filters each, one for the even and one for the odd samples; their
 * sum is a low-pass, flat up to 22 kHz and at least 80 dB down from 27 kHz on. The delay is a sample or so at low frequencies, more
 * towards 24 kHz. One object for one channel and direction.
 */
export class HalfBand {
  /** The last input of each filter of a chain and the output of its last, then of the other chain. */
  readonly #states = new Float64Array(8);
  #even = new Float64Array(0);
  #odd = new Float64Array(0);

  /** True when no sound is left in it. */
  get empty(): boolean {
    return this.#states.every(isZero);
  }

  /** A filter that goes on from the same state. */
  clone(): HalfBand {
    const copy = new HalfBand();
    copy.#states.set(this.#states);
    return copy;
  }

  /** Makes `2n` samples of `n`. */
  double(input: Float64Array, out: Float64Array): void {
    const n = input.length;
    this.#reserve(n);
    this.#filter(input, input);
    for (let i = 0; i < n; i++) {
      out[2 * i] = this.#even[i]!;
      out[2 * i + 1] = this.#odd[i]!;
    }
  }

  /** Makes `n` samples of `2n`. */
  halve(input: Float64Array, out: Float32Array): void {
    const n = out.length;
    this.#reserve(n);
    const even = this.#even;
    const odd = this.#odd;
    for (let i = 0; i < n; i++) {
      even[i] = input[2 * i + 1]!;
      odd[i] = input[2 * i]!;
    }
    this.#filter(even, odd);
    for (let i = 0; i < n; i++) out[i] = (even[i]! + odd[i]!) / 2;
  }

  #reserve(n: number): void {
    if (this.#even.length === n) return;
    this.#even = new Float64Array(n);
    this.#odd = new Float64Array(n);
  }

  /** Runs both chains: y = a · (x − y of before) + x of before, three times. */
  #filter(evenIn: Float64Array, oddIn: Float64Array): void {
    const even = this.#even;
    const odd = this.#odd;
    const n = even.length;
    const states = this.#states;
    let a0 = states[0]!;
    let a1 = states[1]!;
    let a2 = states[2]!;
    let a3 = states[3]!;
    let b0 = states[4]!;
    let b1 = states[5]!;
    let b2 = states[6]!;
    let b3 = states[7]!;
    for (let i = 0; i < n; i++) {
      // Each filter's output is the next one's input, so that only one number of each need be kept.
      const p0 = evenIn[i]!;
      const p1 = A1 * (p0 - a1) + a0;
      const p2 = A2 * (p1 - a2) + a1;
      const p3 = A3 * (p2 - a3) + a2;
      const q0 = oddIn[i]!;
      const q1 = B1 * (q0 - b1) + b0;
      const q2 = B2 * (q1 - b2) + b1;
      const q3 = B3 * (q2 - b3) + b2;
      even[i] = p3;
      odd[i] = q3;
      a0 = p0;
      a1 = p1;
      a2 = p2;
      a3 = p3;
      b0 = q0;
      b1 = q1;
      b2 = q2;
      b3 = q3;
    }
    states[0] = a0;
    states[1] = a1;
    states[2] = a2;
    states[3] = a3;
    states[4] = b0;
    states[5] = b1;
    states[6] = b2;
    states[7] = b3;
    let sum = 0;
    for (let k = 0; k < states.length; k++) sum += Math.abs(states[k]!);
    if (!(sum > TINY && sum < Infinity)) states.fill(0);
  }
}

const isZero = (x: number): boolean => x === 0;
