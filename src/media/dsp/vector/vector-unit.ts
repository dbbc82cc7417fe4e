import { KERNELS } from './kernels.generated.js';

/** The longest operand, in samples. */
export const VECTOR_SAMPLES = 4096;
/** The most second-order sections of {@link vectorUnit}.biquads. */
export const VECTOR_SECTIONS = 32;

// Where wasm/kernels.ts expects its operands, in bytes.
const A_AT = 4096;
const B_AT = A_AT + 32_768;
const OUT_AT = B_AT + 32_768;
const OUT2_AT = OUT_AT + 16_384;
const SECTIONS_AT = OUT_AT + 32_768;
const STATES_AT = SECTIONS_AT + 2048;
const PAGES = 3;

/** The operations of wasm/kernels.ts on the first `n` samples of the operands. */
interface Kernels {
  finite(n: number): number;
  within(n: number, limit: number): number;
  scale(n: number, gain: number): void;
  mix(n: number, gainA: number, gainB: number): void;
  accumulate(n: number): void;
  multiply(n: number): void;
  interleave(n: number): number;
  energy(n: number): number;
  biquads(n: number, count: number): void;
}

/** What is used of the standard's interface, whose types come with a browser's only. */
interface WebAssemblyParts {
  Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: object };
}

const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyParts };
const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
const module = new WebAssembly.Module(Buffer.from(KERNELS, 'base64'));
const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as Kernels;
const A = new Float32Array(memory.buffer, A_AT, VECTOR_SAMPLES * 2);
const B = new Float32Array(memory.buffer, B_AT, VECTOR_SAMPLES * 2);
const OUT = new Float32Array(memory.buffer, OUT_AT, VECTOR_SAMPLES * 2);
const OUT2 = new Float32Array(memory.buffer, OUT2_AT, VECTOR_SAMPLES);
const SECTIONS = new Float64Array(memory.buffer, SECTIONS_AT, VECTOR_SECTIONS * 5);
const STATES = new Float64Array(memory.buffer, STATES_AT, VECTOR_SECTIONS * 4);
let result = OUT;
let result2 = OUT2;

/** The first `n` samples of the result. Frames have one length, so it is nearly always the view made last time. */
function resultOf(n: number): Float32Array {
  if (result.length !== n) result = OUT.subarray(0, n);
  return result;
}

function load(register: Float32Array, samples: Float32Array, from: number, n: number): void {
  register.set(from === 0 && n === samples.length ? samples : samples.subarray(from, from + n));
}

/**
 * Arithmetic on four samples at a time by WebAssembly SIMD. What a step needs is copied into its memory and the result out of it:
 * copying 960 samples takes 0.1 µs, adding them up one by one in JavaScript 1–3 µs. Sums are in single precision, as in FFmpeg.
 *
 * One unit for the whole thread: an operation is complete within a call, so nobody finds another's operands. `n` is at most
 * {@link VECTOR_SAMPLES}.
 */
export const vectorUnit = {
  /** Loads `n` samples as the first operand. What lies behind them in the last group of four is 0. */
  loadA(samples: Float32Array, from: number, n: number): void {
    load(A, samples, from, n);
    if (n & 3) A.fill(0, n, (n | 3) + 1);
  },
  /** Loads `n` samples as the second operand. */
  loadB(samples: Float32Array, from: number, n: number): void {
    load(B, samples, from, n);
    if (n & 3) B.fill(0, n, (n | 3) + 1);
  },
  /** True when all samples of A are finite numbers. */
  finite: (n: number): boolean => kernels.finite(n) !== 0,
  /** True when all samples of A are numbers within ±limit, which counts in single precision. */
  within: (n: number, limit: number): boolean => kernels.within(n, limit) !== 0,
  /** Result = A · gain. */
  scale: (n: number, gain: number): void => kernels.scale(n, gain),
  /** Result = A · gainA + B · gainB. */
  mix: (n: number, gainA: number, gainB: number): void => kernels.mix(n, gainA, gainB),
  /** Result = result + A. */
  accumulate: (n: number): void => kernels.accumulate(n),
  /** Result = A · B. */
  multiply: (n: number): void => kernels.multiply(n),
  /** Result = A and B interleaved, 2n samples. True when all are numbers within ±1. */
  interleave: (n: number): boolean => kernels.interleave(n) !== 0,
  /** Sum of the squares of A. NaN when a sample is. */
  energy: (n: number): number => kernels.energy(n),
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
    kernels.biquads(n, sections.length / 5);
    // A loop, since a view of the right length would be an object made for each frame.
    for (let i = 0; i < states.length; i++) states[i] = STATES[i]!;
  },
  /** Empties the result. */
  clear(n: number): void {
    OUT.fill(0, 0, n);
  },
  /** Copies the result's first `n` samples. */
  store(out: Float32Array, at: number, n: number): void {
    out.set(resultOf(n), at);
  },
  /** Copies the first `n` samples of the second result, where there are two. */
  storeSecond(out: Float32Array, at: number, n: number): void {
    if (result2.length !== n) result2 = OUT2.subarray(0, n);
    out.set(result2, at);
  },
};
