import { describe, expect, it } from 'vitest';
import { vibrato } from '../../../src/nodes/effects/vibrato.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { largestStep, noise, peakOf, sine } from '../support/signals.js';

/** The average delay in samples. */
const CENTRE = 123;

describe('effect.vibrato', () => {
  it('is the signal at a delay that swings by 2.5 ms × depth: a sine of 1 kHz within 1e-6, of 4 kHz within 1e-4', async () => {
    for (const [hz, tolerance] of [
      [1000, 1e-6],
      [4000, 1e-4],
    ] as const) {
      const input = sine(28_800, hz, 0.5);
      const { outputs } = await renderNode(vibrato, {
        inputs: { audio: [input, input] },
        options: { frequencyHz: 6, depth: 0.8 },
      });
      for (const plane of outputs.audio!.planes) {
        let worst = 0;
        for (let i = 300; i < 28_800; i++) {
          const delay = CENTRE + 0.8 * 120 * Math.sin((2 * Math.PI * 6 * i) / 48_000);
          worst = Math.max(worst, Math.abs(plane[i]! - 0.5 * Math.sin((2 * Math.PI * hz * (i - delay)) / 48_000)));
        }
        expect(worst).toBeLessThan(tolerance);
      }
    }
  });

  it('with a depth of 0 only delays, by what it declares', async () => {
    const input = noise(9600);
    const { outputs } = await renderNode(vibrato, { inputs: { audio: input }, options: { depth: 0 } });
    const plane = outputs.audio!.planes[0]!;
    for (let i = CENTRE; i < 9600; i++) expect(plane[i]).toBe(input[i - CENTRE]);
    expect(vibrato.latencyMs({ frequencyHz: 5, depth: 0.5 })).toBeCloseTo((CENTRE * 1000) / 48_000, 9);
  });

  it('changes depth and frequency without a click', async () => {
    const input = sine(38_400, 200, 0.25);
    const { outputs } = await renderNode(vibrato, {
      inputs: { audio: input },
      options: { depth: 0.2 },
      optionChanges: [
        { atMs: 130, options: { depth: 1 } },
        { atMs: 400, options: { frequencyHz: 0.5 } },
        { atMs: 600, options: { depth: 0, frequencyHz: 20 } },
      ],
    });
    // The pitch of the sine itself, up by a third at most.
    expect(largestStep(outputs.audio!.planes[0]!)).toBeLessThan(1.35 * largestStep(input));
  });

  it('sounds on through silence for as long as its delay, then passes silence through', async () => {
    const { outputs } = await renderNode(vibrato, {
      inputs: { audio: marbles('a000', { a: 0.5 }) },
      options: { depth: 1 },
      durationMs: 100,
    });
    const { frames } = outputs.audio!;
    expect(peakOf(frames[1]!.planes[0]!)).toBeGreaterThan(0.4);
    expect(frames.slice(2).every((frame) => frame.silent)).toBe(true);
  });

  it('keeps gaps, completion and errors where they are', async () => {
    for (const drawing of ['|', '0-0|', '0#', '']) {
      const { outputs } = await renderNode(vibrato, { inputs: { audio: marbles(drawing) }, durationMs: 200 });
      expect(drawMarbles(outputs.audio!)).toBe(drawing);
    }
  });
});
