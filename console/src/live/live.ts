/** Everything that is live: the engine's state by the engine's own reducer, figures, machines and the log. */
import { EMPTY_STATE, reduce } from '../../../src/events/state.js';
import { ask, sentence } from '../api/client.js';
import { followFeed, type FeedMessage, type FeedState } from '../api/feed.js';
import type { EngineState, Machines, MachineInstance, StampedEvent, StatsMessage, Transition } from '../api/types.js';
import { forgetPast, noteFigures } from './history.js';
import { noteLine, noteLog } from './log.js';
import { lookAtPlayers, notePlayerFact, players } from './players.js';
import { createStore } from './store.js';

/** How the connection is. */
export const connection = createStore<FeedState>({ state: 'connecting' });
/** What the engine knows. */
export const engine = createStore<EngineState>(EMPTY_STATE);
/** The newest figures of each graph. */
export const figures = createStore<Readonly<Record<string, StatsMessage>>>({});
/** The charts, and the machines that run. */
export const machines = createStore<Machines>({ charts: [], instances: [] });
/** The newest transitions of each machine, oldest first. */
export const transitions = createStore<Readonly<Record<string, readonly Transition[]>>>({});
/** Rises with each fact after which a graph's drawing may be another one. */
export const drawings = createStore(0);

/** How many transitions of a machine are kept. */
export const TRANSITIONS_KEPT = 200;

const REDRAWN = new Set(['graph.loaded', 'graph.started', 'graph.ended', 'plugin.enabled', 'plugin.disabled', 'plugin.reloaded']);
const REDRAWN_TOLD = new Set(['graph.changed', 'graph.change-failed', 'node.bypassed', 'node.restored', 'node.set']);
/** The last fact that was heard of, and the last one that is in the state. */
let seq = 0;
let reduced = 0;
let run: string | undefined;

function note(event: StampedEvent): void {
  if (event.seq <= seq) return;
  seq = event.seq;
  notePlayerFact(event);
  noteLog(event);
  // Those from before are in the state that the page began with.
  if (seq <= reduced) return;
  reduced = seq;
  engine.set(reduce(engine.get(), event));
  if (REDRAWN.has(event.type) || (event.type === 'node.told' && REDRAWN_TOLD.has(event.what))) drawings.set((n) => n + 1);
}

function step(transition: Transition): void {
  const { instance, to, atMs } = transition;
  transitions.set((all) => {
    const own = all[instance] ?? [];
    if ((own.at(-1)?.n ?? -1) >= transition.n) return all;
    return { ...all, [instance]: [...own, transition].slice(-TRANSITIONS_KEPT) };
  });
  if (!machines.get().instances.some((known) => known.instance === instance)) return void refreshMachines();
  machines.set(({ charts, instances }) => ({
    charts,
    instances: instances.map((known) => (known.instance === instance ? { ...known, value: to, sinceMs: atMs } : known)),
  }));
}

/** Brings the list of machines up to date, and what is known of the steps of new ones. */
export async function refreshMachines(): Promise<void> {
  try {
    const found = await ask<Machines>('/machines');
    machines.set(found);
  } catch (error) {
    noteLine('warning', sentence(error));
  }
}

/** Asks for the steps of a machine from before the console was open. */
export async function loadTransitions({ instance }: MachineInstance): Promise<void> {
  const found = await ask<{ transitions: readonly Transition[] }>(`/machines/${encodeURIComponent(instance)}/transitions`);
  transitions.set((all) => {
    const newest = found.transitions.at(-1)?.n ?? -1;
    const later = (all[instance] ?? []).filter(({ n }) => n > newest);
    return { ...all, [instance]: [...found.transitions, ...later].slice(-TRANSITIONS_KEPT) };
  });
}

interface NumberedState {
  readonly engine: string;
  readonly seq: number;
  readonly state: EngineState;
}

function begin(found: NumberedState): void {
  reduced = found.seq;
  // The steps of machines of another run have other numbers.
  if (run !== found.engine) {
    transitions.set({});
    forgetPast();
  }
  run = found.engine;
  engine.set(found.state);
  players.set(undefined);
  drawings.set((n) => n + 1);
  void refreshMachines();
}

function message({ event, data }: FeedMessage): void {
  if (event === 'fact') note(data as StampedEvent);
  else if (event === 'stats') {
    const found = data as StatsMessage;
    noteFigures(found);
    figures.set((all) => ({ ...all, [found.graph]: found }));
  } else if (event === 'transition') step(data as Transition);
  else if (event === 'reset') {
    begin(data as NumberedState);
    seq = reduced;
  } else if (event === 'lag') noteLine('warning', 'This page was too slow for the feed; some figures were left out.');
}

/** Begins to follow the engine, while the page is to be seen. @returns ends it */
export function goLive(): () => void {
  let stop: (() => void) | undefined;
  const query = () => `stats=1${run === undefined ? '' : `&engine=${encodeURIComponent(run)}`}`;
  // From the first fact on, if the engine still has them: they tell what plays. Otherwise the feed begins with the state.
  const after = () => (run === undefined ? undefined : seq);
  const state = (next: FeedState) => {
    connection.set(next);
    if (next.state !== 'live') return;
    void refreshMachines();
    void lookAtPlayers();
  };
  const start = () => {
    if (stop) return;
    connection.set({ state: 'connecting' });
    let over = false;
    let end = () => {
      over = true;
    };
    stop = () => end();
    const follow = () => {
      if (!over) end = followFeed({ query, after }, { message, state });
    };
    if (run !== undefined) return follow();
    ask<NumberedState>('/state')
      .then(begin)
      .catch(() => {})
      .finally(follow);
  };
  const look = () => {
    if (document.visibilityState === 'visible') return start();
    stop?.();
    stop = undefined;
  };
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
    stop?.();
  };
}
