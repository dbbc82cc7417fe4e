import { describe, expect, it } from 'vitest';
import { distortion } from '../../../src/nodes/effects/distortion.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { largestStep, noise, peakOf, sine } from '../support/signals.js';

function amplitude(plane: Float32Array, frequencyHz: number): number {
  let [re, im] = [0, 0];
  plane.forEach((x, i) => {
    re += x * Math.cos((2 * Math.PI * frequencyHz * i) / 48_000);
    im += x * Math.sin((2 * Math.PI * frequencyHz * i) / 48_000);
  });
  return (2 * Math.hypot(re, im)) / plane.length;
}

/** The k-th harmonic of a curve driven by a sine of the given peak, by Fourier's integral. */
function harmonic(curve: (u: number) => number, peak: number, k: number): number {
  let sum = 0;
  const steps = 20_000;
  for (let i = 0; i < steps; i++) {
    const angle = (2 * Math.PI * (i + 0.5)) / steps;
    sum += (2 * curve(peak * Math.sin(angle)) * Math.sin(k * angle)) / steps;
  }
  return Math.abs(sum);
}

const open = { toneHz: 20_000, levelDb: 0 };

describe('effect.distortion', () => {
  it.each([
    ['soft', (u: number) => (Math.abs(u) >= 1.5 ? Math.sign(u) : u - (4 * u ** 3) / 27)],
    ['hard', (u: number) => Math.max(-1, Math.min(1, u))],
  ] as const)("makes the harmonics of the %s curve by Fourier's integral, within 1e-3", async (shape, curve) => {
    const input = sine(28_800, 200, 0.5);
    const { outputs } = await renderNode(distortion, {
      inputs: { audio: [input, input] },
      options: { ...open, driveDb: 12, shape },
    });
    for (const plane of outputs.audio!.planes) {
      const steady = plane.subarray(4800);
      for (const k of [1, 3, 5, 7, 9]) {
        const wanted = harmonic(curve, 0.5 * 10 ** 0.6, k);
        expect(Math.abs(amplitude(steady, 200 * k) - wanted), `harmonic ${k}`).toBeLessThan(1e-3);
      }
      expect(amplitude(steady, 400)).toBeLessThan(1e-4);
    }
  });

  it('leaves a quiet signal as it is, hardly driven, but for the delay it declares', async () => {
    const input = sine(9600, 100, 0.01);
    const { outputs } = await renderNode(distortion, { inputs: { audio: input }, options: { ...open, driveDb: 0 } });
    const plane = outputs.audio!.planes[0]!;
    const delay = distortion.latencyMs({}) * 48;
    expect(delay).toBeCloseTo(2.6, 1);
    for (let i = 100; i < 9600; i++)
      expect(Math.abs(plane[i]! - 0.01 * Math.sin((2 * Math.PI * 100 * (i - delay)) / 48_000))).toBeLessThan(1e-6);
  });

  it('stays near its level, and its tone takes highs away', async () => {
    const { outputs } = await renderNode(distortion, {
      inputs: { audio: sine(24_000, 300, 1) },
      options: { ...open, driveDb: 60, levelDb: -6 },
    });
    const plane = outputs.audio!.planes[0]!;
    // A square wave that ends at 24 kHz overshoots at its steps (Gibbs), more so behind a filter whose phase is not linear.
    expect(peakOf(plane)).toBeLessThan(1.42 * 10 ** -0.3);
    expect(peakOf(plane)).toBeGreaterThan(10 ** -0.3);
    const tone = async (toneHz: number) => {
      const rendered = await renderNode(distortion, {
        inputs: { audio: sine(24_000, 6000, 0.5) },
        options: { ...open, toneHz, driveDb: 0, shape: 'hard' },
      });
      return amplitude(rendered.outputs.audio!.planes[0]!.subarray(12_000), 6000);
    };
    expect((await tone(6000)) / (await tone(20_000))).toBeCloseTo(Math.SQRT1_2, 3);
  });

  it('with a mix of 0 is the signal itself, as late as with any other, and does not comb between', async () => {
    const input = noise(4800);
    const { outputs } = await renderNode(distortion, { inputs: { audio: input }, options: { mix: 0 } });
    expect(outputs.audio!.planes[0]!.subarray(3)).toEqual(input.subarray(0, 4797));
    const half = await renderNode(distortion, {
      inputs: { audio: sine(24_000, 8000, 0.1) },
      options: { ...open, driveDb: 0, shape: 'hard', mix: 0.5 },
    });
    expect(amplitude(half.outputs.audio!.planes[0]!.subarray(12_000), 8000)).toBeGreaterThan(0.097);
  });

  it('changes every option without a click', async () => {
    const input = sine(57_600, 100, 0.5);
    const { outputs } = await renderNode(distortion, {
      inputs: { audio: input },
      options: { driveDb: 0, levelDb: 0 },
      optionChanges: [
        { atMs: 200, options: { driveDb: 12 } },
        { atMs: 400, options: { shape: 'hard' } },
        { atMs: 600, options: { toneHz: 500 } },
        { atMs: 800, options: { mix: 0.2, levelDb: -20 } },
        { atMs: 1000, options: { mix: 0, toneHz: 20_000 } },
      ],
    });
    // At 12 dB the sine is four times as steep.
    expect(largestStep(outputs.audio!.planes[0]!)).toBeLessThan(4.1 * largestStep(input));
  });

  it('sounds on through silence until its tail has died, and keeps gaps, completion and errors where they are', async () => {
    const { outputs } = await renderNode(distortion, {
      inputs: { audio: marbles('a' + '0'.repeat(15), { a: 0.5 }) },
      options: { toneHz: 200 },
      durationMs: 300,
    });
    expect(outputs.audio!.frames[1]!.silent).toBe(false);
    expect(outputs.audio!.frames.at(-1)!.silent).toBe(true);
    for (const drawing of ['|', '0-0|', '0#', '']) {
      const rendered = await renderNode(distortion, { inputs: { audio: marbles(drawing) }, durationMs: 200 });
      expect(drawMarbles(rendered.outputs.audio!)).toBe(drawing);
    }
  });
});
