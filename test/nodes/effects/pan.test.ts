import { describe, expect, it } from 'vitest';
import { pan } from '../../../src/nodes/effects/pan.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { constant, largestDifference, largestStep, noise } from '../support/signals.js';

const PLACES = [-1, -0.6, 0, 0.25, 1];

describe('effect.pan', () => {
  it.each(PLACES)('places mono with constant power: %f', async (place) => {
    const input = noise(4800);
    const { outputs } = await renderNode(pan, { inputs: { audio: input }, options: { pan: place } });
    const [left, right] = outputs.audio!.planes as [Float32Array, Float32Array];
    const x = (place + 1) / 2;
    expect(
      largestDifference(
        left,
        input.map((s) => s * Math.cos((x * Math.PI) / 2)),
      ),
    ).toBeLessThan(1e-7);
    expect(
      largestDifference(
        right,
        input.map((s) => s * Math.sin((x * Math.PI) / 2)),
      ),
    ).toBeLessThan(1e-7);
    for (let i = 0; i < 4800; i += 100) expect(left[i]! ** 2 + right[i]! ** 2).toBeCloseTo(input[i]! ** 2, 6);
  });

  it.each(PLACES)('moves stereo as the StereoPannerNode of the Web Audio API: %f', async (place) => {
    const [left, right] = [noise(4800, 0.5, 1), noise(4800, 0.5, 2)];
    const { outputs } = await renderNode(pan, { inputs: { audio: [left, right] }, options: { pan: place } });
    // Section 1.31 of the standard: "If pan is less than or equal to 0 … else …"
    const x = place <= 0 ? place + 1 : place;
    const gainL = Math.cos((x * Math.PI) / 2);
    const gainR = Math.sin((x * Math.PI) / 2);
    const wanted =
      place <= 0
        ? [left.map((l, i) => l + right[i]! * gainL), right.map((r) => r * gainR)]
        : [left.map((l) => l * gainL), right.map((r, i) => r + left[i]! * gainR)];
    outputs.audio!.planes.forEach((plane, c) => expect(largestDifference(plane, wanted[c]!)).toBeLessThan(1e-6));
  });

  it('in the middle is a stereo signal itself', async () => {
    const input = [noise(4800, 0.5, 1), noise(4800, 0.5, 2)];
    const { outputs } = await renderNode(pan, { inputs: { audio: input } });
    expect(outputs.audio!.planes).toEqual(input);
  });

  it('gets to a new place within 20 ms and without a click', async () => {
    for (const input of [constant(9600, 0.5), [constant(9600, 0.5), constant(9600, 0.5)]]) {
      const { outputs } = await renderNode(pan, {
        inputs: { audio: input },
        options: { pan: -1 },
        optionChanges: [{ atMs: 100, options: { pan: 1 } }],
      });
      const [left, right] = outputs.audio!.planes as [Float32Array, Float32Array];
      expect(left[5280]).toBeCloseTo(0, 6);
      expect(right[5280]).toBeGreaterThan(0.49);
      expect(largestStep(left)).toBeLessThan(1 / 400);
    }
  });

  it('gives stereo silence for mono silence, and keeps gaps, completion and errors where they are', async () => {
    const { outputs } = await renderNode(pan, { inputs: { audio: marbles('a0a|', { a: 0.5 }) } });
    expect(outputs.audio!.frames.map((frame) => [frame.planes.length, frame.silent])).toEqual([
      [2, false],
      [2, true],
      [2, false],
    ]);
    for (const drawing of ['|', '0-0|', '0#', '']) {
      const rendered = await renderNode(pan, { inputs: { audio: marbles(drawing) }, durationMs: 200 });
      expect(drawMarbles(rendered.outputs.audio!)).toBe(drawing);
    }
  });
});
