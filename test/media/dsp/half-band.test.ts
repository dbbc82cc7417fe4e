import { describe, expect, it } from 'vitest';
import { HALF_BAND_COEFFICIENTS, HALF_BAND_DELAY, HalfBand } from '../../../src/media/dsp/half-band.js';
import { largestDifference, noise, sine } from '../../nodes/support/signals.js';

/** The allpass coefficients of an elliptic half-band filter, by Valenzuela and Constantinides; `transition` of the higher rate. */
function design(count: number, transition: number): number[] {
  const k = Math.tan(((1 - 2 * transition) * Math.PI) / 4) ** 2;
  const root = (1 - k * k) ** 0.25;
  const e = (0.5 * (1 - root)) / (1 + root);
  const q = e * (1 + e ** 4 * (2 + e ** 4 * (15 + 150 * e ** 4)));
  const order = 2 * count + 1;
  return Array.from({ length: count }, (_, index) => {
    const angle = ((index + 1) * Math.PI) / order;
    let above = 0;
    let below = 0.5;
    for (let i = 0; i < 10; i++) {
      above += (-1) ** i * q ** (i * (i + 1)) * Math.sin((2 * i + 1) * angle);
      if (i > 0) below += (-1) ** i * q ** (i * i) * Math.cos(2 * i * angle);
    }
    const w = ((above * q ** 0.25) / below) ** 2;
    const x = Math.sqrt((1 - w * k) * (1 - w / k)) / (1 + w);
    return (1 - x) / (1 + x);
  });
}

/** Amplitude at a frequency of a signal at a rate. */
function amplitude(signal: ArrayLike<number>, frequencyHz: number, rate: number): number {
  let [re, im] = [0, 0];
  for (let i = 0; i < signal.length; i++) {
    re += signal[i]! * Math.cos((2 * Math.PI * frequencyHz * i) / rate);
    im += signal[i]! * Math.sin((2 * Math.PI * frequencyHz * i) / rate);
  }
  return (2 * Math.hypot(re, im)) / signal.length;
}

describe('HalfBand', () => {
  it('has the coefficients of the formula', () => {
    design(6, 0.05).forEach((a, k) => expect(HALF_BAND_COEFFICIENTS[k]).toBeCloseTo(a, 12));
  });

  it('doubles a tone up to 22 kHz as it is, and keeps its image 80 dB down up to 21 kHz', () => {
    for (const hz of [100, 5000, 15_000, 21_000, 22_000]) {
      const out = new Float64Array(19_200);
      new HalfBand().double(Float64Array.from(sine(9600, hz, 1)), out);
      const steady = out.subarray(9600);
      expect(20 * Math.log10(amplitude(steady, hz, 96_000))).toBeCloseTo(0, 2);
      if (hz <= 21_000) expect(20 * Math.log10(amplitude(steady, 48_000 - hz, 96_000))).toBeLessThan(-80);
    }
  });

  it('halves what is up to 22 kHz as it is, and takes away what is above 27', () => {
    for (const hz of [100, 15_000, 22_000, 27_000, 30_000, 43_000]) {
      const input = Float64Array.from({ length: 19_200 }, (_, i) => Math.sin((2 * Math.PI * hz * i) / 96_000));
      const out = new Float32Array(9600);
      new HalfBand().halve(input, out);
      const level = 20 * Math.log10(amplitude(out.subarray(4800), Math.min(hz, 48_000 - hz), 48_000));
      if (hz < 24_000) expect(level).toBeCloseTo(0, 2);
      else expect(level).toBeLessThan(-80);
    }
  });

  it('there and back is the signal later by what it says, within 2e-5', () => {
    const double = new Float64Array(19_200);
    const out = new Float32Array(9600);
    new HalfBand().double(Float64Array.from(sine(9600, 200, 1)), double);
    new HalfBand().halve(double, out);
    for (let i = 1000; i < 9600; i++) {
      expect(Math.abs(out[i]! - Math.sin((2 * Math.PI * 200 * (i - HALF_BAND_DELAY)) / 48_000))).toBeLessThan(2e-5);
    }
  });

  it('gives the same bit for bit in blocks of any length, empties, and recovers from NaN', () => {
    const input = Float64Array.from(noise(4800));
    const whole = new Float64Array(9600);
    new HalfBand().double(input, whole);
    const filter = new HalfBand();
    const parts = new Float64Array(9600);
    for (let at = 0; at < 4800; at += 96) filter.double(input.subarray(at, at + 96), parts.subarray(2 * at, 2 * at + 192));
    expect(parts).toEqual(whole);
    expect(filter.empty).toBe(false);
    for (let i = 0; i < 3; i++) filter.double(new Float64Array(960), new Float64Array(1920));
    expect(filter.empty).toBe(true);
    filter.double(Float64Array.of(NaN, 1), new Float64Array(4));
    filter.double(input, whole);
    expect(largestDifference(Float32Array.from(whole), Float32Array.from(parts))).toBe(0);
  });
});
