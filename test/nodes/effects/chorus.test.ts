import { describe, expect, it } from 'vitest';
import { chorus } from '../../../src/nodes/effects/chorus.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { largestDifference, largestStep, noise, peakOf, sine } from '../support/signals.js';

describe('effect.chorus', () => {
  it('is the sum of its voices by the formula, in both channels: a sine of 1 kHz within 1e-6', async () => {
    const input = sine(28_800, 1000, 0.5);
    const options = { voices: 4, frequencyHz: 1.3, delayMs: 20, depthMs: 3, mix: 0.6, spread: 0.5 };
    const { outputs } = await renderNode(chorus, { inputs: { audio: [input, input] }, options });
    outputs.audio!.planes.forEach((plane, c) => {
      let worst = 0;
      for (let i = 1500; i < 28_800; i++) {
        let voices = 0;
        for (let v = 0; v < 4; v++) {
          const delay = 960 + 144 * Math.sin(2 * Math.PI * ((1.3 * i) / 48_000 + v / 4 + (c * 0.5) / 4));
          voices += 0.5 * Math.sin((2 * Math.PI * 1000 * (i - delay)) / 48_000);
        }
        worst = Math.max(worst, Math.abs(plane[i]! - (0.4 * input[i]! + (0.6 / 2) * voices)));
      }
      expect(worst).toBeLessThan(1e-6);
    });
    expect(largestDifference(outputs.audio!.planes[0]!, outputs.audio!.planes[1]!)).toBeGreaterThan(0.1);
  });

  it('is about as loud as the signal', async () => {
    const input = noise(48_000, 0.5);
    const rms = (plane: Float32Array) => Math.sqrt(plane.reduce((sum, x) => sum + x * x, 0) / plane.length);
    for (const voices of [1, 3, 6]) {
      const { outputs } = await renderNode(chorus, { inputs: { audio: input }, options: { voices, mix: 1 } });
      expect(rms(outputs.audio!.planes[0]!.subarray(4800)) / rms(input)).toBeGreaterThan(0.85);
      expect(rms(outputs.audio!.planes[0]!.subarray(4800)) / rms(input)).toBeLessThan(1.1);
    }
  });

  it('with a mix of 0 is the signal itself, and the voices are there when they are asked for', async () => {
    const input = sine(19_200, 500, 0.5);
    const options = { voices: 1, depthMs: 0, delayMs: 50 };
    const { outputs } = await renderNode(chorus, {
      inputs: { audio: input },
      options: { ...options, mix: 0 },
      optionChanges: [{ atMs: 200, options: { mix: 1 } }],
    });
    const plane = outputs.audio!.planes[0]!;
    expect(plane.subarray(0, 9600)).toEqual(input.subarray(0, 9600));
    for (let i = 10_080; i < 19_200; i++) expect(plane[i]).toBeCloseTo(input[i - 2400]!, 6);
  });

  it('changes every option without a click, the layout within 20 ms', async () => {
    const input = sine(48_000, 200, 0.25);
    const { outputs } = await renderNode(chorus, {
      inputs: { audio: input },
      optionChanges: [
        { atMs: 200, options: { voices: 6, depthMs: 9 } },
        { atMs: 400, options: { delayMs: 60, frequencyHz: 3 } },
        { atMs: 600, options: { mix: 1, spread: 0 } },
        { atMs: 800, options: { voices: 1, depthMs: 0, delayMs: 10 } },
      ],
    });
    const plane = outputs.audio!.planes[0]!;
    // Six voices in phase at most, and each up to a sixth higher.
    expect(largestStep(plane)).toBeLessThan(Math.sqrt(6) * 1.17 * largestStep(input));
    for (let i = 38_400 + 960; i < 48_000; i++) expect(plane[i]).toBeCloseTo(input[i - 480]!, 6);
  });

  it('sounds on through silence for 70 ms, then passes silence through', async () => {
    const { outputs } = await renderNode(chorus, {
      inputs: { audio: marbles('a0000000', { a: 0.5 }) },
      options: { delayMs: 60 },
      durationMs: 160,
    });
    const { frames } = outputs.audio!;
    expect(peakOf(frames[3]!.planes[0]!)).toBeGreaterThan(0.1);
    expect(frames.slice(5).every((frame) => frame.silent)).toBe(true);
  });

  it('keeps gaps, completion and errors where they are', async () => {
    for (const drawing of ['|', '0-0|', '0#', '']) {
      const { outputs } = await renderNode(chorus, { inputs: { audio: marbles(drawing) }, durationMs: 200 });
      expect(drawMarbles(outputs.audio!)).toBe(drawing);
    }
  });
});
