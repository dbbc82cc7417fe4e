import { KERNELS } from './kernels.generated.js';
import { placeOf, vectorMemory } from './plane-memory.js';
import { instantiateWasm } from '../../wasm.js';

/** The longest operand, in samples. */
export const VECTOR_SAMPLES = 4096;
/** The most second-order sections of {@link vectorUnit}.biquads. */
export const VECTOR_SECTIONS = 32;

// Where operands and results are copied to when they do not lie in the memory, and what wasm/kernels.ts expects there, in bytes.
const A_AT = 4096;
const B_AT = A_AT + 32_768;
const OUT_AT = B_AT + 32_768;
const OUT2_AT = OUT_AT + 16_384;
const SECTIONS_AT = OUT_AT + 32_768;
const STATES_AT = SECTIONS_AT + 2048;

/** The operations of wasm/kernels.ts on `n` samples at the places a and b. */
interface Kernels {
  finite(n: number, a: number): number;
  within(n: number, a: number, limit: number): number;
  scale(n: number, a: number, out: number, gain: number): void;
  mix(n: number, a: number, b: number, out: number, gainA: number, gainB: number): void;
  accumulate(n: number, a: number, out: number): void;
  multiply(n: number, a: number, b: number, out: number): void;
  interleave(n: number, a: number, b: number, out: number): number;
  energy(n: number, a: number): number;
  mostAlike(n: number, a: number, from: number, to: number): number;
  biquads(n: number, a: number, b: number, out: number, out2: number, count: number): void;
}

const { buffer } = vectorMemory;
const kernels = instantiateWasm(KERNELS, vectorMemory) as Kernels;
const A = new Float32Array(buffer, A_AT, VECTOR_SAMPLES * 2);
const B = new Float32Array(buffer, B_AT, VECTOR_SAMPLES * 2);
const OUT = new Float32Array(buffer, OUT_AT, VECTOR_SAMPLES * 2);
const OUT2 = new Float32Array(buffer, OUT2_AT, VECTOR_SAMPLES);
const SECTIONS = new Float64Array(buffer, SECTIONS_AT, VECTOR_SECTIONS * 5);
const STATES = new Float64Array(buffer, STATES_AT, VECTOR_SECTIONS * 4);
/** Where the operands and the result of the next operation lie. */
let a = A_AT;
let b = B_AT;
let out = OUT_AT;
let result = OUT;
let result2 = OUT2;

/** The first `n` samples of the result. Frames have one length, so it is nearly always the view made last time. */
function resultOf(n: number): Float32Array {
  if (result.length !== n) result = OUT.subarray(0, n);
  return result;
}

/** Where in the memory `n` samples from `from` on lie; those that lie elsewhere are copied to `register`, which lies at `at`. */
function load(register: Float32Array, at: number, samples: Float32Array, from: number, n: number): number {
  if ((n & 3) === 0) {
    const place = placeOf(samples, from);
    if (place !== 0) return place;
  }
  register.set(from === 0 && n === samples.length ? samples : samples.subarray(from, from + n));
  if (n & 3) register.fill(0, n, (n | 3) + 1);
  return at;
}

/**
 * Arithmetic on four samples at a time by WebAssembly SIMD. Planes made by `createPlane` lie in its memory and are worked on where they
 * are; what lies elsewhere is copied in and the result out: 960 samples take 0.1 µs, adding them up one by one in JavaScript 1–3 µs. Sums
 * are in single precision, as in FFmpeg.
 *
 * One unit for the whole thread: an operation is complete within a call, so nobody finds another's operands. `n` is at most
 * {@link VECTOR_SAMPLES}.
 */
export const vectorUnit = {
  /** Takes `n` samples as the first operand. What lies behind them in the last group of four is 0. They may not change until the operation. */
  loadA(samples: Float32Array, from: number, n: number): void {
    a = load(A, A_AT, samples, from, n);
  },
  /** Takes `n` samples as the second operand. */
  loadB(samples: Float32Array, from: number, n: number): void {
    b = load(B, B_AT, samples, from, n);
  },
  /**
   * Says where the result of the following operations is wanted, up to the next `store`: that then has nothing to copy if the place is in
   * the memory. It may be an operand's own place, but not one that overlaps it otherwise, nor one that is needed again.
   */
  into(samples: Float32Array, from: number, n: number): void {
    out = (n & 3) === 0 ? placeOf(samples, from) || OUT_AT : OUT_AT;
  },
  /** True when all samples of A are finite numbers. */
  finite: (n: number): boolean => kernels.finite(n, a) !== 0,
  /** True when all samples of A are numbers within ±limit, which counts in single precision. */
  within: (n: number, limit: number): boolean => kernels.within(n, a, limit) !== 0,
  /** Result = A · gain. */
  scale: (n: number, gain: number): void => kernels.scale(n, a, out, gain),
  /** Result = A · gainA + B · gainB. */
  mix: (n: number, gainA: number, gainB: number): void => kernels.mix(n, a, b, out, gainA, gainB),
  /** Result = result + A. */
  accumulate: (n: number): void => kernels.accumulate(n, a, out),
  /** Result = A · B. */
  multiply: (n: number): void => kernels.multiply(n, a, b, out),
  /** Result = A and B interleaved, 2n samples. True when all are numbers within ±1. */
  interleave: (n: number): boolean => kernels.interleave(n, a, b, out) !== 0,
  /** Sum of the squares of A. NaN when a sample is. */
  energy: (n: number): number => kernels.energy(n, a),
  /**
   * The lag from `from` to `to`, in samples, at which the first n samples of A are most like the n that lie so much behind them: where the
   * normalised correlation is largest. A has n + to samples.
   */
  mostAlike: (n: number, from: number, to: number): number => kernels.mostAlike(n, a, from, to),
  /**
   * Results = A and B, two channels, through second-order sections in a row (transposed direct form II, double precision).
   *
   * @param sections b0, b1, b2, a1, a2 of each, divided by a0; at most {@link VECTOR_SECTIONS}.
   * @param states four numbers for each section, 0 at first: what it remembers, written back. s1 and s2 hold both channels:
   * s1 of A, s1 of B, s2 of A, s2 of B.
   */
  biquads(n: number, sections: Float64Array, states: Float64Array): void {
    SECTIONS.set(sections);
    STATES.set(states);
    kernels.biquads(n, a, b, OUT_AT, OUT2_AT, sections.length / 5);
    // A loop, since a view of the right length would be an object made for each frame.
    for (let i = 0; i < states.length; i++) states[i] = STATES[i]!;
  },
  /** Empties the result. */
  clear(n: number): void {
    OUT.fill(0, 0, n);
  },
  /** Copies the result's first `n` samples, unless `into` has been told the same place and they are there. */
  store(samples: Float32Array, at: number, n: number): void {
    if (out === OUT_AT) samples.set(resultOf(n), at);
    else out = OUT_AT;
  },
  /** Copies the first `n` samples of the second result, where there are two. */
  storeSecond(samples: Float32Array, at: number, n: number): void {
    if (result2.length !== n) result2 = OUT2.subarray(0, n);
    samples.set(result2, at);
  },
};
