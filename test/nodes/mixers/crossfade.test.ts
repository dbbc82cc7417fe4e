import { describe, expect, it } from 'vitest';
import { crossfade } from '../../../src/nodes/mixers/crossfade.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { constant, largestDifference, largestStep, noise } from '../support/signals.js';

const a = () => 0.4;
const b = () => 0.2;

describe('mix.crossfade', () => {
  it('has the gains of its curve at every position', async () => {
    for (const position of [0, 0.25, 0.5, 0.9, 1]) {
      const render = async (curve: string) => {
        const { outputs } = await renderNode(crossfade, { inputs: { a, b }, options: { position, curve }, durationMs: 40 });
        return outputs.audio!.planes[0]!;
      };
      const angle = (position * Math.PI) / 2;
      for (const x of await render('equal-power')) expect(x).toBeCloseTo(0.4 * Math.cos(angle) + 0.2 * Math.sin(angle), 6);
      for (const x of await render('linear')) expect(x).toBeCloseTo(0.4 * (1 - position) + 0.2 * position, 6);
    }
  });

  it('passes the signal at either end through untouched', async () => {
    const left = noise(4800, 1, 1);
    const right = noise(4800, 1, 2);
    for (const [position, wanted] of [
      [0, left],
      [1, right],
    ] as const) {
      const { outputs } = await renderNode(crossfade, { inputs: { a: left, b: right }, options: { position, channels: 1 } });
      expect(largestDifference(outputs.audio!.planes[0]!, wanted)).toBe(0);
    }
  });

  it('moves by command evenly over the time asked for, and tells when it has arrived', async () => {
    const { outputs, events } = await renderNode(crossfade, {
      inputs: { a, b },
      options: { curve: 'linear' },
      commands: [{ atMs: 100, command: { type: 'fade', to: 1, durationMs: 1000 } }],
      durationMs: 1400,
    });
    const plane = outputs.audio!.planes[0]!;
    expect(plane[4799]).toBeCloseTo(0.4, 6);
    expect(plane[4800 + 23_999]).toBeCloseTo(0.3, 6);
    expect(plane[4800 + 47_999]).toBeCloseTo(0.2, 6);
    expect(largestStep(plane)).toBeLessThan(0.2 / 48_000 + 1e-7);
    expect(events).toEqual([{ atUs: 1_080_000, event: { type: 'fade.ended', position: 1 } }]);
  });

  it('stays where a command put it until the option itself changes', async () => {
    const { outputs } = await renderNode(crossfade, {
      inputs: { a, b },
      commands: [{ atMs: 0, command: { type: 'fade', to: 1, durationMs: 0 } }],
      optionChanges: [
        { atMs: 40, options: { curve: 'linear' } },
        { atMs: 80, options: { position: 0.5 } },
      ],
      durationMs: 120,
    });
    const plane = outputs.audio!.planes[0]!;
    expect(plane[3839]).toBeCloseTo(0.2, 6);
    expect(plane.at(-1)).toBeCloseTo(0.3, 6);
  });

  it('takes a change in the middle of a fade from where it is, without a step', async () => {
    const { outputs } = await renderNode(crossfade, {
      inputs: { a, b: () => -0.4 },
      commands: [
        { atMs: 0, command: { type: 'fade', to: 1, durationMs: 400 } },
        { atMs: 200, command: { type: 'fade', to: 0, durationMs: 100 } },
      ],
      optionChanges: [{ atMs: 240, options: { curve: 'linear' } }],
      durationMs: 500,
    });
    const plane = outputs.audio!.planes[0]!;
    expect(largestStep(plane)).toBeLessThan(0.001);
    expect(plane.at(-1)).toBeCloseTo(0.4, 6);
  });

  it('refuses what it does not understand', async () => {
    const { events } = await renderNode(crossfade, {
      inputs: { a, b },
      commands: [
        { atMs: 0, command: { type: 'fade', to: 3, durationMs: 10 } },
        { atMs: 0, command: { type: 'dance' } },
      ],
      durationMs: 20,
    });
    expect(events.map(({ event }) => [event.type, event['command']])).toEqual([
      ['command.refused', 'fade'],
      ['command.refused', 'dance'],
    ]);
  });

  it('fades out an input that ends or fails, and ends with the last', async () => {
    for (const drawing of ['aa|', 'aa#']) {
      const { outputs } = await renderNode(crossfade, {
        inputs: { a: marbles(drawing, { a: 0.4 }), b: constant(4800, 0.2) },
        options: { position: 0.5, curve: 'linear' },
      });
      const plane = outputs.audio!.planes[0]!;
      expect(plane).toHaveLength(4800);
      expect(plane[1919]).toBeCloseTo(0.3, 6);
      expect(plane[1920 + 240]).toBeCloseTo(0.1, 6);
      expect(largestStep(plane)).toBeLessThan(0.2 / 230);
    }
    const { outputs } = await renderNode(crossfade, { inputs: { a: marbles('0a-|'), b: marbles('|') } });
    expect(drawMarbles(outputs.audio!).at(-1)).toBe('|');
  });
});
