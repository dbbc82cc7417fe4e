import { describe, expect, it } from 'vitest';
import { reverb } from '../../../src/nodes/effects/reverb.js';
import { marbles, renderNode } from '../../../src/testing/index.js';
import { largestDifference, noise, peakOf } from '../support/signals.js';

describe('effect.reverb', () => {
  it('sounds on through silence until the tail has died, then passes silence through', async () => {
    const { outputs } = await renderNode(reverb, {
      inputs: { audio: marbles('a' + '0'.repeat(120), { a: 0.5 }) },
      options: { decaySec: 0.4, mix: 0.5 },
      durationMs: 2400,
    });
    const { frames } = outputs.audio!;
    const silent = frames.map((frame) => frame.silent);
    expect(silent.slice(0, 50).some(Boolean)).toBe(false);
    expect(silent.at(-1)).toBe(true);
    // Once silent it stays so.
    expect(silent.lastIndexOf(false)).toBe(silent.indexOf(true) - 1);
    // It falls by 60 dB in 0.4 s: by about 75 in half a second.
    expect(peakOf(frames[30]!.planes[0]!)).toBeLessThan(peakOf(frames[5]!.planes[0]!) / 1000);
  });

  it('passes the sound as it is without any mix, also after some', async () => {
    const input = noise(24_000, 0.5);
    const { outputs } = await renderNode(reverb, {
      inputs: { audio: [input, input] },
      options: { mix: 0 },
      optionChanges: [
        { atMs: 100, options: { mix: 0.7 } },
        { atMs: 300, options: { mix: 0 } },
      ],
    });
    const plane = outputs.audio!.planes[0]!;
    expect(largestDifference(plane.subarray(0, 4800), input.subarray(0, 4800))).toBe(0);
    expect(largestDifference(plane.subarray(4800, 14_400), input.subarray(4800, 14_400))).toBeGreaterThan(0.1);
    expect(largestDifference(plane.subarray(15_360), input.subarray(15_360, 24_000))).toBe(0);
  });

  it('makes mono of mono and stereo of stereo', async () => {
    for (const channels of [1, 2]) {
      const { outputs } = await renderNode(reverb, {
        inputs: { audio: Array.from({ length: channels }, () => noise(4800, 0.5)) },
        options: { preDelayMs: 0 },
      });
      expect(outputs.audio!.planes).toHaveLength(channels);
    }
  });
});
