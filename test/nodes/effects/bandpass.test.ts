import { describe, expect, it } from 'vitest';
import { bandpass } from '../../../src/nodes/effects/bandpass.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { reference } from '../support/reference.js';
import { largestDifference, largestStep, peakOf, sine } from '../support/signals.js';

describe('effect.bandpass', () => {
  it("is SoX's bandpass within 1e-5", async () => {
    const input = reference('input');
    const { outputs } = await renderNode(bandpass, { inputs: { audio: [input, input] }, options: { frequencyHz: 1000, q: 2 } });
    for (const plane of outputs.audio!.planes) {
      expect(largestDifference(plane.subarray(0, input.length), reference('bandpass-1000'))).toBeLessThan(1e-5);
    }
  });

  it('in the fourth order is flat within the band and steeper outside', async () => {
    const level = async (hz: number, order: number) => {
      const options = { frequencyHz: 1000, q: 0.5, order };
      const { outputs } = await renderNode(bandpass, { inputs: { audio: sine(24_000, hz, 1) }, options });
      return peakOf(outputs.audio!.planes[0]!.subarray(19_200));
    };
    // A Butterworth band-pass: 1 / √(1 + (q·(f/f₀ − f₀/f))⁴); the bilinear transform bends it by less than 1 % there.
    for (const hz of [100, 500, 1000, 1500]) {
      const wanted = 1 / Math.sqrt(1 + (0.5 * (hz / 1000 - 1000 / hz)) ** 4);
      expect(Math.abs((await level(hz, 4)) / wanted - 1)).toBeLessThan(0.01);
      expect(Math.abs((await level(hz, 2)) / (1 / Math.hypot(1, 0.5 * (hz / 1000 - 1000 / hz))) - 1)).toBeLessThan(0.01);
    }
  });

  it('changes centre, q and order without a click', async () => {
    const input = sine(38_400, 200, 0.25);
    const { outputs } = await renderNode(bandpass, {
      inputs: { audio: input },
      optionChanges: [
        { atMs: 200, options: { frequencyHz: 200 } },
        { atMs: 400, options: { order: 4, q: 5 } },
        { atMs: 600, options: { frequencyHz: 5000, q: 0.5 } },
      ],
    });
    expect(largestStep(outputs.audio!.planes[0]!)).toBeLessThan(1.1 * largestStep(input));
  });

  it('keeps silence, gaps, completion and errors where they are', async () => {
    for (const drawing of ['|', '0-0|', '0#', '']) {
      const { outputs } = await renderNode(bandpass, { inputs: { audio: marbles(drawing) }, durationMs: 200 });
      expect(drawMarbles(outputs.audio!)).toBe(drawing);
    }
  });
});
