import { describe, expect, it } from 'vitest';
import { tremolo } from '../../../src/nodes/effects/tremolo.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { reference } from '../support/reference.js';
import { constant, largestDifference, largestStep, noise } from '../support/signals.js';

describe('effect.tremolo', () => {
  // FFmpeg reads its sine from a table of one second, so its values are exact at 30 Hz.
  it("is FFmpeg's tremolo within 1e-6", async () => {
    const input = reference('input');
    const { outputs } = await renderNode(tremolo, {
      inputs: { audio: [input, input] },
      options: { frequencyHz: 30, depth: 0.7 },
    });
    for (const plane of outputs.audio!.planes) {
      expect(largestDifference(plane.subarray(0, input.length), reference('tremolo-30'))).toBeLessThan(1e-6);
    }
    expect(largestDifference(reference('tremolo-30'), input)).toBeGreaterThan(0.1);
  });

  it('goes between full level and 1 − depth, also through silence', async () => {
    const { outputs } = await renderNode(tremolo, {
      inputs: { audio: marbles('aaaaa0000a|', { a: 0.5 }) },
      options: { frequencyHz: 5, depth: 0.4 },
    });
    const plane = outputs.audio!.planes[0]!;
    for (let i = 0; i < 9600; i++) {
      if (i >= 4800 && i < 8640) continue;
      expect(plane[i]).toBeCloseTo(0.5 * (1 - 0.2 * (1 - Math.cos((2 * Math.PI * 5 * i) / 48_000))), 6);
    }
    expect(outputs.audio!.frames[6]!.silent).toBe(true);
  });

  it('with a depth of 0 is the signal itself', async () => {
    const input = noise(4800);
    const { outputs } = await renderNode(tremolo, { inputs: { audio: input }, options: { depth: 0 } });
    expect(outputs.audio!.planes[0]).toEqual(input);
  });

  it('changes depth and frequency without a click', async () => {
    const { outputs } = await renderNode(tremolo, {
      inputs: { audio: constant(28_800, 0.5) },
      options: { depth: 1 },
      optionChanges: [
        { atMs: 120, options: { depth: 0 } },
        { atMs: 300, options: { depth: 1, frequencyHz: 20 } },
      ],
    });
    expect(largestStep(outputs.audio!.planes[0]!)).toBeLessThan(0.5 / 400);
  });

  it('says when it changes nothing', () => {
    expect(tremolo.passesThrough!(tremolo.options.parse({ depth: 0 }))).toBe(true);
    expect(tremolo.passesThrough!(tremolo.options.parse({}))).toBe(false);
  });

  it('keeps gaps, completion and errors where they are', async () => {
    for (const drawing of ['|', 'a-b', '0-0|', '0#', '']) {
      const { outputs } = await renderNode(tremolo, {
        inputs: { audio: marbles(drawing) },
        options: { depth: 0 },
        durationMs: 200,
      });
      expect(drawMarbles(outputs.audio!)).toBe(drawing);
    }
  });
});
