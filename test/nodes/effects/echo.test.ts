import { describe, expect, it } from 'vitest';
import { echo } from '../../../src/nodes/effects/echo.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { largestDifference, largestStep, noise, peakOf, sine } from '../support/signals.js';
import { reference } from '../support/reference.js';

/** An impulse, then silence. */
function impulse(samples: number): Float32Array {
  const out = new Float32Array(samples);
  out[0] = 1;
  return out;
}

describe('effect.echo', () => {
  it("is FFmpeg's aecho with one tap", async () => {
    const input = reference('input');
    const wanted = reference('echo-7ms-0.3');
    const { outputs } = await renderNode(echo, { inputs: { audio: input }, options: { delayMs: 7, decay: 0.3 } });
    const got = outputs.audio!.planes[0]!.subarray(0, input.length);
    expect(peakOf(wanted)).toBeGreaterThan(0.1);
    expect(largestDifference(got, wanted.subarray(0, input.length))).toBeLessThan(1e-7);
  });

  it('repeats longer than a frame, once', async () => {
    const input = noise(48_000, 0.5);
    const { outputs } = await renderNode(echo, { inputs: { audio: [input, input] } });
    const wanted = input.map((x, i) => x + Math.fround(0.3) * (input[i - 14_400] ?? 0));
    for (const plane of outputs.audio!.planes) expect(largestDifference(plane, wanted)).toBeLessThan(1e-6);
  });

  it('with feedback dies away by that factor', async () => {
    const { outputs } = await renderNode(echo, {
      inputs: { audio: impulse(9600) },
      options: { delayMs: 50, decay: 0.5, feedback: 0.4, dryDb: -6 },
    });
    const plane = outputs.audio!.planes[0]!;
    const heard = [...plane.entries()].filter(([, x]) => x !== 0);
    expect(heard.map(([i]) => i)).toEqual([0, 2400, 4800, 7200]);
    [10 ** -0.3, 0.5, 0.2, 0.08].forEach((level, k) => expect(heard[k]![1]).toBeCloseTo(level, 6));
  });

  it('sounds on through silence until the tail has died, then passes silence through', async () => {
    const { outputs } = await renderNode(echo, {
      inputs: { audio: marbles('a' + '0'.repeat(60), { a: 0.5 }) },
      options: { delayMs: 40, decay: 0.5, feedback: 0.1 },
      durationMs: 1200,
    });
    const { frames } = outputs.audio!;
    const loud = frames.filter((frame) => peakOf(frame.planes[0]!) > 0).map((frame) => frame.tick);
    // Every second tick, until 0.5 × 0.5 × 0.1^k is below −160 dB.
    expect(loud).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16]);
    expect(frames.at(-1)!.silent).toBe(true);
  });

  it('keeps gaps, completion and errors where they are', async () => {
    for (const drawing of ['|', '0-0|', '0#', '']) {
      const { outputs } = await renderNode(echo, { inputs: { audio: marbles(drawing) }, durationMs: 200 });
      expect(drawMarbles(outputs.audio!)).toBe(drawing);
    }
  });

  it('gives the same whatever the frame size', async () => {
    const input = noise(19_200, 0.5);
    const options = { delayMs: 31.3, decay: 0.7, feedback: 0.6 };
    const [a, b, c] = await Promise.all(
      [960, 480, 64].map((frameSamples) => renderNode(echo, { inputs: { audio: input }, options, frameSamples })),
    );
    expect(b!.outputs.audio!.planes[0]).toEqual(a!.outputs.audio!.planes[0]);
    expect(c!.outputs.audio!.planes[0]).toEqual(a!.outputs.audio!.planes[0]);
  });

  it('gets to a new delay without a click, also to a longer one than before', async () => {
    const input = sine(48_000, 100, 0.5);
    const { outputs } = await renderNode(echo, {
      inputs: { audio: input },
      options: { delayMs: 20, decay: 1 },
      optionChanges: [
        { atMs: 200, options: { delayMs: 155 } },
        { atMs: 400, options: { delayMs: 3 } },
        { atMs: 600, options: { delayMs: 250, decay: 0.5, dryDb: -6 } },
      ],
    });
    const plane = outputs.audio!.planes[0]!;
    expect(largestStep(plane)).toBeLessThan(0.02);
    const factor = 10 ** -0.3;
    for (let i = 40_000; i < 48_000; i++) expect(plane[i]).toBeCloseTo(factor * input[i]! + 0.5 * input[i - 12_000]!, 5);
  });

  it('recovers from NaN and infinity', async () => {
    const input = noise(9600, 0.1);
    input[500] = NaN;
    input[700] = -Infinity;
    const { outputs } = await renderNode(echo, {
      inputs: { audio: input },
      options: { delayMs: 10, decay: 0.5, feedback: 0.9 },
    });
    expect(outputs.audio!.planes[0]!.subarray(960).every(Number.isFinite)).toBe(true);
  });

  it('keeps its state when the channel count changes', async () => {
    const step = (channels: number, value: number) => (tick: number, frame: { planes: Float32Array[]; silent: boolean }) => {
      frame.planes = Array.from({ length: tick < 3 ? channels : 3 - channels }, () => new Float32Array(960).fill(value));
      frame.silent = false;
      return tick < 6 ? ('frame' as const) : ('complete' as const);
    };
    for (const channels of [1, 2]) {
      const { outputs } = await renderNode(echo, {
        inputs: { audio: { script: () => step(channels, 0.5) } },
        options: { delayMs: 20, decay: 0.5 },
      });
      const { frames } = outputs.audio!;
      expect(frames.map((frame) => frame.planes.length)).toEqual(
        [0, 1, 2].map(() => channels).concat([0, 1, 2].map(() => 3 - channels)),
      );
      for (const frame of frames.slice(1)) for (const plane of frame.planes) expect(plane.every((x) => x === 0.75)).toBe(true);
    }
  });
});
