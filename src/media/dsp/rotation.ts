import type { Ramp } from './ramp.js';

/**
 * The gains of a sound that goes round: cos and sin of π/4 · (1 + p), where the place p = depth · sine goes from left (−1) to right (1).
 * Their squares add up to 1. `left` may be `sines`.
 *
 * Cosine and sine of at most π/4 are taken from their Taylor series up to the ninth degree, which err by less than 4·10⁻⁸ there.
 */
export function rotationGains(sines: Float64Array, depth: Ramp, left: Float64Array, right: Float64Array): void {
  const n = sines.length;
  const steady = depth.settled;
  for (let i = 0; i < n; i++) {
    const z = (Math.PI / 4) * (steady ? depth.target : depth.at(i + 1)) * sines[i]!;
    const z2 = z * z;
    const cos = 1 - (z2 / 2) * (1 - (z2 / 12) * (1 - (z2 / 30) * (1 - z2 / 56)));
    const sin = z * (1 - (z2 / 6) * (1 - (z2 / 20) * (1 - (z2 / 42) * (1 - z2 / 72))));
    left[i] = Math.SQRT1_2 * (cos - sin);
    right[i] = Math.SQRT1_2 * (cos + sin);
  }
}
