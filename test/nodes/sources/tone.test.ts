import { describe, expect, it } from 'vitest';
import { tone } from '../../../src/nodes/sources/tone.js';
import { renderNode } from '../../../src/testing/index.js';
import { largestStep, peakOf } from '../support/signals.js';

const TWO_PI = 2 * Math.PI;

/** The amplitude of one frequency, over whole periods. */
function amplitude(plane: Float32Array, frequencyHz: number): number {
  let re = 0;
  let im = 0;
  plane.forEach((x, i) => {
    re += x * Math.cos((TWO_PI * frequencyHz * i) / 48_000);
    im += x * Math.sin((TWO_PI * frequencyHz * i) / 48_000);
  });
  return (2 * Math.hypot(re, im)) / plane.length;
}

describe('source.tone', () => {
  it('is a sine of its frequency and peak level, with rising times', async () => {
    const { outputs } = await renderNode(tone, { options: { frequencyHz: 1000, levelDb: -6 }, durationMs: 100 });
    const { planes, frames } = outputs.audio!;
    const peak = 10 ** (-6 / 20);
    planes[0]!.forEach((x, i) => expect(x).toBeCloseTo(peak * Math.sin((TWO_PI * i) / 48), 5));
    expect(planes[1]).toEqual(planes[0]);
    expect(frames.map((frame) => frame.ptsUs)).toEqual([0, 20_000, 40_000, 60_000, 80_000]);
  });

  it('changes frequency and level without a jump', async () => {
    const { outputs } = await renderNode(tone, {
      options: { frequencyHz: 200, levelDb: 0 },
      optionChanges: [
        { atMs: 40, options: { frequencyHz: 400 } },
        { atMs: 80, options: { levelDb: -20 } },
      ],
      durationMs: 200,
    });
    const plane = outputs.audio!.planes[0]!;
    expect(largestStep(plane)).toBeLessThan((TWO_PI * 400) / 48_000 + 1 / 400);
    expect(amplitude(plane.subarray(4800, 9600), 400)).toBeCloseTo(0.1, 4);
  });

  // 2500 Hz: its harmonics are exact, and what folds back from above 24 kHz falls between them.
  it.each([
    ['square', (n: number) => (n % 2 ? 4 / (Math.PI * n) : 0)],
    ['saw', (n: number) => 2 / (Math.PI * n)],
    ['triangle', (n: number) => (n % 2 ? 8 / (Math.PI * n) ** 2 : 0)],
  ] as const)('draws a %s with the harmonics of its series and weak aliases', async (wave, harmonic) => {
    const { outputs } = await renderNode(tone, { options: { frequencyHz: 2500, levelDb: 0, wave }, durationMs: 1000 });
    const plane = outputs.audio!.planes[0]!;
    for (let n = 1; n <= 3; n++) expect(amplitude(plane, 2500 * n)).toBeCloseTo(harmonic(n), 1);
    // The 11th harmonic of 2500 Hz is 27.5 kHz, which folds to 20.5 kHz; the 19th and 20th fold to 500 and 2000 Hz.
    const naive = harmonic(19) || harmonic(20);
    expect(amplitude(plane, 500) + amplitude(plane, 2000)).toBeLessThan(naive / 3);
    expect(peakOf(plane)).toBeLessThan(1.2);
  });

  it('ends after its duration, blank behind the end', async () => {
    const { outputs, ticks } = await renderNode(tone, { options: { durationMs: 30, channels: 1 } });
    const { planes, end } = outputs.audio!;
    expect(planes).toHaveLength(1);
    expect(planes[0]!).toHaveLength(1920);
    expect(peakOf(planes[0]!.subarray(1440))).toBe(0);
    expect(peakOf(planes[0]!.subarray(960, 1440))).toBeGreaterThan(0.1);
    expect(end).toEqual({ tick: 2 });
    expect(ticks).toBe(3);
  });
});
