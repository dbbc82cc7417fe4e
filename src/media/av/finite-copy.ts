import { allFinite } from '../dsp/finite.js';

/** True when every sample is 0. Sound ends the search at its first sample. */
export function isSilent(planes: readonly Float32Array[]): boolean {
  for (const plane of planes) {
    for (let i = 0; i < plane.length; i++) if (plane[i] !== 0) return false;
  }
  return true;
}

/** Copies samples; NaN and infinity, which damaged files hold, become 0 before they poison a filter. */
export function copyFinite(from: Float32Array, fromIndex: number, to: Float32Array, toIndex: number, count: number): void {
  const part = from.subarray(fromIndex, fromIndex + count);
  to.set(part, toIndex);
  if (allFinite(part)) return;
  for (let i = toIndex; i < toIndex + count; i++) if (!Number.isFinite(to[i])) to[i] = 0;
}
