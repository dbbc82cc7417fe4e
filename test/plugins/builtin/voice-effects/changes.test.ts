import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../src/events/json.js';
import { countClicks } from '../../../../src/engine/graph-test/clicks.js';
import { peakDb, rmsDb } from '../../../../src/media/dsp/measure.js';
import { builtinNodes } from '../../../../src/nodes/index.js';
import voiceEffects from '../../../../src/plugins/builtin/voice-effects/index.js';
import { renderNode, type RenderNodeSettings } from '../../../../src/testing/index.js';

const node = (type: string) => builtinNodes.find((one) => one.type === type)!;
const tone = (i: number) => 0.3 * Math.sin((2 * Math.PI * 220 * i) / 48_000);
const gain = (gainDb: number) => ({ effect: 'gain', gainDb });
const plugins = (effects: Json[], more: object = {}) => [{ plugin: voiceEffects, config: { effects, ...more } }];

/** What comes out when one list of effects takes the place of another each 200 ms. */
async function through(lists: Json[][], more: Partial<RenderNodeSettings> = {}) {
  const [first, ...later] = lists;
  const { outputs, events } = await renderNode(node('plugin.audio'), {
    inputs: { audio: tone },
    plugins: plugins(first!),
    pluginChanges: later.map((effects, i) => ({ atMs: 200 * (i + 1), plugins: plugins(effects) })),
    durationMs: 200 * lists.length,
    ...more,
  });
  expect(events.filter(({ event }) => 'problem' in event)).toEqual([]);
  return outputs['audio']!.planes[0]!;
}
const at = (plane: Float32Array, fromMs: number, toMs: number) => plane.subarray(48 * fromMs, 48 * toMs);

describe('voice-effects: changes while it runs', () => {
  it.each([
    ['another option', [[gain(0)], [gain(-20)], [gain(0)]]],
    [
      'one that joins in the middle',
      [
        [gain(-3), gain(-3)],
        [gain(-3), { effect: 'tremolo', depth: 1 }, gain(-3)],
      ],
    ],
    ['one that leaves', [['robot', gain(-6)], [gain(-6)], []]],
    [
      'another order',
      [
        ['robot', gain(-12), 'tremolo'],
        ['tremolo', gain(-12), 'robot'],
      ],
    ],
    ['everything', [['robot'], ['pitch', 'echo'], ['reverb'], [], ['robot']]],
  ] as [string, Json[][]][])('%s does not click', async (_, lists) => {
    const plane = await through(lists);
    expect(countClicks(plane)).toBe(0);
    expect(peakDb(plane)).toBeLessThan(0);
  });

  it('is told to a rack at each frame without a click, and ends where it shall', async () => {
    const lists = Array.from({ length: 40 }, (_, i) => (i % 2 ? [gain(-6), 'tremolo', gain(-6)] : ['tremolo', gain(-6)]));
    const { outputs } = await renderNode(node('plugin.audio'), {
      inputs: { audio: tone },
      plugins: plugins([]),
      pluginChanges: [...lists, [gain(-6)]].map((effects, i) => ({ atMs: 100 + 5 * i, plugins: plugins(effects) })),
      frameSamples: 240,
      durationMs: 600,
    });
    const plane = outputs['audio']!.planes[0]!;
    expect(countClicks(plane)).toBe(0);
    expect(peakDb(at(plane, 400, 600))).toBeCloseTo(20 * Math.log10(0.3) - 6, 1);
  });

  it('keeps what an echo holds when it or something else in the row has other options', async () => {
    // One beep; its echo comes half a second later, after two changes.
    const beep = (i: number) => (i < 4800 ? tone(i) : 0);
    const echo = { effect: 'echo', delayMs: 500, decay: 1 };
    const lists = [[echo], [echo, gain(-20)], [{ ...echo, dryDb: -60 }, gain(0)], [gain(0)]];
    const plane = await through(lists, { inputs: { audio: beep }, durationMs: 800 });
    expect(rmsDb(at(plane, 120, 480))).toBeLessThan(-100);
    expect(peakDb(at(plane, 500, 590))).toBeCloseTo(20 * Math.log10(0.3), 1);
    expect(rmsDb(at(plane, 625, 800))).toBeLessThan(-100);
  });

  it('does not depend on the size of frames', async () => {
    const lists = [[gain(-6)], ['tremolo', gain(-6)], ['echo']];
    const whole = await through(lists);
    const small = await through(lists, { frameSamples: 120 });
    let largest = 0;
    whole.forEach((x, i) => (largest = Math.max(largest, Math.abs(x - small[i]!))));
    expect(largest).toBeLessThan(1e-6);
  });

  it('lets silence and untouched frames pass', async () => {
    const { outputs } = await renderNode(node('plugin.audio'), {
      plugins: plugins(['robot', 'echo', 'reverb', 'tremolo']),
      durationMs: 200,
    });
    expect(outputs['audio']!.frames.every(({ silent }) => silent)).toBe(true);
    expect([...(await through([[]]))]).toEqual(Array.from({ length: 9600 }, (_, i) => Math.fround(tone(i))));
  });
});

describe('voice-effects: participants', () => {
  const branches = (ids: string[]) => ({ branches: Object.fromEntries(ids.map((id) => [id, { audio: tone }])) });
  const level = 20 * Math.log10(0.3);

  it('have their own, where each has a chain', async () => {
    const config = { participants: { ada: [gain(-20)], constructor: [] }, graphs: { other: { effects: [gain(-40)] } } };
    const { outputs } = await renderNode(node('plugin.voices'), {
      inputs: { audio: branches(['ada', 'bob', 'constructor', 'toString']) },
      plugins: plugins([gain(-6)], config),
      pluginChanges: [{ atMs: 200, plugins: plugins([gain(-6)], { participants: { bob: [] } }) }],
      durationMs: 400,
    });
    const of = (id: string, fromMs: number) => peakDb(at(outputs['audio']!.branches[id]!.planes[0]!, fromMs, fromMs + 100));
    expect(of('ada', 50)).toBeCloseTo(level - 20, 1);
    expect(of('bob', 50)).toBeCloseTo(level - 6, 1);
    expect(of('constructor', 50)).toBeCloseTo(level, 1);
    expect(of('toString', 50)).toBeCloseTo(level - 6, 1);
    expect(of('ada', 250)).toBeCloseTo(level - 6, 1);
    expect(of('bob', 250)).toBeCloseTo(level, 1);
    for (const { planes } of Object.values(outputs['audio']!.branches)) expect(countClicks(planes[0]!)).toBe(0);
  });

  it('have those of their graph before those of all', async () => {
    const { outputs } = await renderNode(node('plugin.voices'), {
      inputs: { audio: branches(['ada', 'bob']) },
      plugins: plugins(['robot'], {
        participants: { ada: [gain(-3)], bob: [gain(-3)] },
        graphs: { graph: { effects: [gain(-9)], participants: { ada: [gain(-20)] } } },
      }),
      durationMs: 200,
    });
    const of = (id: string) => peakDb(at(outputs['audio']!.branches[id]!.planes[0]!, 50, 150));
    expect(of('ada')).toBeCloseTo(level - 20, 1);
    expect(of('bob')).toBeCloseTo(level - 3, 1);
  });
});
