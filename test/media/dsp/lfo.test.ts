import { describe, expect, it } from 'vitest';
import { Lfo } from '../../../src/media/dsp/lfo.js';

function fill(lfo: Lfo, samples: number): { sines: Float64Array; cosines: Float64Array } {
  const [sines, cosines] = [new Float64Array(samples), new Float64Array(samples)];
  lfo.fill(sines, cosines);
  return { sines, cosines };
}

describe('Lfo', () => {
  it('is a sine and a cosine', () => {
    const { sines, cosines } = fill(new Lfo(7.3, 0.1), 48_000);
    for (let i = 0; i < 48_000; i += 7) {
      const angle = 2 * Math.PI * (0.1 + (7.3 * i) / 48_000);
      expect(Math.abs(sines[i]! - Math.sin(angle))).toBeLessThan(1e-10);
      expect(Math.abs(cosines[i]! - Math.cos(angle))).toBeLessThan(1e-10);
    }
  });

  it('gives the same bit for bit in parts of any length, heard or skipped', () => {
    const whole = fill(new Lfo(3.7), 9600).sines;
    for (const size of [1, 50, 64, 200, 960]) {
      const lfo = new Lfo(3.7);
      for (let at = 0; at < 9600; at += size) {
        if (Math.floor(at / size) % 3 === 1) lfo.skip(size);
        else expect(fill(lfo, size).sines).toEqual(whole.subarray(at, at + size));
      }
    }
  });

  it('goes on from its phase at a new frequency', () => {
    const lfo = new Lfo(2);
    const before = fill(lfo, 960).sines;
    lfo.frequencyHz = 20;
    const after = fill(lfo, 960).sines;
    expect(Math.abs(after[0]! - before[959]!)).toBeLessThan((2 * Math.PI * 20) / 48_000);
    expect(after[959]).toBeCloseTo(Math.sin(2 * Math.PI * (0.04 + 0.4 - 20 / 48_000)), 9);
  });

  it('stands still at 0 Hz', () => {
    expect(new Set(fill(new Lfo(0, 0.25), 200).sines)).toEqual(new Set([1]));
  });
});
