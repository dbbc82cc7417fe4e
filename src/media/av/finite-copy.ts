import { allFinite } from '../dsp/finite.js';

/** True when every sample is 0. Sound ends the search at its first sample. */
export function isSilent(planes: readonly Float32Array[]): boolean {
  for (const plane of planes) {
    for (let i = 0; i < plane.length; i++) if (plane[i] !== 0) return false;
  }
  return true;
}

/** NaN and infinity, which damaged files hold, become 0 before they poison a filter. */
export function makeFinite(samples: Float32Array): void {
  if (allFinite(samples)) return;
  for (let i = 0; i < samples.length; i++) if (!Number.isFinite(samples[i])) samples[i] = 0;
}
