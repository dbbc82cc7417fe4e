import { describe, expect, it } from 'vitest';
import { interpolatedPeak, TruePeakMeter, TRUE_PEAK_BOUND } from '../../../src/media/dsp/true-peak.js';
import { noise } from '../../nodes/support/signals.js';

const peakDb = (plane: Float32Array) => {
  const meter = new TruePeakMeter();
  for (let at = 0; at < plane.length; at += 960) meter.push([plane.subarray(at, at + 960)]);
  return 20 * Math.log10(meter.peak);
};

/** A sine with its samples at a given phase. */
const wave = (hz: number, phase: number, amplitude: number) =>
  Float32Array.from({ length: 9600 }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / 48_000 + phase));

describe('TruePeakMeter', () => {
  // EBU Tech 3341, table 1, cases 15 to 18: sines of −6 dBTP whose samples all miss the crest. Tolerance +0.2, −0.4 dB.
  it.each([
    [15, 12_000, 0],
    [16, 12_000, 45],
    [17, 8_000, 60],
    [18, 6_000, 67.5],
  ])('case %i of EBU Tech 3341: −6 dBTP', (_, hz, degrees) => {
    // Faded in, so that the beginning of the sine is not what is measured.
    const plane = wave(hz, (degrees * Math.PI) / 180, 0.5).map((x, i) => x * Math.min(1, i / 4800));
    expect(peakDb(plane)).toBeGreaterThan(-6.4);
    expect(peakDb(plane)).toBeLessThan(-5.8);
  });

  it('finds what lies between two samples of the same size', () => {
    // Every fourth part of 48 kHz with the crests in the middle: 3.01 dB above the samples.
    const plane = wave(12_000, Math.PI / 4, 1);
    expect(Math.max(...plane)).toBeLessThan(0.7072);
    expect(peakDb(plane.map((x, i) => x * Math.min(1, i / 4800)))).toBeGreaterThan(-0.4);
  });

  it('is the plain evaluation of all samples, though it leaves most out', () => {
    const plane = noise(4800, 0.7, 5);
    let wanted = 0;
    for (const x of plane) wanted = Math.max(wanted, Math.abs(x));
    const line = new Float32Array(4811);
    line.set(plane, 11);
    for (let i = 0; i < 4800; i++) wanted = Math.max(wanted, interpolatedPeak(line, i));
    expect(10 ** (peakDb(plane) / 20)).toBeCloseTo(wanted, 12);
  });

  it('cannot find more than its bound', () => {
    // The worst of all inputs has the signs of the taps.
    const signs = [-1, 1, -1, 1, -1, 1, 1, -1, 1, -1, 1, -1];
    const worst = Math.max(
      interpolatedPeak(Float32Array.from(signs), 0),
      interpolatedPeak(Float32Array.from(signs).reverse(), 0),
    );
    expect(worst).toBeGreaterThan(2);
    expect(worst).toBeLessThan(TRUE_PEAK_BOUND);
  });

  it('passes over what is not a number', () => {
    const plane = noise(960, 0.5);
    plane[100] = NaN;
    plane[200] = Infinity;
    expect(peakDb(plane)).toBeLessThan(0);
    expect(peakDb(plane)).toBeGreaterThan(-7);
  });
});
