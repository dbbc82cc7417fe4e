import { describe, expect, it } from 'vitest';
import { gain } from '../../../src/nodes/effects/gain.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { reference } from '../support/reference.js';
import { constant, largestDifference, largestStep, noise } from '../support/signals.js';

describe('effect.gain', () => {
  it('scales by its decibels', async () => {
    const input = noise(4800);
    const { outputs } = await renderNode(gain, { inputs: { audio: [input, input] }, options: { gainDb: 6 } });
    const factor = Math.fround(10 ** (6 / 20));
    outputs.audio!.planes.forEach((plane) => plane.forEach((x, i) => expect(x).toBe(Math.fround(input[i]! * factor))));
    expect(outputs.audio!.planes).toHaveLength(2);
  });

  it("is FFmpeg's volume", async () => {
    const { outputs } = await renderNode(gain, { inputs: { audio: reference('input') }, options: { gainDb: -7.5 } });
    const wanted = reference('gain-7.5db');
    expect(largestDifference(outputs.audio!.planes[0]!.subarray(0, wanted.length), wanted)).toBeLessThan(1e-7);
  });

  it('keeps silence, gaps, completion and errors where they are', async () => {
    for (const drawing of ['|', '-|', 'a|', 'a0b-c|', 'ab#', '#', 'a-b', '']) {
      const { outputs } = await renderNode(gain, { inputs: { audio: marbles(drawing) }, durationMs: 200 });
      expect(drawMarbles(outputs.audio!)).toBe(drawing);
    }
  });

  it('gets to a new gain within 20 ms and without a click', async () => {
    const { outputs } = await renderNode(gain, {
      inputs: { audio: constant(9600, 0.5) },
      optionChanges: [{ atMs: 40, options: { gainDb: -60 } }],
    });
    const plane = outputs.audio!.planes[0]!;
    expect(plane[1919]).toBe(0.5);
    expect(plane[1920 + 960]).toBeCloseTo(0.0005, 6);
    expect(largestStep(plane)).toBeLessThan(0.5 / 400);
  });

  it('keeps ramping through silence, so that the gain has arrived when sound comes back', async () => {
    const { outputs } = await renderNode(gain, {
      inputs: { audio: marbles('a0a|', { a: 0.5 }) },
      optionChanges: [{ atMs: 20, options: { gainDb: 6 } }],
    });
    expect(outputs.audio!.planes[0]![1920]).toBeCloseTo(0.5 * 10 ** 0.3, 6);
    expect(outputs.audio!.frames.map((frame) => frame.silent)).toEqual([false, true, false]);
  });

  it('refuses a gain out of range', async () => {
    await expect(renderNode(gain, { options: { gainDb: 25 } })).rejects.toThrow(/24/);
  });
});
