import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { EngineEvent, StampedEvent } from '../../src/events/event.js';
import { EMPTY_STATE, type EngineState } from '../../src/events/state.js';
import { definePlugin, message } from '../../src/plugins/define-plugin.js';
import type { PluginDefinition, PluginSpec } from '../../src/plugins/plugin-types.js';
import { reduceAll, type ReduceFault } from '../../src/plugins/reduce.js';

type Draft = { list: unknown[] };
const base = { version: '1.0.0', description: 'Test.' };

function lab(...definitions: PluginDefinition[]) {
  const byKey = new Map(definitions.map((definition) => [definition.name, definition]));
  const faults: ReduceFault[] = [];
  let state: EngineState = EMPTY_STATE;
  let seq = 0;
  const tell = (event: EngineEvent, atMs = 1000 + seq) => {
    const stamped = { ...event, seq: ++seq, atMs } as StampedEvent;
    state = reduceAll(
      state,
      stamped,
      (key) => byKey.get(key),
      (fault) => faults.push(fault),
    );
    return state;
  };
  const load = (key: string, initial: unknown, scope: { graph?: string; call?: string } = {}, config = {}) => {
    const name = key.split('@')[0]!;
    byKey.set(key, byKey.get(name)!);
    tell({ type: 'plugin.loaded', plugin: key, name, version: '1.0.0', ...scope, config, state: initial as never });
    tell({ type: 'plugin.enabled', plugin: key });
  };
  return { tell, load, faults, at: (key: string) => state.plugins[key]?.state, state: () => state };
}

const joined = (call: string, participantId = 'anna'): EngineEvent => ({ type: 'participant.joined', call, participantId });

