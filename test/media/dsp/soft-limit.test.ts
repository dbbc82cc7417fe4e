import { describe, expect, it } from 'vitest';
import { softLimit, softLimitSample, within } from '../../../src/media/dsp/soft-limit.js';
import { noise } from '../../nodes/support/signals.js';

describe('softLimit', () => {
  it('changes nothing up to the threshold', () => {
    const plane = noise(9600, 0.7);
    const before = plane.slice();
    softLimit(plane, 0.7);
    expect(plane).toEqual(before);
  });

  it('rises all the way, has no corner at the threshold, and never passes 1', () => {
    let before = softLimitSample(0, 0.7);
    for (let x = 0.001; x < 4; x += 0.001) {
      const y = softLimitSample(x, 0.7);
      expect(y).toBeGreaterThan(before);
      expect(y - before).toBeLessThan(0.00101);
      before = y;
    }
    expect((softLimitSample(0.7001, 0.7) - 0.7) / 0.0001).toBeCloseTo(1, 2);
    expect(softLimitSample(1e9, 0.7)).toBeLessThanOrEqual(1);
  });

  it('is odd, and makes the broken harmless', () => {
    expect(softLimitSample(-3, 0.5)).toBe(-softLimitSample(3, 0.5));
    const plane = Float32Array.of(NaN, Infinity, -Infinity, 1e30);
    softLimit(plane, 0.5);
    expect([...plane]).toEqual([0, 1, -1, 1]);
  });
});

describe('within', () => {
  it('is true only for numbers inside', () => {
    expect(within(Float32Array.of(0.5, -0.5), 0.5)).toBe(true);
    expect(within(Float32Array.of(0.5, -0.6), 0.5)).toBe(false);
    expect(within(Float32Array.of(0, NaN), 0.5)).toBe(false);
    expect(within(Float32Array.of(0.6, 0.6, -0.5, 0.5, 0.1), 0.5, 2)).toBe(true);
    const long = new Float32Array(10_000);
    expect(within(long, 0.5)).toBe(true);
    long[9_999] = 0.6;
    expect(within(long, 0.5)).toBe(false);
  });

  it('compares exactly, also where the limit lies between two samples of single precision', () => {
    for (const limit of [0.1, 0.3, 0.7, 0.707_945_784_384_137_9]) {
      const near = Math.fround(limit);
      for (const x of [near, near * (1 + 2 ** -23), near * (1 - 2 ** -23)]) {
        expect(within(Float32Array.of(x), limit)).toBe(Math.fround(x) <= limit);
      }
    }
  });
});
