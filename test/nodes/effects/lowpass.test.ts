import { describe, expect, it } from 'vitest';
import { lowpass } from '../../../src/nodes/effects/lowpass.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { reference } from '../support/reference.js';
import { largestDifference, largestStep, peakOf, sine } from '../support/signals.js';

describe('effect.lowpass', () => {
  // SoX rounds to 32-bit integers between its effects, and the q in make.sh has fewer digits.
  it.each([
    ['lowpass-1000', { frequencyHz: 1000 }],
    ['lowpass-1000-4', { frequencyHz: 1000, order: 4 }],
  ])("is SoX's lowpass: %s, within 1e-5", async (name, options) => {
    const input = reference('input');
    const { outputs } = await renderNode(lowpass, { inputs: { audio: [input, input] }, options });
    for (const plane of outputs.audio!.planes) {
      expect(largestDifference(plane.subarray(0, input.length), reference(name))).toBeLessThan(1e-5);
      expect(largestDifference(plane.subarray(0, input.length), input)).toBeGreaterThan(0.05);
    }
  });

  it('falls by 12 or 24 dB an octave', async () => {
    for (const [order, factor] of [
      [2, 64],
      [4, 64 ** 2],
    ] as const) {
      const { outputs } = await renderNode(lowpass, {
        inputs: { audio: sine(48_000, 8000, 1) },
        options: { frequencyHz: 1000, order },
      });
      const level = peakOf(outputs.audio!.planes[0]!.subarray(43_200));
      // Three octaves; the bilinear transform is steeper towards 24 kHz.
      expect(level * factor).toBeLessThan(1.02);
      expect(level * factor).toBeGreaterThan(0.5);
    }
  });

  it('changes corner, q and order without a click', async () => {
    const input = sine(38_400, 200, 0.25);
    const { outputs } = await renderNode(lowpass, {
      inputs: { audio: input },
      optionChanges: [
        { atMs: 200, options: { frequencyHz: 200 } },
        { atMs: 400, options: { order: 4, q: 2 } },
        { atMs: 600, options: { frequencyHz: 5000, q: 0.5 } },
      ],
    });
    expect(largestStep(outputs.audio!.planes[0]!)).toBeLessThan(2.2 * largestStep(input));
  });

  it('keeps silence, gaps, completion and errors where they are', async () => {
    for (const drawing of ['|', '0-0|', '0#', '']) {
      const { outputs } = await renderNode(lowpass, { inputs: { audio: marbles(drawing) }, durationMs: 200 });
      expect(drawMarbles(outputs.audio!)).toBe(drawing);
    }
  });

  it('refuses an order or a frequency it does not have', async () => {
    await expect(renderNode(lowpass, { options: { order: 3 } })).rejects.toThrow(/order/);
    await expect(renderNode(lowpass, { options: { frequencyHz: 24_000 } })).rejects.toThrow(/22000/);
  });
});
