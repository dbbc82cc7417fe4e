import { describe, expect, it } from 'vitest';
import { NoiseGate } from '../../../src/media/dsp/noise-gate.js';
import { constant, sine } from '../../nodes/support/signals.js';

const settings = { thresholdDb: -30, hysteresisDb: 6, attackMs: 10, holdMs: 50, releaseMs: 100, rangeDb: -40 };
const SECOND = 48_000;
const level = (db: number) => 10 ** (db / 20);

function run(gate: NoiseGate, plane: Float32Array): Float32Array {
  const gains = new Float32Array(plane.length);
  gate.run([plane], gains);
  return gains;
}

describe('NoiseGate', () => {
  it('opens at the threshold, along a line, in the attack time', () => {
    const gate = new NoiseGate(settings);
    expect(run(gate, constant(SECOND, level(-30.1))).every((gain) => Math.abs(gain - 0.01) < 1e-9)).toBe(true);
    const gains = run(gate, constant(960, level(-29.9)));
    expect(gains[239]).toBeCloseTo(0.01 + 0.99 / 2, 6);
    expect(gains[479]).toBeCloseTo(1, 6);
    expect(gains[480]).toBe(1);
  });

  it('closes only below the hysteresis, after the hold, along a line of decibels', () => {
    const gate = new NoiseGate(settings);
    run(gate, constant(4800, 0.5));
    // Between the two levels it stays as it is.
    expect(run(gate, constant(SECOND, level(-35.9))).at(-1)).toBe(1);
    const gains = run(gate, constant(SECOND, level(-50)));
    const closing = gains.findIndex((gain) => gain < 1);
    // The detector itself takes 60 dB in 70 ms to see it: from −36 to −36 at once, then the hold of 50 ms.
    expect(closing).toBeGreaterThanOrEqual(2400);
    expect(closing).toBeLessThan(2400 + 100);
    expect(20 * Math.log10(gains[closing + 2399]!)).toBeCloseTo(-20, 1);
    expect(20 * Math.log10(gains[closing + 4810]!)).toBeCloseTo(-40, 3);
  });

  it('does not flutter on a low tone', () => {
    const gate = new NoiseGate({ ...settings, holdMs: 0, hysteresisDb: 12 });
    run(gate, sine(4800, 80, 0.1));
    expect(run(gate, sine(SECOND, 80, 0.1)).every((gain) => gain === 1)).toBe(true);
  });

  it('closes completely when its range says so, and is done then', () => {
    const gate = new NoiseGate({ ...settings, rangeDb: -90 });
    run(gate, constant(4800, 0.5));
    const gains = new Float32Array(SECOND);
    gate.run([], gains);
    expect(gains.at(-1)).toBe(0);
    expect(gate.closed).toBe(true);
  });

  it('follows a new range without a jump', () => {
    const gate = new NoiseGate({ ...settings, rangeDb: -20 });
    for (const rangeDb of [-60, -6]) {
      const before = gate.gain;
      gate.set({ ...settings, rangeDb });
      const gains = run(gate, constant(SECOND, 1e-4));
      expect(Math.abs(gains[0]! - before)).toBeLessThan(0.01);
      expect(20 * Math.log10(gains.at(-1)!)).toBeCloseTo(rangeDb, 3);
    }
  });
});
