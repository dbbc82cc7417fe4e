import { describe, expect, it } from 'vitest';
import { dominantFrequencyHz, goertzelDb, peakDb, rmsDb } from '../../../src/media/dsp/measure.js';

function sine(freqHz: number, amplitude: number, length = 48_000, rate = 48_000): Float32Array {
  return Float32Array.from({ length }, (_, i) => amplitude * Math.sin((2 * Math.PI * freqHz * i) / rate));
}

describe('measuring', () => {
  it('gives the level of a sine, of full scale and of nothing', () => {
    expect(rmsDb(sine(1000, 1))).toBeCloseTo(-3.01, 2);
    expect(rmsDb(new Float32Array(100).fill(-1))).toBeCloseTo(0, 5);
    expect(rmsDb(new Float32Array(100))).toBe(-Infinity);
    expect(rmsDb(new Float32Array(0))).toBe(-Infinity);
    expect(peakDb(sine(1000, 0.5))).toBeCloseTo(-6.02, 2);
  });

  it('tells one frequency from another', () => {
    const samples = sine(440, 0.5);
    expect(goertzelDb(samples, 440, 48_000)).toBeCloseTo(-6.02, 1);
    expect(goertzelDb(samples, 880, 48_000)).toBeLessThan(-90);
    expect(goertzelDb(new Float32Array(0), 440, 48_000)).toBe(-Infinity);
  });

  it.each([50, 440, 997.3, 15_000])('finds %d Hz', (freqHz) => {
    expect(dominantFrequencyHz(sine(freqHz, 0.3), 48_000)).toBeCloseTo(freqHz, 0);
  });

  it('finds the louder of two tones, and none in silence', () => {
    const low = sine(300, 0.2);
    const high = sine(3000, 0.4);
    expect(
      dominantFrequencyHz(
        low.map((s, i) => s + high[i]!),
        48_000,
      ),
    ).toBeCloseTo(3000, 0);
    expect(dominantFrequencyHz(new Float32Array(4096), 48_000)).toBe(0);
    expect(dominantFrequencyHz(new Float32Array(0), 48_000)).toBe(0);
  });
});
