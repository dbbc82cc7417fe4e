import { describe, expect, it } from 'vitest';
import { levelDbov, meanSquare, peak } from '../../../src/media/dsp/level.js';
import { constant, sine } from '../../nodes/support/signals.js';

describe('level', () => {
  it('measures peak and mean square over all planes', () => {
    expect(peak([Float32Array.of(0.1, -0.9), Float32Array.of(0.5, NaN)])).toBe(Math.fround(0.9));
    expect(meanSquare([Float32Array.of(1, -1, 1), Float32Array.of(0, 0, 0)])).toBe(0.5);
    expect(meanSquare([])).toBe(0);
  });

  it('gives the dBov of RFC 6464', () => {
    expect(levelDbov(meanSquare([constant(960, 1)]))).toBe(0);
    expect(levelDbov(meanSquare([sine(960, 1000, 1)]))).toBe(-3);
    expect(levelDbov(meanSquare([sine(960, 1000, 0.01)]))).toBe(-43);
    expect([0, 1e-30, NaN, 100].map(levelDbov)).toEqual([-127, -127, -127, 0]);
  });
});
