import { describe, expect, it } from 'vitest';
import { channelMix } from '../../../src/nodes/effects/channel-mix.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { constant, largestDifference, largestStep, noise } from '../support/signals.js';

const SWAP = { leftToLeft: 0, leftToRight: 1, rightToLeft: 1, rightToRight: 0 };

describe('effect.channel-mix', () => {
  it('is the matrix, within single precision', async () => {
    const [left, right] = [noise(4800, 0.5, 1), noise(4800, 0.5, 2)];
    const options = { leftToLeft: 0.5, leftToRight: -0.25, rightToLeft: 1.5, rightToRight: 0.75 };
    const { outputs } = await renderNode(channelMix, { inputs: { audio: [left, right] }, options });
    const [gotLeft, gotRight] = outputs.audio!.planes as [Float32Array, Float32Array];
    expect(
      largestDifference(
        gotLeft,
        left.map((x, i) => 0.5 * x + 1.5 * right[i]!),
      ),
    ).toBeLessThan(1e-7);
    expect(
      largestDifference(
        gotRight,
        left.map((x, i) => -0.25 * x + 0.75 * right[i]!),
      ),
    ).toBeLessThan(1e-7);
  });

  it('swaps sides exactly, and makes stereo of mono', async () => {
    const [left, right] = [noise(4800, 0.5, 1), noise(4800, 0.5, 2)];
    const swapped = await renderNode(channelMix, { inputs: { audio: [left, right] }, options: SWAP });
    expect(swapped.outputs.audio!.planes).toEqual([right, left]);
    const mono = await renderNode(channelMix, { inputs: { audio: left }, options: { rightToRight: 0, leftToRight: 0.5 } });
    expect(mono.outputs.audio!.planes).toEqual([left, left.map((x) => x * 0.5)]);
  });

  it('with its defaults is the signal itself, mono as mono', async () => {
    const input = noise(4800);
    const { outputs } = await renderNode(channelMix, { inputs: { audio: input } });
    expect(outputs.audio!.planes).toEqual([input]);
  });

  it('gets to a new matrix within 20 ms and without a click, also in silence', async () => {
    const { outputs } = await renderNode(channelMix, {
      inputs: { audio: [constant(9600, 0.5), constant(9600, -0.5)] },
      optionChanges: [{ atMs: 100, options: SWAP }],
    });
    const [left] = outputs.audio!.planes as [Float32Array];
    expect(left[4799]).toBe(0.5);
    expect(left[4800 + 480]).toBe(-0.5);
    expect(largestStep(left)).toBeLessThan(1 / 470);
    const silent = await renderNode(channelMix, {
      inputs: { audio: marbles('a0a|', { a: 0.5 }) },
      options: { leftToLeft: 0.1 },
      optionChanges: [{ atMs: 20, options: { leftToLeft: 2 } }],
    });
    expect(silent.outputs.audio!.frames.map((frame) => frame.silent)).toEqual([false, true, false]);
    expect(silent.outputs.audio!.planes[0]![1920]).toBe(1);
  });

  it('says when it changes nothing', () => {
    expect(channelMix.passesThrough!(channelMix.options.parse({}))).toBe(true);
    expect(channelMix.passesThrough!(channelMix.options.parse({ leftToRight: 0.1 }))).toBe(false);
  });

  it('keeps gaps, completion and errors where they are', async () => {
    for (const drawing of ['|', 'a-b|', '0-0|', '0#', '']) {
      const { outputs } = await renderNode(channelMix, { inputs: { audio: marbles(drawing) }, durationMs: 200 });
      expect(drawMarbles(outputs.audio!)).toBe(drawing);
    }
  });
});
