import type { Ramp } from './ramp.js';

/** `out = input × gain`, sample by sample. The two may be the same array. */
export function scale(input: Float32Array, out: Float32Array, gain: number): void {
  const n = out.length;
  for (let i = 0; i < n; i++) out[i] = input[i]! * gain;
}

/** `out = input × ramp`, sample by sample; does not advance the ramp, so that each channel gets the same values. */
export function scaleByRamp(input: Float32Array, out: Float32Array, ramp: Ramp): void {
  const n = out.length;
  for (let i = 0; i < n; i++) out[i] = input[i]! * ramp.at(i + 1);
}
