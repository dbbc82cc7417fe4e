import { describe, expect, it } from 'vitest';
import { TruePeakMeter } from '../../../src/media/dsp/true-peak.js';
import { limiter } from '../../../src/nodes/effects/limiter.js';
import { marbles, renderNode } from '../../../src/testing/index.js';
import { largestDifference, noise, peakOf, sine } from '../support/signals.js';

describe('effect.limiter', () => {
  it.each([0, -1, -6, -23.7])('lets no sample above %d dB', async (ceilingDb) => {
    for (const truePeak of [true, false]) {
      const { outputs } = await renderNode(limiter, {
        inputs: { audio: [noise(24_000, 8, 3), sine(24_000, 3000, 2)] },
        options: { ceilingDb, truePeak },
      });
      for (const plane of outputs.audio!.planes) {
        expect(peakOf(plane)).toBeLessThanOrEqual(10 ** (ceilingDb / 20));
        expect(peakOf(plane)).toBeGreaterThan(0.1 * 10 ** (ceilingDb / 20));
        if (!truePeak) continue;
        const meter = new TruePeakMeter();
        meter.push([plane]);
        expect(20 * Math.log10(meter.peak)).toBeLessThan(ceilingDb + 0.05);
      }
    }
  });

  it.each([1, 2.5, 5])('delays by the %d ms it declares, and by nothing else', async (lookAheadMs) => {
    const input = noise(9600, 0.4);
    const { outputs } = await renderNode(limiter, { inputs: { audio: input }, options: { lookAheadMs } });
    const delay = (limiter.latencyMs({ ...(limiter.options.parse({}) as object), lookAheadMs }) * 48_000) / 1000;
    expect(delay).toBe(lookAheadMs * 48);
    expect(largestDifference(outputs.audio!.planes[0]!.subarray(delay), input.subarray(0, -delay))).toBe(0);
    expect(peakOf(outputs.audio!.planes[0]!.subarray(0, delay))).toBe(0);
  });

  it('lets the waiting samples out into silence, then passes silence on', async () => {
    const { outputs } = await renderNode(limiter, { inputs: { audio: marbles('a00', { a: 0.5 }) }, durationMs: 60 });
    const { frames } = outputs.audio!;
    expect(peakOf(frames[1]!.planes[0]!.subarray(0, 240))).toBe(0.5);
    expect(peakOf(frames[1]!.planes[0]!.subarray(240))).toBe(0);
    expect(frames.map((frame) => frame.silent)).toEqual([false, false, true]);
  });
});
