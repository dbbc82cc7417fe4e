import { describe, expect, it } from 'vitest';
import { delay } from '../../../src/nodes/flow/delay.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { largestDifference, largestStep, noise, sine } from '../support/signals.js';

describe('flow.delay', () => {
  it('gives the very samples that came, so many later, and lets what is left sound', async () => {
    const input = [noise(4800, 0.5, 1), noise(4800, 0.5, 2)];
    for (const delayMs of [20, 7, 33.3, 250]) {
      const { outputs } = await renderNode(delay, { inputs: { audio: input }, options: { delayMs } });
      const shift = Math.round(delayMs * 48);
      for (const [c, plane] of outputs.audio!.planes.entries()) {
        expect(plane).toHaveLength(4800 + 960 * Math.ceil(shift / 960));
        expect(plane.subarray(0, shift).every((x) => x === 0)).toBe(true);
        expect(largestDifference(plane.subarray(shift, shift + 4800), input[c]!)).toBe(0);
      }
      const { frames } = outputs.audio!;
      expect(frames.map((frame) => frame.ptsUs)).toEqual(frames.map((_, i) => i * 20_000));
    }
  });

  it('is the identity at 0, and ends with its input', async () => {
    const { outputs } = await renderNode(delay, { inputs: { audio: marbles('ab-0c|') } });
    expect(drawMarbles(outputs.audio!)).toBe('ab-0c|');
  });

  it('marks silence before, within and behind as such', async () => {
    const { outputs } = await renderNode(delay, { inputs: { audio: marbles('a00b|') }, options: { delayMs: 40 } });
    // The end comes with the last frame, b, and is drawn in its place.
    expect(drawMarbles(outputs.audio!)).toBe('00a00|');
    expect(outputs.audio!.frames.map((frame) => frame.silent)).toEqual([true, true, false, true, true, false]);
    expect(outputs.audio!.frames[5]!.planes[0]![0]).toBeCloseTo(0.02, 6);
  });

  it('gives nothing for an empty input, and ends when it does', async () => {
    const { outputs } = await renderNode(delay, { inputs: { audio: marbles('--|') }, options: { delayMs: 100 } });
    expect(drawMarbles(outputs.audio!)).toBe('--|');
  });

  it('goes to another delay without a click, up and down, and arrives at it exactly', async () => {
    const tone = sine(48_000, 200, 0.5);
    for (const [from, to] of [
      [10, 130],
      [130, 10],
      [0, 300],
    ] as const) {
      const { outputs } = await renderNode(delay, {
        inputs: { audio: tone },
        options: { delayMs: from },
        optionChanges: [{ atMs: 600, options: { delayMs: to } }],
        durationMs: 1000,
      });
      const plane = outputs.audio!.planes[0]!;
      // A sine of 200 Hz and 0.5 steps by at most 0.0131; two of them in a crossfade of 480 samples by 2 · 0.5 / 480 more.
      expect(largestStep(plane), `${from} to ${to}`).toBeLessThan(0.0131 + 0.0021);
      const shift = to * 48;
      // What a shorter delay did not have to remember is missing at first.
      const at = 28_800 + 960 + Math.max(0, to - from) * 48;
      const late = tone.subarray(at - shift, 48_000 - shift);
      expect(largestDifference(plane.subarray(at, 48_000), late)).toBeLessThan(1e-12);
    }
  });

  it('keeps two channels once it had them, and a second one goes on from the first', async () => {
    const mono = noise(1920, 0.5, 3);
    const { outputs } = await renderNode(delay, {
      inputs: {
        audio: {
          script: () => (tick, frame) => {
            if (tick > 3) return 'complete';
            const samples = mono.slice((tick % 2) * 960, (tick % 2) * 960 + 960);
            frame.planes = tick < 2 ? [samples] : [samples, samples];
            frame.silent = false;
            return 'frame';
          },
        },
      },
      options: { delayMs: 20 },
    });
    expect(outputs.audio!.frames.map((frame) => frame.planes.length)).toEqual([1, 1, 2, 2, 2]);
    const third = outputs.audio!.frames[2]!;
    expect(largestDifference(third.planes[0]!, mono.subarray(960))).toBe(0);
    expect(largestDifference(third.planes[1]!, mono.subarray(960))).toBe(0);
  });

  it('remembers 0 in the place of what is no number', async () => {
    const bad = noise(1920, 0.5, 4);
    bad[100] = NaN;
    bad[200] = Infinity;
    const { outputs } = await renderNode(delay, { inputs: { audio: bad }, options: { delayMs: 20 } });
    const plane = outputs.audio!.planes[0]!;
    expect([plane[960 + 100], plane[960 + 200], plane[960 + 300]]).toEqual([0, 0, bad[300]]);
  });

  it('declares its delay', () => {
    expect(delay.latencyMs({ delayMs: 125 })).toBe(125);
  });
});
