import { describe, expect, it } from 'vitest';
import { sum } from '../../../src/nodes/mixers/sum.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { constant, largestDifference, largestStep, noise, peakOf, sine } from '../support/signals.js';

describe('mix.sum', () => {
  it('adds its inputs', async () => {
    const a = noise(4800, 0.2, 1);
    const b = noise(4800, 0.2, 2);
    const c = noise(4800, 0.2, 3);
    const { outputs } = await renderNode(sum, {
      inputs: { audio: { branches: { a: { audio: a }, b: { audio: [b, c] }, c: { audio: 'silence', leaveAtMs: 60 } } } },
    });
    const [left, right] = outputs.audio!.planes;
    expect(
      largestDifference(
        left!,
        a.map((x, i) => x + b[i]!),
      ),
    ).toBeLessThan(1e-7);
    expect(
      largestDifference(
        right!,
        a.map((x, i) => x + c[i]!),
      ),
    ).toBeLessThan(1e-7);
  });

  it('sums any number of inputs', async () => {
    for (let count = 1; count <= 9; count++) {
      const branches = Object.fromEntries(Array.from({ length: count }, (_, i) => [`b${i}`, { audio: noise(960, 0.05, i + 1) }]));
      const { outputs } = await renderNode(sum, { inputs: { audio: { branches } }, options: { channels: 1 } });
      const wanted = new Float32Array(960);
      for (const branch of Object.values(branches)) branch.audio.forEach((x, i) => (wanted[i]! += x));
      expect(largestDifference(outputs.audio!.planes[0]!, wanted), `${count} inputs`).toBeLessThan(1e-6);
    }
  });

  it('is silent without inputs and ends when all have ended', async () => {
    const open = await renderNode(sum, { inputs: { audio: { branches: {}, open: true } }, durationMs: 60 });
    expect(drawMarbles(open.outputs.audio!)).toBe('000');
    expect(open.outputs.audio!.frames.map((frame) => frame.ptsUs)).toEqual([0, 20_000, 40_000]);
    const { outputs } = await renderNode(sum, {
      inputs: { audio: { branches: { a: { audio: marbles('aa|') }, b: { audio: marbles('0000|') } } } },
    });
    expect(drawMarbles(outputs.audio!).at(-1)).toBe('|');
    expect(outputs.audio!.end).toEqual({ tick: 4 });
  });

  it('passes a single input that is heard through untouched', async () => {
    const { outputs } = await renderNode(sum, {
      inputs: { audio: { branches: { a: { audio: marbles('ab0a|') }, b: { audio: marbles('0000|') } } } },
    });
    expect(drawMarbles(outputs.audio!)).toBe('ab0a|');
  });

  it('never exceeds full scale, and leaves alone what is below the threshold', async () => {
    const loud = sine(4800, 997, 0.9);
    const branches = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`b${i}`, { audio: loud }]));
    const { outputs } = await renderNode(sum, { inputs: { audio: { branches } }, options: { thresholdDb: -3 } });
    const plane = outputs.audio!.planes[0]!;
    expect(peakOf(plane)).toBeLessThanOrEqual(1);
    expect(peakOf(plane)).toBeGreaterThan(0.95);
    const threshold = 10 ** (-3 / 20);
    plane.forEach((x, i) => {
      if (Math.abs(loud[i]! * 8) < threshold) expect(x).toBeCloseTo(loud[i]! * 8, 6);
    });
  });

  it('fades in who joins later and fades out who leaves', async () => {
    const { outputs } = await renderNode(sum, {
      inputs: {
        audio: {
          branches: {
            bed: { audio: constant(9600, 0.1) },
            guest: { audio: () => 0.4, joinAtMs: 60, leaveAtMs: 120 },
          },
        },
      },
    });
    const plane = outputs.audio!.planes[0]!;
    expect(plane[2879]).toBeCloseTo(0.1, 6);
    expect(plane[2880 + 240]).toBeCloseTo(0.5, 6);
    expect(plane[5759]).toBeCloseTo(0.5, 6);
    expect(plane[5760 + 240]).toBeCloseTo(0.1, 6);
    expect(largestStep(plane)).toBeLessThan(0.4 / 200);
  });

  it('bridges a tick that an input missed, and counts it', async () => {
    const { outputs, counters } = await renderNode(sum, {
      inputs: { audio: { branches: { a: { audio: marbles('aa-aa|', { a: 0.4 }) } } } },
    });
    expect(counters).toEqual({ underruns: 1 });
    expect(outputs.audio!.planes[0]!).toHaveLength(4800);
    expect(largestStep(outputs.audio!.planes[0]!)).toBeLessThan(0.4 / 200);
  });

  it('turns NaN and infinity into something harmless', async () => {
    const bad = constant(1920, 0.1);
    bad[100] = NaN;
    bad[959] = Infinity;
    bad[960] = -Infinity;
    const { outputs } = await renderNode(sum, {
      inputs: { audio: { branches: { bad: { audio: bad }, b: { audio: noise(1920, 0.1) } } } },
    });
    const plane = outputs.audio!.planes[0]!;
    expect(plane.every((x) => Math.abs(x) <= 1)).toBe(true);
    expect(plane[100]).toBe(0);
    expect(plane[959]).toBe(1);
  });
});
