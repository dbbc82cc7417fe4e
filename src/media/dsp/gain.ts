import type { Ramp } from './ramp.js';
import { VECTOR_SAMPLES, vectorUnit } from './vector/vector-unit.js';

/** `out = input × gain`, sample by sample. The two may be the same array. */
export function scale(input: Float32Array, out: Float32Array, gain: number): void {
  for (let at = 0; at < out.length; at += VECTOR_SAMPLES) {
    const count = Math.min(VECTOR_SAMPLES, out.length - at);
    vectorUnit.loadA(input, at, count);
    vectorUnit.into(out, at, count);
    vectorUnit.scale(count, gain);
    vectorUnit.store(out, at, count);
  }
}

/** `out = input × ramp`, sample by sample; does not advance the ramp, so that each channel gets the same values. */
export function scaleByRamp(input: Float32Array, out: Float32Array, ramp: Ramp): void {
  const n = out.length;
  for (let i = 0; i < n; i++) out[i] = input[i]! * ramp.at(i + 1);
}

/** `out = input × gains`, sample by sample. The two may be the same array. */
export function scaleBy(input: Float32Array, gains: Float64Array, out: Float32Array): void {
  const n = out.length;
  for (let i = 0; i < n; i++) out[i] = input[i]! * gains[i]!;
}
