import { describe, expect, it } from 'vitest';
import { switcher } from '../../../src/nodes/mixers/switch.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { constant, largestDifference, largestStep, noise } from '../support/signals.js';

const inputs = { in1: () => 0.4, in2: () => -0.2, in5: () => 0.1 };

describe('mix.switch', () => {
  it('passes the chosen input through untouched', async () => {
    const one = noise(4800, 1, 1);
    const two = noise(4800, 1, 2);
    const { outputs } = await renderNode(switcher, {
      inputs: { in1: one, in2: two },
      options: { select: 'in2', channels: 1 },
    });
    expect(largestDifference(outputs.audio!.planes[0]!, two)).toBe(0);
  });

  it('cuts within 5 ms, without a click, by option and by command', async () => {
    const byOption = { optionChanges: [{ atMs: 100, options: { select: 'in2' } }] };
    const byCommand = { commands: [{ atMs: 100, command: { type: 'select', input: 'in2' } }] };
    for (const change of [byOption, byCommand]) {
      const { outputs, events } = await renderNode(switcher, { inputs, ...change, durationMs: 200 });
      const plane = outputs.audio!.planes[0]!;
      expect(plane[4799]).toBeCloseTo(0.4, 6);
      expect(plane[4800 + 239]).toBeCloseTo(-0.2, 6);
      expect(plane[4800 + 119]).toBeCloseTo(0.1, 6);
      expect(largestStep(plane)).toBeLessThan(0.6 / 239);
      expect(events).toEqual([{ atUs: 100_000, event: { type: 'switch.changed', from: 'in1', to: 'in2', reason: 'asked' } }]);
    }
  });

  it('fades over fadeMs, by sine and cosine or in straight lines', async () => {
    const render = async (curve: string) => {
      const { outputs } = await renderNode(switcher, {
        inputs,
        options: { mode: 'fade', fadeMs: 400, curve },
        optionChanges: [{ atMs: 100, options: { select: 'in2' } }],
        durationMs: 600,
      });
      return outputs.audio!.planes[0]!;
    };
    const linear = await render('linear');
    const power = await render('equal-power');
    for (const k of [1, 4800, 9600, 19_200]) {
      const t = k / 19_200;
      expect(linear[4799 + k]).toBeCloseTo(0.4 * (1 - t) - 0.2 * t, 6);
      expect(power[4799 + k]).toBeCloseTo(0.4 * Math.cos((t * Math.PI) / 2) - 0.2 * Math.sin((t * Math.PI) / 2), 6);
    }
  });

  it('takes a change in the middle of another from where it is', async () => {
    const { outputs } = await renderNode(switcher, {
      inputs,
      options: { mode: 'fade', fadeMs: 200 },
      commands: [
        { atMs: 0, command: { type: 'select', input: 'in2' } },
        { atMs: 100, command: { type: 'select', input: 'in5', fadeMs: 50 } },
        { atMs: 120, command: { type: 'select', input: 'in1', mode: 'cut' } },
      ],
      durationMs: 200,
    });
    const plane = outputs.audio!.planes[0]!;
    expect(largestStep(plane)).toBeLessThan(0.005);
    expect(plane.at(-1)).toBeCloseTo(0.4, 6);
  });

  it('waits for the end of the input that is heard', async () => {
    const { outputs, events } = await renderNode(switcher, {
      inputs: { in1: constant(9600, 0.4), in2: constant(19_200, -0.2) },
      options: { waitForEnd: true },
      optionChanges: [{ atMs: 40, options: { select: 'in2' } }],
    });
    expect(events).toEqual([
      { atUs: 40_000, event: { type: 'switch.waiting', from: 'in1', to: 'in2' } },
      { atUs: 200_000, event: { type: 'switch.changed', from: 'in1', to: 'in2', reason: 'ended' } },
    ]);
    const plane = outputs.audio!.planes[0]!;
    expect(plane).toHaveLength(19_200);
    expect(plane[9599]).toBeCloseTo(0.4, 6);
    expect(plane[9600 + 240]).toBeCloseTo(-0.2, 6);
    expect(largestStep(plane)).toBeLessThan(0.6 / 239);
  });

  it('waits for a track to end, is overridden by another wish, and lets itself be hurried', async () => {
    const fact = (type: string) => ({ ptsUs: 0, type, data: {} });
    const { events } = await renderNode(switcher, {
      inputs: {
        ...inputs,
        ends: { values: [undefined, fact('track.started'), undefined, undefined, undefined, fact('track.ended')] },
      },
      options: { waitForEnd: true },
      commands: [
        { atMs: 20, command: { type: 'select', input: 'in2' } },
        { atMs: 60, command: { type: 'select', input: 'in5' } },
        { atMs: 120, command: { type: 'select', input: 'in1' } },
        { atMs: 160, command: { type: 'now' } },
      ],
      durationMs: 200,
    });
    expect(events.map(({ atUs, event: { type, to, reason } }) => [atUs / 1000, type, to, reason])).toEqual([
      [20, 'switch.waiting', 'in2', undefined],
      [60, 'switch.waiting', 'in5', undefined],
      [100, 'switch.changed', 'in5', 'ended'],
      [120, 'switch.waiting', 'in1', undefined],
      [160, 'switch.changed', 'in1', 'now'],
    ]);
  });

  it('forgets a waiting change when the present input is asked for again, and does not wait for one that has ended', async () => {
    const { events } = await renderNode(switcher, {
      inputs: { in1: marbles('aaaa|'), in2: () => 0.1 },
      options: { waitForEnd: true },
      commands: [
        { atMs: 0, command: { type: 'select', input: 'in2' } },
        { atMs: 20, command: { type: 'select', input: 'in1' } },
        { atMs: 120, command: { type: 'select', input: 'in2' } },
      ],
      durationMs: 200,
    });
    expect(events.map(({ atUs, event }) => [atUs / 1000, event.type])).toEqual([
      [0, 'switch.waiting'],
      [120, 'switch.changed'],
    ]);
  });

  it('carries out a waiting change when it is told to wait no more', async () => {
    const { events } = await renderNode(switcher, {
      inputs,
      options: { waitForEnd: true },
      optionChanges: [
        { atMs: 20, options: { select: 'in2' } },
        { atMs: 60, options: { waitForEnd: false } },
      ],
      durationMs: 100,
    });
    expect(events.at(-1)).toEqual({
      atUs: 60_000,
      event: { type: 'switch.changed', from: 'in1', to: 'in2', reason: 'asked' },
    });
  });

  it('gives silence for an input that is not wired, runs on when one fails, and ends with the last', async () => {
    const silent = await renderNode(switcher, { inputs, options: { select: 'in8' }, durationMs: 60 });
    expect(drawMarbles(silent.outputs.audio!)).toBe('000');
    const { outputs } = await renderNode(switcher, {
      inputs: { in1: marbles('aa#'), in2: marbles('bbbb|') },
      options: { select: 'in2' },
    });
    expect(drawMarbles(outputs.audio!)).toBe('bbbb|');
  });

  it('refuses what it does not understand', async () => {
    const { events } = await renderNode(switcher, {
      inputs,
      commands: [
        { atMs: 0, command: { type: 'select', input: 'in9' } },
        { atMs: 0, command: { type: 'jump' } },
      ],
      durationMs: 20,
    });
    expect(events.map(({ event }) => event.type)).toEqual(['command.refused', 'command.refused']);
  });
});