describe('reducers of plugins', () => {
  const counter = definePlugin({
    ...base,
    name: 'counter',
    config: z.strictObject({ step: z.number().default(1) }),
    messages: { add: message(z.number()) },
    state: {
      initial: () => ({ count: 0, last: 0 }),
      reducers: {
        'participant.joined': (draft, event, { config }) => {
          draft.count += config.step;
          draft.last = event.atMs;
        },
        'participant.left': () => ({ count: 0, last: 0 }),
      },
      messages: {
        add: (draft, by, { atMs }) => {
          draft.count += by;
          draft.last = atMs;
        },
      },
    },
  });

  it('count events and messages, with the time of the event, and their config', () => {
    const { tell, load, at, faults } = lab(counter);
    load('counter', { count: 0, last: 0 }, {}, { step: 2 });
    tell(joined('room:a'), 5000);
    expect(at('counter')).toEqual({ count: 2, last: 5000 });
    tell({ type: 'plugin.message', plugin: 'counter', from: '(outside)', message: 'add', payload: 5, id: 1 }, 6000);
    expect(at('counter')).toEqual({ count: 7, last: 6000 });
    tell({ type: 'participant.left', call: 'room:a', participantId: 'anna' });
    expect(at('counter')).toEqual({ count: 0, last: 0 });
    expect(faults).toEqual([]);
  });

  it('rest while the plugin is disabled, and go on after', () => {
    const { tell, load, at } = lab(counter);
    load('counter', { count: 0, last: 0 }, {}, { step: 1 });
    tell({ type: 'plugin.disabled', plugin: 'counter' });
    tell(joined('room:a'));
    expect(at('counter')).toMatchObject({ count: 0 });
    tell({ type: 'plugin.enabled', plugin: 'counter' });
    tell(joined('room:a'));
    expect(at('counter')).toMatchObject({ count: 1 });
  });

  it("of a graph's own plugin see that graph and its call alone", () => {
    const { tell, load, at } = lab(counter);
    load('counter@room:a', { count: 0, last: 0 }, { graph: 'graph-1', call: 'room:a' }, { step: 1 });
    load('counter@room:b', { count: 0, last: 0 }, { graph: 'graph-2', call: 'room:b' }, { step: 1 });
    tell(joined('room:a'));
    tell(joined('room:c'));
    expect(at('counter@room:a')).toMatchObject({ count: 1 });
    expect(at('counter@room:b')).toMatchObject({ count: 0 });
  });

  it('leave the state frozen and share what did not change', () => {
    const keeper = definePlugin({
      ...base,
      name: 'keeper',
      state: {
        initial: () => ({ big: [] as number[], count: 0 }),
        reducers: { 'participant.joined': (draft) => void draft.count++ },
      },
    });
    const { tell, load, at } = lab(keeper);
    const big = [1, 2, 3];
    load('keeper', { big, count: 0 });
    tell(joined('a'));
    const after = at('keeper') as { big: number[] };
    expect(after.big).toBe(big);
    expect(Object.isFrozen(after)).toBe(true);
  });

  const hostile = definePlugin({
    ...base,
    name: 'hostile',
    state: {
      initial: () => ({ list: [] }),
      reducers: {
        'call.opened': (draft: Draft) => {
          draft.list.push(1);
          throw new Error('half way');
        },
        'call.moved': (draft: Draft) => void draft.list.push(new Date(0)),
        'call.closed': (draft: Draft) => void draft.list.push(undefined),
        'call.started': (draft: Draft) => void draft.list.push({ deep: [Number.NaN] }),
        'call.ended': (draft: Draft) => void draft.list.push(draft.list),
        'participant.joined': async (draft: Draft) => void draft.list.push(1),
        'participant.muted': () => {
          // What the engine gave out is frozen.
          (states.at(-1) as { list: unknown[] }).list.push('from outside');
        },
      },
    },
  } as unknown as PluginSpec<z.ZodObject, { list: unknown[] }, Record<string, never>>);
  const states: unknown[] = [];

  it.each<[string, EngineEvent, RegExp]>([
    ['throws', { type: 'call.opened', call: 'a', address: 'a' }, /half way/],
    ['puts in a Date', { type: 'call.moved', call: 'a', status: 'live' }, /plain JSON, but \.list\[0\] is a Date/],
    ['puts in a hole', { type: 'call.closed', call: 'a' }, /plain JSON, but \.list\[0\] is undefined/],
    ['puts in NaN', { type: 'call.started', call: 'a', address: 'a' }, /plain JSON, but \.list\[0\]\.deep\[0\] is NaN/],
    ['makes a circle', { type: 'call.ended', call: 'a', reason: 'left' }, /./],
    ['is async', joined('a'), /./],
    [
      'mutates the state it was shown',
      { type: 'participant.muted', call: 'a', participantId: 'b', muted: true },
      /not extensible/,
    ],
  ])('one that %s is a fault, and the state is as before', (_what, event, sentence) => {
    const { tell, load, at, faults } = lab(hostile);
    load('hostile', Object.freeze({ list: Object.freeze([]) }));
    states.push(at('hostile'));
    tell(event);
    expect(at('hostile')).toEqual({ list: [] });
    expect(faults).toMatchObject([{ plugin: 'hostile', where: `reducer ${event.type}` }]);
    expect(String(faults[0]!.error)).toMatch(sentence);
    tell({ type: 'graph.started', graph: 'x' });
    expect(at('hostile')).toEqual({ list: [] });
  });

  it('are not shown what their host did with them, so that a fault begets no fault', () => {
    const loop = definePlugin({
      ...base,
      name: 'loop',
      state: {
        initial: () => ({}),
        reducers: {
          'plugin.faulted': () => {
            throw new Error('again');
          },
        },
      },
    });
    const { tell, load, faults } = lab(loop);
    load('loop', {});
    const problem = { code: 'PLUGIN_FAULT', message: 'm', fix: 'f' } as const;
    tell({ type: 'plugin.faulted', plugin: 'loop', where: 'x', problem, count: 1 });
    expect(faults).toEqual([]);
  });

  it('give the same state for the same events', () => {
    const events: EngineEvent[] = [
      joined('a'),
      joined('b'),
      { type: 'participant.left', call: 'a', participantId: 'anna' },
      joined('c'),
    ];
    const run = () => {
      const { tell, load, state } = lab(counter, hostile);
      load('counter', { count: 0, last: 0 }, {}, { step: 3 });
      load('hostile', { list: [] });
      for (const event of events) tell(event);
      return JSON.stringify(state());
    };
    expect(run()).toBe(run());
  });
});
