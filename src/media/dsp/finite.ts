import { VECTOR_SAMPLES, vectorUnit } from './vector/vector-unit.js';

/** True when no sample from `start` up to `end` is NaN or infinite. */
export function allFinite(samples: Float32Array, start = 0, end: number = samples.length): boolean {
  for (let at = start; at < end; at += VECTOR_SAMPLES) {
    const count = Math.min(VECTOR_SAMPLES, end - at);
    vectorUnit.loadA(samples, at, count);
    if (!vectorUnit.finite(count)) return false;
  }
  return true;
}
