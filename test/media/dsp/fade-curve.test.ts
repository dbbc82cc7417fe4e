import { describe, expect, it } from 'vitest';
import { FADE_CURVES, fadeBetween, type FadeCurve } from '../../../src/media/dsp/fade-curve.js';

const TOTAL = 1000;
const one = new Float32Array(TOTAL).fill(1);
const zero = new Float32Array(TOTAL);
const gains = (curve: FadeCurve, from: Float32Array, to: Float32Array) => {
  const out = new Float32Array(TOTAL);
  fadeBetween(out, from, to, curve, 0, TOTAL, 0, TOTAL);
  return out;
};

describe('a fade', () => {
  it.each(FADE_CURVES)('of shape %s goes from one signal to the other without turning back', (curve) => {
    const going = gains(curve, one, zero);
    const coming = gains(curve, zero, one);
    expect(going[0]).toBeGreaterThan(0.998);
    expect(going.at(-1)).toBe(0);
    expect(coming.at(-1)).toBe(1);
    for (let i = 1; i < TOTAL; i++) {
      expect(going[i]!).toBeLessThanOrEqual(going[i - 1]!);
      expect(coming[i]!).toBeGreaterThanOrEqual(coming[i - 1]!);
    }
  });

  it('keeps the power with equal-power and the sum with the others', () => {
    const going = gains('equal-power', one, zero);
    const coming = gains('equal-power', zero, one);
    going.forEach((a, i) => expect(a * a + coming[i]! ** 2).toBeCloseTo(1, 5));
    for (const curve of ['linear', 'smooth'] as const) gains(curve, one, one).forEach((x) => expect(x).toBeCloseTo(1, 6));
  });

  it('is the same in parts', () => {
    for (const curve of FADE_CURVES) {
      const parts = new Float32Array(TOTAL);
      for (let at = 0; at < TOTAL; at += 250) fadeBetween(parts, one, zero, curve, at, 250, at, TOTAL);
      expect(parts).toEqual(gains(curve, one, zero));
    }
  });
});
