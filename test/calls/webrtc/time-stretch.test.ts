import { describe, expect, it } from 'vitest';
import { findPeriod, STRETCH_WINDOW } from '../../../src/calls/webrtc/time-stretch.js';
import { seeded } from './support/stream.js';

/** Normalised correlation of 480 samples with those `lag` later, from its definition. */
function likeness(x: Float32Array, at: number, lag: number, step: number): number {
  let [cross, here, there] = [0, 1e-9, 1e-9];
  for (let i = at; i < at + 480; i += step) {
    cross += x[i]! * x[i + lag]!;
    here += x[i]! ** 2;
    there += x[i + lag]! ** 2;
  }
  return cross / Math.sqrt(here * there);
}

/** The best likeness, as it is searched for: at a quarter of the rate, then around the best of those. */
function best(x: Float32Array, at: number): number {
  const coarse = Array.from({ length: 91 }, (_, n) => 120 + 4 * n);
  const near = coarse.reduce((a, b) => (likeness(x, at, b, 4) > likeness(x, at, a, 4) ? b : a));
  const around = [-3, -2, -1, 0, 1, 2, 3].map((off) => near + off).filter((lag) => lag >= 120 && lag <= 480);
  return Math.max(...around.map((lag) => likeness(x, at, lag, 1)));
}

describe('findPeriod', () => {
  const random = seeded(5);
  const signals: Record<string, (i: number) => number> = {
    'a tone': (i) => 0.3 * Math.sin((2 * Math.PI * 220 * i) / 48_000),
    'a chord with noise': (i) =>
      [220, 277, 330].reduce((sum, hz) => sum + 0.06 * Math.sin((2 * Math.PI * hz * i) / 48_000), 0.01 * (random() - 0.5)),
    noise: () => random() - 0.5,
    'what grows': (i) => 1e-5 * i * Math.sin(i / 30),
  };
  it.each(Object.keys(signals))('finds in %s what its definition says', (name) => {
    const x = Float32Array.from({ length: STRETCH_WINDOW + 400 }, (_, i) => signals[name]!(i));
    for (let at = 0; at < 400; at += 37) {
      const { lag, correlation, power } = findPeriod(x, at);
      expect(lag).toBeGreaterThanOrEqual(120);
      expect(lag).toBeLessThanOrEqual(480);
      expect(correlation).toBeCloseTo(likeness(x, at, lag, 1), 9);
      // Single precision may take the other of two that are equally good.
      expect(correlation).toBeGreaterThan(best(x, at) - 1e-4);
      const squares = x.subarray(at, at + STRETCH_WINDOW).reduce((sum, sample) => sum + sample * sample, 0);
      expect(power).toBeCloseTo(squares / STRETCH_WINDOW, 6);
    }
  });

  it('finds silence like nothing, and quiet', () => {
    expect(findPeriod(new Float32Array(STRETCH_WINDOW), 0)).toEqual({ lag: 120, correlation: 0, power: 0 });
  });
});
