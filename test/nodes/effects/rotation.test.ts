import { describe, expect, it } from 'vitest';
import { rotation } from '../../../src/nodes/effects/rotation.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { constant, largestDifference, largestStep, noise } from '../support/signals.js';

describe('effect.rotation', () => {
  it('goes round with constant power by the formula, within 1e-6: mono and stereo', async () => {
    const [left, right] = [noise(19_200, 0.5, 1), noise(19_200, 0.5, 2)];
    const place = (i: number) => 0.9 * Math.sin((2 * Math.PI * 3 * i) / 48_000);
    for (const input of [[left, right], [left]]) {
      const { outputs } = await renderNode(rotation, { inputs: { audio: input }, options: { rotationHz: 3, depth: 0.9 } });
      const [gotLeft, gotRight] = outputs.audio!.planes as [Float32Array, Float32Array];
      const far = input[1] ?? left;
      expect(
        largestDifference(
          gotLeft,
          left.map((x, i) => x * Math.cos((Math.PI / 4) * (1 + place(i)))),
        ),
      ).toBeLessThan(1e-6);
      expect(
        largestDifference(
          gotRight,
          far.map((x, i) => x * Math.sin((Math.PI / 4) * (1 + place(i)))),
        ),
      ).toBeLessThan(1e-6);
    }
  });

  it('starts in the middle and goes to the right first, all the way', async () => {
    const { outputs } = await renderNode(rotation, { inputs: { audio: constant(48_000, 0.5) }, options: { rotationHz: 1 } });
    const [left, right] = outputs.audio!.planes as [Float32Array, Float32Array];
    expect(left[0]).toBeCloseTo(0.5 * Math.SQRT1_2, 6);
    expect([left[12_000], right[12_000]]).toEqual([expect.closeTo(0, 6), expect.closeTo(0.5, 6)]);
    expect([left[36_000], right[36_000]]).toEqual([expect.closeTo(0.5, 6), expect.closeTo(0, 6)]);
  });

  it('goes on through silence, and stays where it is at 0 Hz', async () => {
    const { outputs } = await renderNode(rotation, {
      inputs: { audio: marbles('a'.repeat(5) + '0'.repeat(10) + 'a'.repeat(10) + '|', { a: 0.5 }) },
      options: { rotationHz: 1 },
      optionChanges: [{ atMs: 400, options: { rotationHz: 0 } }],
    });
    const [left] = outputs.audio!.planes as [Float32Array];
    expect(outputs.audio!.frames[7]!.silent).toBe(true);
    expect(outputs.audio!.frames[7]!.planes).toHaveLength(2);
    const wanted = (i: number) => 0.5 * Math.cos((Math.PI / 4) * (1 + Math.sin((2 * Math.PI * i) / 48_000)));
    expect(left[15 * 960]).toBeCloseTo(wanted(15 * 960), 6);
    expect(left[20 * 960 + 200]).toBeCloseTo(wanted(20 * 960), 3);
    expect(left[24 * 960]).toBe(left[20 * 960 + 200]);
  });

  it('changes speed and depth without a click', async () => {
    const { outputs } = await renderNode(rotation, {
      inputs: { audio: constant(48_000, 0.5) },
      options: { rotationHz: 2 },
      optionChanges: [
        { atMs: 130, options: { depth: 0 } },
        { atMs: 400, options: { depth: 1, rotationHz: 10 } },
        { atMs: 700, options: { rotationHz: 0.5 } },
      ],
    });
    for (const plane of outputs.audio!.planes) expect(largestStep(plane)).toBeLessThan(0.002);
  });

  it('keeps gaps, completion and errors where they are', async () => {
    for (const drawing of ['|', '0-0|', '0#', '']) {
      const { outputs } = await renderNode(rotation, { inputs: { audio: marbles(drawing) }, durationMs: 200 });
      expect(drawMarbles(outputs.audio!)).toBe(drawing);
    }
  });
});
