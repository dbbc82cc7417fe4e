import { describe, expect, it } from 'vitest';
import { compressor } from '../../../src/nodes/effects/compressor.js';
import { marbles, renderNode } from '../../../src/testing/index.js';
import { constant, largestDifference, largestStep, noise, peakOf, sine } from '../support/signals.js';

/**
 * Giannoulis, Massberg, Reiss (J. Audio Eng. Soc. 60, 2012) as the paper writes it: the level of each sample in decibels, equation 4 for the
 * static curve with its knee, equation 17 for the smooth, decoupled peak detector, and the gain back from decibels.
 */
function byThePaper(
  planes: readonly Float32Array[],
  [T, R, W, attackMs, releaseMs, makeupDb]: readonly number[],
): Float32Array[] {
  const [alphaA, alphaR] = [attackMs!, releaseMs!].map((ms) => Math.exp(-1 / ((ms / 1000) * 48_000))) as [number, number];
  const out = planes.map((plane) => new Float32Array(plane.length));
  let [y1, yL] = [0, 0];
  for (let n = 0; n < planes[0]!.length; n++) {
    const xG = 20 * Math.log10(Math.max(1e-9, ...planes.map((plane) => Math.abs(plane[n]!))));
    const over = xG - T!;
    const bend = xG + ((1 / R! - 1) * (over + W! / 2) ** 2) / (2 * W!);
    const yG = 2 * over < -W! ? xG : 2 * Math.abs(over) <= W! ? bend : T! + over / R!;
    const xL = xG - yG;
    y1 = Math.max(xL, alphaR * y1 + (1 - alphaR) * xL);
    yL = alphaA * yL + (1 - alphaA) * y1;
    planes.forEach((plane, c) => (out[c]![n] = plane[n]! * 10 ** ((makeupDb! - yL) / 20)));
  }
  return out;
}

describe('effect.compressor', () => {
  it.each([
    [-20, 4, 6, 10, 150, 0],
    [-35, 20, 12, 1, 30, 9],
    [-10, 1.5, 1, 80, 700, 3],
  ])('is the equations of its paper, within 1e-5: threshold %d dB, ratio %d, knee %d dB', async (...values) => {
    const [thresholdDb, ratio, kneeDb, attackMs, releaseMs, makeupDb] = values;
    // Loud and quiet by turns, and both channels different.
    const swell = (samples: Float32Array) => samples.map((x, i) => x * (0.1 + 0.9 * Math.sin((2 * Math.PI * i) / 19_000) ** 2));
    const audio = [swell(noise(96_000, 0.9, 3)), swell(sine(96_000, 330, 0.7))];
    const options = { thresholdDb, ratio, kneeDb, attackMs, releaseMs, makeupDb };
    const { planes } = (await renderNode(compressor, { inputs: { audio }, options })).outputs.audio!;
    byThePaper(audio, values).forEach((wanted, c) => expect(largestDifference(planes[c]!, wanted)).toBeLessThan(1e-5));
  });

  it('turns a loud tone down by its static curve and makes up for it', async () => {
    const { outputs } = await renderNode(compressor, {
      inputs: { audio: sine(48_000, 1000, 1) },
      options: { thresholdDb: -20, ratio: 4, kneeDb: 0, attackMs: 5, makeupDb: 6 },
    });
    // 0 dB is 20 above: 5 of them remain, and 6 are added.
    const peak = peakOf(outputs.audio!.planes[0]!.subarray(24_000));
    expect(Math.abs(20 * Math.log10(peak) - (-20 + 5 + 6))).toBeLessThan(0.2);
  });

  it('passes what is below the threshold and the knee as it is', async () => {
    const input = noise(9600, 0.1);
    const { outputs } = await renderNode(compressor, {
      inputs: { audio: input },
      options: { thresholdDb: -10, ratio: 20, kneeDb: 6 },
    });
    expect(largestDifference(outputs.audio!.planes[0]!, input)).toBe(0);
  });

  it('gives both channels the same gain', async () => {
    const loud = sine(24_000, 300, 0.9);
    const { outputs } = await renderNode(compressor, {
      inputs: { audio: [loud, loud.map((x) => x / 8)] },
      options: { thresholdDb: -30 },
    });
    const [left, right] = outputs.audio!.planes;
    expect(
      largestDifference(
        left!,
        right!.map((x) => x * 8),
      ),
    ).toBeLessThan(1e-6);
    expect(peakOf(left!.subarray(12_000))).toBeLessThan(0.4);
  });

  it('recovers in silence as fast as in sound', async () => {
    const { outputs } = await renderNode(compressor, {
      inputs: { audio: marbles('aaaaa0000000000b', { a: 1, b: 0.05 }) },
      options: { thresholdDb: -24, releaseMs: 50 },
      durationMs: 320,
    });
    const { frames } = outputs.audio!;
    expect(frames[8]!.silent).toBe(true);
    // 200 ms are four time constants: of some 16 dB less than 1 is left.
    expect(frames[15]!.planes[0]![0]).toBeGreaterThan(0.05 * 0.9);
    expect(frames[15]!.planes[0]![0]).toBeLessThan(0.05);
  });

  it('gets a new makeup gain without a click', async () => {
    const { outputs } = await renderNode(compressor, {
      inputs: { audio: constant(48_000, 0.1) },
      options: { thresholdDb: 0, kneeDb: 0 },
      optionChanges: [{ atMs: 400, options: { makeupDb: 12 } }],
    });
    const plane = outputs.audio!.planes[0]!;
    expect(largestStep(plane)).toBeLessThan(0.001);
    expect(plane.at(-1)).toBeCloseTo(0.1 * 10 ** 0.6, 5);
  });
});
