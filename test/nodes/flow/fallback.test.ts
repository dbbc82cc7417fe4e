import { describe, expect, it } from 'vitest';
import { fallback } from '../../../src/nodes/flow/fallback.js';
import { drawMarbles, marbles, renderNode, type RenderedNode } from '../../../src/testing/index.js';
import { largestDifference, largestStep, noise } from '../support/signals.js';

const changes = ({ events }: RenderedNode) =>
  events.map(({ atUs, event }) => [atUs / 20_000, event.type, event['from'], event['to'], event['reason']]);

describe('flow.fallback', () => {
  it('passes the best input through untouched as long as it is there', async () => {
    const best = noise(4800, 1, 1);
    const rendered = await renderNode(fallback, {
      inputs: { in1: best, in2: noise(4800, 1, 2) },
      options: { channels: 1 },
    });
    expect(largestDifference(rendered.outputs.audio!.planes[0]!, best)).toBe(0);
    expect(changes(rendered)).toEqual([[0, 'source.changed', null, 'in1', 'start']]);
  });

  it('begins with what has started, and goes to the better one when it has been there long enough', async () => {
    const rendered = await renderNode(fallback, {
      inputs: { in1: marbles('--aaaaaaa|'), in2: marbles('bbbbbbbbbbbb|'), in3: marbles('cccccccccccc|') },
      options: { backAfterMs: 60 },
    });
    expect(changes(rendered)).toEqual([
      [0, 'source.changed', null, 'in2', 'not-started'],
      [4, 'source.changed', 'in2', 'in1', 'back'],
      [9, 'source.changed', 'in1', 'in2', 'ended'],
    ]);
    expect(drawMarbles(rendered.outputs.audio!)).toBe('bbbb?aaaa?bb|');
    expect(rendered.counters).toEqual({ underruns: 2 });
  });

  it('survives the failure of every input but the last', async () => {
    const rendered = await renderNode(fallback, {
      inputs: { in1: marbles('aa#'), in2: marbles('bbbb#'), in3: marbles('cccccccc|') },
    });
    expect(changes(rendered)).toEqual([
      [0, 'source.changed', null, 'in1', 'start'],
      [2, 'source.changed', 'in1', 'in2', 'failed'],
      [4, 'source.changed', 'in2', 'in3', 'failed'],
    ]);
    expect(drawMarbles(rendered.outputs.audio!)).toBe('aa?b?ccc|');
  });

  it('goes over in the tick in which a frame is missing, and back after backAfterMs', async () => {
    const rendered = await renderNode(fallback, {
      inputs: { in1: marbles('aa-aaaaaa', { a: 0.4 }), in2: () => -0.4 },
      options: { backAfterMs: 80 },
      durationMs: 160,
    });
    expect(changes(rendered)).toEqual([
      [0, 'source.changed', null, 'in1', 'start'],
      [2, 'source.changed', 'in1', 'in2', 'underrun'],
      [6, 'source.changed', 'in2', 'in1', 'back'],
    ]);
    const plane = rendered.outputs.audio!.planes[0]!;
    expect(plane).toHaveLength(8 * 960);
    expect(plane[3 * 960 - 1]).toBeCloseTo(-0.4, 6);
    // The tail of what is missing takes 5 ms.
    expect(largestStep(plane)).toBeLessThan(0.4 / 239 + 0.4 / 960);
    expect(rendered.counters).toEqual({ underruns: 1 });
  });

  it('leaves what is silent for too long, by its level, and comes back when it makes a sound', async () => {
    const rendered = await renderNode(fallback, {
      inputs: { in1: marbles('aa0z0z00aaaa', { a: 0.4, z: 0.0001 }), in2: () => 0.2 },
      options: { silentAfterMs: 60, backAfterMs: 40, silenceDb: -70 },
      durationMs: 240,
    });
    expect(changes(rendered)).toEqual([
      [0, 'source.changed', null, 'in1', 'start'],
      [5, 'source.changed', 'in1', 'in2', 'silent'],
      [9, 'source.changed', 'in2', 'in1', 'back'],
    ]);
    const without = await renderNode(fallback, {
      inputs: { in1: marbles('aa00000000'), in2: () => 0.2 },
      durationMs: 200,
    });
    expect(changes(without)).toHaveLength(1);
  });

  it('stays with a silent input while nothing else is there', async () => {
    const rendered = await renderNode(fallback, {
      inputs: { in1: marbles('a000000000'), in2: marbles('-------b') },
      options: { silentAfterMs: 40 },
      durationMs: 200,
    });
    expect(changes(rendered)[1]).toEqual([7, 'source.changed', 'in1', 'in2', 'silent']);
  });

  it('crossfades over fadeMs without a click', async () => {
    const { outputs } = await renderNode(fallback, {
      inputs: { in1: marbles('aaaaa-', { a: 0.4 }), in2: () => -0.2 },
      options: { fadeMs: 100, silentAfterMs: 20 },
      durationMs: 240,
    });
    const plane = outputs.audio!.planes[0]!;
    // in1 fades out from its last sample in 5 ms, in2 in over 100 ms.
    expect(plane[4800 + 2399]).toBeCloseTo(-0.1, 6);
    expect(plane[4800 + 4799]).toBeCloseTo(-0.2, 6);
    expect(largestStep(plane)).toBeLessThan(0.4 / 239 + 0.2 / 4800);
  });

  it('is silent while nothing is there, and ends when all have ended', async () => {
    const rendered = await renderNode(fallback, {
      inputs: { in1: marbles('--|'), in2: marbles('a---b|') },
      options: { backAfterMs: 0 },
    });
    expect(rendered.outputs.audio!.frames).toHaveLength(5);
    expect(rendered.outputs.audio!.end).toEqual({ tick: 5 });
    expect(changes(rendered)).toEqual([[0, 'source.changed', null, 'in2', 'not-started']]);
  });
});
