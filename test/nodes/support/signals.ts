/** Deterministic white noise of the given peak (xorshift32), the same on every machine. */
export function noise(samples: number, peak = 0.5, seed = 1): Float32Array {
  const out = new Float32Array(samples);
  let state = seed >>> 0 || 1;
  for (let i = 0; i < samples; i++) {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    out[i] = ((state / 0xffffffff) * 2 - 1) * peak;
  }
  return out;
}

/** A sine of the given frequency and peak. */
export function sine(samples: number, frequencyHz: number, peak = 0.5): Float32Array {
  return Float32Array.from({ length: samples }, (_, i) => peak * Math.sin((2 * Math.PI * frequencyHz * i) / 48_000));
}

/** The same value again and again. */
export function constant(samples: number, value: number): Float32Array {
  return new Float32Array(samples).fill(value);
}

/** The largest step from one sample to the next. */
export function largestStep(plane: Float32Array): number {
  let largest = 0;
  for (let i = 1; i < plane.length; i++) largest = Math.max(largest, Math.abs(plane[i]! - plane[i - 1]!));
  return largest;
}

/** The largest magnitude. */
export function peakOf(plane: Float32Array): number {
  return plane.reduce((peak, x) => Math.max(peak, Math.abs(x)), 0);
}

/** The largest difference of two signals of the same length. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  return a.reduce((largest, x, i) => Math.max(largest, Math.abs(x - b[i]!)), 0);
}
