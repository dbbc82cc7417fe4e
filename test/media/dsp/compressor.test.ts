import { describe, expect, it } from 'vitest';
import { Compressor } from '../../../src/media/dsp/compressor.js';
import { constant, sine } from '../../nodes/support/signals.js';

const settings = { thresholdDb: -20, ratio: 4, attackMs: 10, releaseMs: 100, kneeDb: 0 };
const SECOND = 48_000;

function run(compressor: Compressor, ...planes: Float32Array[]): Float32Array {
  const gains = new Float32Array(planes[0]!.length);
  compressor.run(planes, gains);
  return gains;
}

const dB = (factor: number) => 20 * Math.log10(factor);

describe('Compressor', () => {
  it('has the static curve of its ratio, with and without a knee', () => {
    const hard = new Compressor(settings);
    expect(hard.curveDb(-30)).toBe(0);
    expect(hard.curveDb(-20)).toBe(0);
    expect(hard.curveDb(0)).toBeCloseTo(15, 9);
    const soft = new Compressor({ ...settings, kneeDb: 12 });
    expect(soft.curveDb(-26)).toBe(0);
    // Equation 4: the bend begins and ends with the slopes of the straight parts, and is half-way where the corner was.
    expect(soft.curveDb(-20)).toBeCloseTo((0.75 * 6 * 6) / 24, 9);
    expect(soft.curveDb(-14)).toBeCloseTo(0.75 * 6, 9);
    expect(soft.curveDb(-13.999) - soft.curveDb(-14.001)).toBeCloseTo(0.75 * 0.002, 6);
  });

  it.each([
    [-30, -30],
    [-20, -20],
    [-12, -18],
    [-4, -16],
    [0, -15],
  ])('brings a steady tone of %d dB to %d dB', (inDb, outDb) => {
    const tone = sine(SECOND, 1000, 10 ** (inDb / 20));
    const gains = run(new Compressor(settings), tone);
    expect(Math.abs(inDb + dB(gains.at(-1)!) - outDb)).toBeLessThan(0.2);
  });

  it('goes 63 % of the way within the attack and comes back with the release', () => {
    const compressor = new Compressor({ ...settings, attackMs: 20 });
    const down = run(compressor, constant(SECOND, 1));
    // From 0 to 15 dB of reduction.
    expect(-dB(down[960 - 1]!)).toBeCloseTo(15 * (1 - Math.exp(-1)), 1);
    expect(-dB(down.at(-1)!)).toBeCloseTo(15, 3);
    const up = run(compressor, constant(SECOND, 0));
    // Both stages follow one another, so the way back lags by about the attack.
    expect(-dB(up[4800 - 1]!)).toBeCloseTo(15 * ((100 * Math.exp(-1) - 20 * Math.exp(-5)) / 80), 1);
    expect(up.at(-1)).toBeGreaterThan(0.9999);
  });

  it('turns both channels down by the louder', () => {
    const loud = sine(4800, 500, 0.9);
    const quiet = sine(4800, 700, 0.01);
    expect(run(new Compressor(settings), quiet, loud)).toEqual(run(new Compressor(settings), loud));
  });

  it('passes silence at once as it would sample by sample', () => {
    for (const times of [settings, { ...settings, attackMs: 100 }]) {
      const [a, b] = [new Compressor(times), new Compressor(times)];
      for (const one of [a, b]) run(one, constant(4800, 0.8));
      run(a, constant(3000, 0));
      b.skip(1000);
      b.skip(2000);
      expect(b.reductionDb).toBeCloseTo(a.reductionDb, 9);
      b.skip(20 * SECOND);
      expect(b.idle).toBe(true);
    }
  });

  it('is not stopped by what is not a number', () => {
    const bad = constant(4800, 0.5);
    bad[10] = NaN;
    bad[20] = Infinity;
    const gains = run(new Compressor(settings), bad);
    expect(gains.every((gain) => gain > 0.1 && gain <= 1)).toBe(true);
  });
});
