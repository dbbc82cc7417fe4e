import { describe, expect, it } from 'vitest';
import { matrix } from '../../../src/nodes/mixers/matrix.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { constant, largestDifference, largestStep, noise, peakOf } from '../support/signals.js';

const stereo = [noise(1920, 0.2, 1), noise(1920, 0.2, 2)] as const;
const mono = noise(1920, 0.2, 3);

describe('mix.matrix', () => {
  it('is the sum of each input channel times its factor', async () => {
    const routes = {
      in1: [
        [0.5, -0.25],
        [0.1, 0.9],
      ],
      in3: [[0.3, 0.2]],
    } as const;
    const { outputs } = await renderNode(matrix, {
      inputs: { in1: [...stereo], in3: mono },
      options: { routes, gainsDb: { in1: -6, in3: 3 } },
    });
    const g1 = 10 ** (-6 / 20);
    const g3 = 10 ** (3 / 20);
    for (const o of [0, 1] as const) {
      const [l, r] = routes.in1[o];
      const wanted = mono.map((m, i) => g1 * (l * stereo[0][i]! + r * stereo[1][i]!) + g3 * 0.5 * m);
      expect(largestDifference(outputs.audio!.planes[o]!, wanted)).toBeLessThan(1e-7);
    }
  });

  it('passes a single input straight through without routes', async () => {
    const { outputs } = await renderNode(matrix, { inputs: { in4: [...stereo] } });
    expect(largestDifference(outputs.audio!.planes[0]!, stereo[0])).toBe(0);
    expect(largestDifference(outputs.audio!.planes[1]!, stereo[1])).toBe(0);
  });

  it('averages the sides into a mono result, and hears mono on both sides', async () => {
    const toMono = await renderNode(matrix, { inputs: { in1: [...stereo], in2: mono }, options: { channels: 1 } });
    const wanted = mono.map((m, i) => (stereo[0][i]! + stereo[1][i]!) / 2 + m);
    expect(largestDifference(toMono.outputs.audio!.planes[0]!, wanted)).toBeLessThan(1e-7);
    const swapped = await renderNode(matrix, {
      inputs: { in1: mono, in2: [...stereo] },
      options: {
        routes: {
          in2: [
            [0, 1],
            [1, 0],
          ],
        },
      },
    });
    for (const c of [0, 1]) {
      const sum = mono.map((m, i) => m + stereo[1 - c]![i]!);
      expect(largestDifference(swapped.outputs.audio!.planes[c]!, sum)).toBeLessThan(1e-7);
    }
  });

  it('changes every factor within 10 ms, without a click', async () => {
    const { outputs } = await renderNode(matrix, {
      inputs: { in1: () => 0.4, in2: () => 0.2 },
      optionChanges: [
        { atMs: 40, options: { gainsDb: { in2: -120 } } },
        { atMs: 80, options: { gainsDb: { in2: -120 }, routes: { in1: [[0.5, 0]] } } },
      ],
      durationMs: 120,
    });
    const plane = outputs.audio!.planes[0]!;
    expect(plane[1919]).toBeCloseTo(0.6, 6);
    expect(plane[1920 + 480]).toBeCloseTo(0.4, 6);
    expect(plane[3840 + 480]).toBeCloseTo(0.2, 6);
    expect(largestStep(plane)).toBeLessThan(0.4 / 480 + 1e-6);
  });

  it('never exceeds full scale', async () => {
    const { outputs } = await renderNode(matrix, {
      inputs: { in1: noise(4800, 1, 1), in2: noise(4800, 1, 2) },
      options: { gainsDb: { in1: 20 } },
    });
    expect(peakOf(outputs.audio!.planes[0]!)).toBeLessThanOrEqual(1);
  });

  it('fades out an input that leaves, and ends with the last', async () => {
    const { outputs } = await renderNode(matrix, {
      inputs: { in1: marbles('aa#', { a: 0.4 }), in2: constant(4800, 0.2) },
    });
    const plane = outputs.audio!.planes[0]!;
    expect(plane).toHaveLength(4800);
    expect(plane[1919]).toBeCloseTo(0.6, 6);
    expect(plane[1920 + 240]).toBeCloseTo(0.2, 6);
    expect(largestStep(plane)).toBeLessThan(0.4 / 230);
    const ended = await renderNode(matrix, { inputs: { in1: marbles('0|') } });
    expect(drawMarbles(ended.outputs.audio!)).toBe('0|');
  });
});
