import { describe, expect, it } from 'vitest';
import { biquadGain, type BiquadCoefficients } from '../../../src/media/dsp/biquad.js';
import { bandpassSections, passSections } from '../../../src/media/dsp/filter-design.js';

const gain = (sections: readonly BiquadCoefficients[], hz: number) => sections.reduce((g, c) => g * biquadGain(c, hz), 1);
/** Where a frequency comes from under the bilinear transform. */
const warped = (hz: number) => Math.tan((Math.PI * hz) / 48_000);
const FREQUENCIES = [20, 100, 440, 900, 1000, 1100, 2500, 7000, 15_000, 21_000];

describe('passSections', () => {
  it.each([2, 4] as const)('is the Butterworth low- and high-pass of order %i', (order) => {
    for (const hz of FREQUENCIES) {
      const ratio = warped(hz) / warped(1000);
      const low = 1 / Math.sqrt(1 + ratio ** (2 * order));
      expect(gain(passSections('lowpass', 1000, Math.SQRT1_2, order), hz)).toBeCloseTo(low, 9);
      const high = 1 / Math.sqrt(1 + ratio ** (-2 * order));
      expect(gain(passSections('highpass', 1000, Math.SQRT1_2, order), hz)).toBeCloseTo(high, 9);
    }
  });

  it('has the gain q at the corner in either order', () => {
    for (const order of [2, 4] as const)
      for (const q of [0.3, 1, 5]) {
        expect(gain(passSections('lowpass', 3000, q, order), 3000)).toBeCloseTo(q, 9);
        expect(gain(passSections('highpass', 3000, q, order), 3000)).toBeCloseTo(q, 9);
      }
  });
});

describe('bandpassSections', () => {
  it.each([2, 4] as const)('is the Butterworth band-pass of order %i', (order) => {
    for (const centre of [50, 1000, 16_000])
      for (const q of [0.1, 0.5, 0.7071, 1, 4, 20])
        for (const hz of FREQUENCIES) {
          const ratio = warped(hz) / warped(centre);
          const wanted = 1 / Math.sqrt(1 + (q * (ratio - 1 / ratio)) ** order);
          expect(gain(bandpassSections(centre, q, order), hz), `${centre} Hz, q ${q}, at ${hz} Hz`).toBeCloseTo(wanted, 8);
        }
  });

  it('is stable to the ends of its range', () => {
    for (const centre of [10, 22_000])
      for (const q of [0.1, 20])
        for (const { a1, a2 } of bandpassSections(centre, q, 4)) {
          expect(Math.abs(a2)).toBeLessThan(1);
          expect(Math.abs(a1)).toBeLessThan(1 + a2);
        }
  });
});
