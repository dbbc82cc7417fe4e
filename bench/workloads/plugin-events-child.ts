// One event through twenty plugins with reducers, and through the same reducers with immer alone.
import { produce } from 'immer';
import { z } from 'zod';
import { definePlugin, EMPTY_STATE, type EngineState, type PluginDefinition, type StampedEvent } from '../../dist/index.js';
import { reduceAll } from '../../dist/plugins/reduce.js';

const PLUGINS = 20;
const PEOPLE = 50;

interface Counts {
  joins: number;
  talks: Record<string, number>;
}
const joined = (draft: Counts): void => void draft.joins++;
const spoke = (draft: Counts, { participantId }: { readonly participantId: string }): void => {
  draft.talks[participantId] = (draft.talks[participantId] ?? 0) + 1;
};

const definitions = new Map<string, PluginDefinition>(
  Array.from({ length: PLUGINS }, (_, i) => {
    const name = `counts-${i}`;
    const definition = definePlugin({
      name,
      version: '1.0.0',
      description: 'Counts.',
      config: z.strictObject({}),
      state: {
        initial: (): Counts => ({ joins: 0, talks: {} }),
        reducers: { 'participant.joined': joined, 'participant.speaking': spoke },
      },
    });
    return [name, definition];
  }),
);

let seq = 0;
const stamped = (event: object): StampedEvent => ({ ...event, seq: ++seq, atMs: seq }) as unknown as StampedEvent;
const reduced = (state: EngineState, event: StampedEvent): EngineState =>
  reduceAll(
    state,
    event,
    (key) => definitions.get(key),
    ({ error }) => {
      throw error;
    },
  );

function events(count: number): StampedEvent[] {
  return Array.from({ length: count }, (_, i) =>
    stamped({ type: 'participant.speaking', call: 'room:bench', participantId: `p${i % PEOPLE}`, speaking: i % 2 === 0 }),
  );
}

function begin(): EngineState {
  let state = EMPTY_STATE;
  for (const [plugin, { version }] of definitions) {
    const loaded = { type: 'plugin.loaded', plugin, name: plugin, version, config: {}, state: { joins: 0, talks: {} } };
    state = reduced(state, stamped(loaded));
    state = reduced(state, stamped({ type: 'plugin.enabled', plugin }));
  }
  for (let p = 0; p < PEOPLE; p++)
    state = reduced(state, stamped({ type: 'participant.joined', call: 'room:bench', participantId: `p${p}` }));
  return state;
}

function usPer(list: readonly StampedEvent[], each: (event: StampedEvent) => void): number {
  const { user, system } = process.cpuUsage();
  for (const event of list) each(event);
  const after = process.cpuUsage();
  return (after.user + after.system - user - system) / list.length;
}

const [count = 0, runs = 0] = process.argv.slice(2).map(Number);
const list = events(count);
let state = begin();
let alone: readonly Counts[] = Array.from({ length: PLUGINS }, () => ({ joins: PEOPLE, talks: {} }));
const ours: number[] = [];
const peer: number[] = [];
for (let i = 0; i <= runs; i++) {
  const mine = usPer(list, (event) => (state = reduced(state, event)));
  const theirs = usPer(list, (event) => {
    alone = alone.map((counts) => produce(counts, (draft) => spoke(draft, event as never)));
  });
  // The first is for the compiler.
  if (i === 0) continue;
  ours.push(mine);
  peer.push(theirs);
}
const talks = Object.values(state.plugins).map(({ state: counts }) => (counts as unknown as Counts).talks['p7']);
const wanted = ((runs + 1) * count) / PEOPLE;
if (talks.length !== PLUGINS || talks.some((found) => found !== wanted))
  throw new Error(`counted ${talks.join()}, not ${wanted}`);
console.log(JSON.stringify({ ours, peer, rssMb: process.memoryUsage().rss / 2 ** 20 }));
