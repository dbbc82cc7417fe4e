import { describe, expect, it } from 'vitest';
import { LoudnessMeter } from '../../../src/media/dsp/loudness-meter.js';
import { TruePeakMeter } from '../../../src/media/dsp/true-peak.js';
import { loudness } from '../../../src/nodes/effects/loudness.js';
import { marbles, renderNode } from '../../../src/testing/index.js';
import { noise, peakOf, sine } from '../support/signals.js';

const SECOND = 48_000;

/** Loudness of a part, in LUFS. */
function lufs(planes: readonly Float32Array[], fromSec: number, toSec: number): number {
  const meter = new LoudnessMeter();
  meter.push(planes.map((plane) => plane.subarray(fromSec * SECOND, toSec * SECOND)));
  return meter.integratedLufs();
}

describe('effect.loudness', () => {
  it.each([0.003, 0.02, 0.3, 1])(
    'brings steady stereo noise of peak %d to its target, as far as its gain reaches',
    async (peak) => {
      const input = [noise(9 * SECOND, peak, 1), noise(9 * SECOND, peak, 2)];
      const from = lufs(input, 0, 9);
      const { outputs } = await renderNode(loudness, { inputs: { audio: input }, options: { maxGainDb: 20, gateLufs: -60 } });
      const target = Math.min(-16, from + 20);
      expect(Math.abs(lufs(outputs.audio!.planes, 4.6, 5) - target)).toBeLessThan(3);
      expect(Math.abs(lufs(outputs.audio!.planes, 8, 9) - target)).toBeLessThan(1);
    },
  );

  it('keeps its peaks below the ceiling, also at a sudden beginning', async () => {
    const input = noise(3 * SECOND, 0.01);
    for (let i = SECOND; i < 2 * SECOND; i++) input[i] = input[i]! * 300;
    const { outputs } = await renderNode(loudness, { inputs: { audio: input }, options: { truePeakDb: -2 } });
    const meter = new TruePeakMeter();
    meter.push(outputs.audio!.planes);
    expect(20 * Math.log10(meter.peak)).toBeLessThan(-2 + 0.05);
    expect(peakOf(outputs.audio!.planes[0]!)).toBeGreaterThan(0.5);
  });

  it('does not pump in pauses', async () => {
    const word = sine(2 * SECOND, 500, 0.05);
    const input = new Float32Array(16 * SECOND);
    for (const at of [0, 2, 4, 13]) input.set(word, at * SECOND);
    // A pause of 7 s with a faint hiss.
    const hiss = noise(16 * SECOND, 0.001);
    const { outputs } = await renderNode(loudness, { inputs: { audio: input.map((x, i) => x + hiss[i]!) }, durationMs: 16_000 });
    const { planes } = outputs.audio!;
    const before = lufs(planes, 5, 5.9);
    expect(Math.abs(before + 16)).toBeLessThan(1);
    expect(Math.abs(lufs(planes, 13.05, 13.95) - before)).toBeLessThan(0.5);
    // The hiss itself has at the end of the pause the level it had at its beginning.
    const rms = (fromSec: number) => Math.hypot(...planes[0]!.subarray(fromSec * SECOND, (fromSec + 0.5) * SECOND));
    expect(Math.abs(20 * Math.log10(rms(12) / rms(6.5)))).toBeLessThan(0.5);
  });

  it('declares its delay, which is at most 30 ms', async () => {
    const delayMs = loudness.latencyMs(loudness.options.parse({}));
    expect(delayMs).toBeLessThanOrEqual(30);
    const { outputs } = await renderNode(loudness, { inputs: { audio: marbles('a000', { a: 0.5 }) }, durationMs: 80 });
    const { frames } = outputs.audio!;
    expect(frames[0]!.planes[0]!.findIndex((x) => x !== 0)).toBe(delayMs * 48);
    expect(frames.map((frame) => frame.silent)).toEqual([false, false, true, true]);
  });
});
