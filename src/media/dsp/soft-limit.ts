import { VECTOR_SAMPLES, vectorUnit } from './vector/vector-unit.js';

/**
 * Keeps a signal below full scale: unchanged up to the threshold, bent smoothly above it, never beyond ±1.
 *
 * Above the threshold T the excess u = (|x| − T) / (1 − T) becomes u / (1 + u): the slope is 1 at T, so the curve has no corner,
 * and the limit 1 is approached but not passed. Having no memory it needs no look-ahead, adds no delay and
 * never changes what is below the threshold. What is not a number becomes 0.
 *
 * @param threshold linear, between 0 and 1.
 */
export function softLimit(plane: Float32Array, threshold: number): void {
  if (within(plane, threshold)) return;
  const n = plane.length;
  for (let i = 0; i < n; i++) {
    const x = plane[i]!;
    // Negated so that NaN goes to the slow path as well.
    if (!(x <= threshold && x >= -threshold)) plane[i] = softLimitSample(x, threshold);
  }
}

/** The curve of {@link softLimit} for one sample. */
export function softLimitSample(x: number, threshold: number): number {
  const magnitude = Math.abs(x);
  if (magnitude <= threshold) return x;
  const room = 1 - threshold;
  // 1 − 1/(1 + u) is u/(1 + u), and gives 1 rather than NaN when u is infinite.
  const limited = threshold + room * (1 - 1 / (1 + (magnitude - threshold) / room));
  if (limited !== limited) return 0;
  return x < 0 ? -limited : limited;
}

/** True when every sample from `start` on is a number within ±limit. */
export function within(plane: Float32Array, limit: number, start = 0): boolean {
  const n = plane.length;
  const single = floorSingle(limit);
  for (let at = start; at < n; at += VECTOR_SAMPLES) {
    const count = Math.min(VECTOR_SAMPLES, n - at);
    vectorUnit.loadA(plane, at, count);
    if (!vectorUnit.within(count, single)) return false;
  }
  return true;
}

/** The largest number of single precision that is not above a positive one: what samples can be compared with instead. */
function floorSingle(limit: number): number {
  SINGLE[0] = limit;
  if (SINGLE[0] > limit) SINGLE_BITS[0]!--;
  return SINGLE[0];
}

const SINGLE = new Float32Array(1);
const SINGLE_BITS = new Uint32Array(SINGLE.buffer);
