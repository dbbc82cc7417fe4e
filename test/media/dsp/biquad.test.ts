import { describe, expect, it } from 'vitest';
import { Biquad, biquadCoefficients, biquadGain, type BiquadKind } from '../../../src/media/dsp/biquad.js';
import { largestDifference, noise } from '../../nodes/support/signals.js';
import { reference } from '../../nodes/support/reference.js';

describe('biquad', () => {
  it.each<[string, BiquadKind, number, number]>([
    ['lowpass-1000', 'lowpass', Math.SQRT1_2, 0],
    ['highpass-1000', 'highpass', Math.SQRT1_2, 0],
    ['bandpass-1000', 'bandpass', 2, 0],
    ['notch-1000', 'notch', 2, 0],
    ['peaking-1000', 'peaking', 2, 6],
  ])('gives what SoX gives: %s', (name, kind, q, gainDb) => {
    const input = reference('input');
    const out = new Float32Array(input.length);
    new Biquad().run(biquadCoefficients(kind, 1000, q, gainDb), input, out);
    expect(largestDifference(out, reference(name))).toBeLessThan(1e-4);
    expect(largestDifference(out, input)).toBeGreaterThan(0.05);
  });

  it('has the gains its kind promises', () => {
    const gain = (kind: BiquadKind, hz: number, gainDb = 0) =>
      20 * Math.log10(biquadGain(biquadCoefficients(kind, 1000, 0.7071, gainDb), hz));
    expect(gain('lowpass', 1000)).toBeCloseTo(-3.01, 2);
    expect(gain('lowpass', 10)).toBeCloseTo(0, 3);
    expect(gain('highpass', 23_000)).toBeCloseTo(0, 1);
    expect(gain('bandpass', 1000)).toBeCloseTo(0, 6);
    expect(gain('notch', 1000)).toBeLessThan(-200);
    expect(gain('peaking', 1000, 9)).toBeCloseTo(9, 6);
    expect(gain('lowshelf', 5, 6)).toBeCloseTo(6, 2);
    expect(gain('lowshelf', 23_500, 6)).toBeCloseTo(0, 2);
    expect(gain('lowshelf', 1000, 6)).toBeCloseTo(3, 2);
    expect(gain('highshelf', 23_900, -6)).toBeCloseTo(-6, 2);
    expect(gain('highshelf', 5, -6)).toBeCloseTo(0, 2);
  });

  it('has the gain that biquadGain says, and keeps its state over blocks of any length', () => {
    const c = biquadCoefficients('peaking', 3000, 1.5, 8);
    const input = Float32Array.from({ length: 9600 }, (_, i) => Math.sin((2 * Math.PI * 2500 * i) / 48_000));
    const out = new Float32Array(9600);
    const filter = new Biquad();
    for (let i = 0; i < 9600; i += 64) filter.run(c, input.subarray(i, i + 64), out.subarray(i, i + 64));
    expect(Math.max(...out.subarray(4800))).toBeCloseTo(biquadGain(c, 2500), 2);
    const whole = new Float32Array(9600);
    new Biquad().run(c, input, whole);
    expect(whole).toEqual(out);
  });

  it('is empty once its tail has died, and recovers from NaN', () => {
    const c = biquadCoefficients('bandpass', 500, 4);
    const filter = new Biquad();
    const out = new Float32Array(960);
    filter.run(c, noise(960), out);
    expect(filter.empty).toBe(false);
    for (let i = 0; i < 50; i++) filter.run(c, new Float32Array(960), out);
    expect(filter.empty).toBe(true);
    filter.run(c, Float32Array.of(NaN, ...noise(959)), out);
    filter.run(c, noise(960), out);
    expect(out.every(Number.isFinite)).toBe(true);
  });
});
