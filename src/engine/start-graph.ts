import { resolve } from 'node:path';
import { Subject, filter, firstValueFrom, map, takeUntil, takeWhile, type Observable } from 'rxjs';
import type { EngineEvent } from '../events/event.js';
import type { PlanDiff } from '../graph/diff.js';
import type { Plan } from '../graph/plan-types.js';
import type { Registry } from '../graph/registry.js';
import type { ChangeSettings } from '../graph/run/change-settings.js';
import type { GraphEndReason, GraphEvent } from '../graph/run/graph-events.js';
import type { CallInput } from '../machines/call-types.js';
import type { MachineLog } from '../machines/machine-log.js';
import type { MediaHost } from '../host/media-host.js';
import type { DeclaredPlugins } from '../plugins/declared.js';
import type { Scheduler } from '../time/scheduler.js';
import type { GraphSession, RunOptions } from './api.js';
import type { Calls, OpenCall } from './calls.js';
import type { CommandedGraph } from './commands.js';
import type { EnginePlugins } from './engine-plugins.js';
import { keptOptions } from './kept-options.js';
import { Playbacks } from './playbacks.js';
import { Players } from './players.js';
import type { CallSnapshot } from './snapshots/index.js';
import type { PeopleSnapshot } from './snapshots/snapshot.js';

/** Where a graph's call is, and how it is opened. */
export interface GraphPlace {
  /** Its id. */
  readonly id: string;
  /** Opens it. Rejects with a VoxError. @param resume how an earlier process was in it. */
  open(resume?: CallInput['resume']): Promise<OpenCall>;
}

/** A graph that is to run. */
export interface GraphStart {
  /** Its id. */
  readonly id: string;
  readonly plan: Plan;
  /** The plugins that it names. */
  readonly declared: DeclaredPlugins;
  readonly place: GraphPlace | undefined;
  readonly options: RunOptions;
  /** An event log that happens again. */
  readonly replay: string | undefined;
  /** What it tells. */
  readonly events$: Observable<GraphEvent>;
}

/** What graphs of an engine share. */
export interface GraphRuns {
  readonly host: MediaHost;
  readonly scheduler: Scheduler;
  readonly machines: MachineLog;
  readonly registry: Registry;
  readonly plugins: EnginePlugins;
  readonly calls: Calls;
  /** The running ones. */
  readonly sessions: Map<string, CommandedGraph>;
  /** Settle when those that run have ended and are cleaned up. */
  readonly ending: Set<Promise<unknown>>;
  tell(event: EngineEvent): void;
  /** Whether everybody hears silence of us in a call, and what was set for those in it. */
  inCall(call: string): { readonly muted: boolean; readonly people: PeopleSnapshot };
  /** What an earlier process left of a call in which a graph runs; undefined: nothing is kept. */
  snapshot(call: string, plan: Plan, cwd: string): Promise<CallSnapshot> | undefined;
  /** Another version of a graph, checked and planned. */
  declared(graph: string | Plan, options: RunOptions): Promise<[Plan, DeclaredPlugins]>;
}

/**
 * Loads a graph's plugins, opens its call and runs it, in this order; its end is the reverse.
 * @throws VoxError with what is wrong; then nothing of it is left.
 */
export async function startGraph(start: GraphStart, runs: GraphRuns): Promise<GraphSession> {
  const { id, declared, place, options, replay } = start;
  const { host, plugins } = runs;
  const { pace = 'realtime', durationUs, debug, cwd = process.cwd() } = options;
  const saved = place && pace === 'realtime' ? await runs.snapshot(place.id, start.plan, cwd) : undefined;
  const plan = saved?.plan ?? start.plan;
  /** As the file has it, without what was set since. */
  let base = start.plan;
  let loaded = false;
  let over = false;
  let call: OpenCall | undefined;
  const abandoned$ = new Subject<void>();
  const events$ = start.events$.pipe(takeUntil(abandoned$));
  const end = firstValueFrom(
    events$.pipe(
      filter((event) => event.type === 'graph.ended'),
      map((event) => event['reason'] as GraphEndReason),
    ),
    { defaultValue: 'stopped' as const },
  );
  const playbacks = new Playbacks(plan, { scheduler: runs.scheduler, machines: runs.machines, graph: id }, (node, command) => {
    // The graph may have ended meanwhile; then there is nothing left to steer.
    host.request({ type: 'node.command', graph: id, node, command }).catch(() => {});
  });
  const players = new Players(plan, () => runs.scheduler.nowUs());
  events$
    .pipe(takeWhile((event) => event.type !== 'graph.ended'))
    .subscribe({ next: (event) => (playbacks.told(event), players.told(event)), complete: () => void (over = true) });
  let present = plan;
  /** What was set while it runs: a node that begins again has it too. */
  const set = new Map<string, Readonly<Record<string, unknown>>>(saved?.set);
  const leftOut = new Set<string>();
  const bypass = async (node: string, bypassed: boolean): Promise<void> => {
    await host.request({ type: 'node.bypass', graph: id, node, bypassed });
    if (bypassed) leftOut.add(node);
    else leftOut.delete(node);
  };
  const setOptions = async (node: string, changed: Readonly<Record<string, unknown>>): Promise<void> => {
    await host.request({ type: 'node.set', graph: id, node, options: changed });
    set.set(node, { ...set.get(node), ...changed });
  };
  const change = async (next: Plan, settings: ChangeSettings = {}): Promise<PlanDiff> => {
    const settle = playbacks.expect(present, next, runs.registry, settings.again);
    let happened = false;
    try {
      const diff = await host.request({ type: 'graph.change', graph: id, plan: next, settings });
      happened = true;
      present = next;
      players.change(next);
      return diff;
    } finally {
      settle(happened);
    }
  };
  const release = async (ran: boolean) => {
    playbacks.close();
    // When the engine closes, the call may have ended before its graph.
    if (call?.actor.getSnapshot().status === 'active') call.actor.send({ type: 'audio.stopped' });
    try {
      if (call) await runs.calls.release(call);
    } finally {
      await saved?.close(ran);
      runs.sessions.delete(id);
      // They hear of the end of the call first.
      await plugins.host.unloadGraph(id);
    }
  };
  try {
    const chain = await plugins.host.loadGraph(plugins.ofGraph(id, plan, place?.id, declared));
    call = await place?.open(saved?.resume);
    runs.sessions.set(id, {
      id,
      call: place?.id,
      get plan() {
        return present;
      },
      playbacks: playbacks.present,
      setOptions,
      playAgain: async (node, changed) => {
        const known = new Map(set).set(node, { ...set.get(node), ...changed });
        const nodes = present.nodes.map((one) => ({ ...one, options: { ...one.options, ...known.get(one.id) } }));
        await change({ ...present, nodes }, { again: [node] });
        set.set(node, { ...set.get(node), ...changed });
      },
      bypass,
      command: async (node, command) => void (await host.request({ type: 'node.command', graph: id, node, command })),
      stop: async () => void (await host.request({ type: 'graph.stop', graph: id })),
    });
    const record = options.record === undefined ? undefined : resolve(cwd, options.record);
    await host.request({
      type: 'graph.load',
      graph: id,
      plan,
      pace,
      call: call?.id,
      durationUs,
      debug,
      record,
      replay,
      plugins: chain,
    });
    loaded = true;
    // Where tracks are: nodes tell it only while somebody asks.
    if (pace !== 'offline') await host.request({ type: 'watch', graph: id, node: '*', event: 'stream.position' });
    const about = { ...(call && { call: call.id }), ...(plan.file !== undefined && { file: plan.file }) };
    runs.tell({ type: 'graph.loaded', graph: id, title: plan.title, ...about });
    // Files open while the call is being joined.
    await host.request({ type: 'graph.prepare', graph: id });
    const late: string[] = [];
    if (call && saved) {
      const { id: callId } = call;
      // What was muted without being able to is not.
      const mute = () =>
        runs.calls.request(callId, { type: 'call.mute', muted: true }).then(
          () => {},
          () => {},
        );
      // What other graphs hear too can be left out only while this one runs.
      const leaveOut = (node: string) => bypass(node, true).catch(() => void late.push(node));
      const settle = async (people: PeopleSnapshot) =>
        void (await runs.calls.request(callId, { type: 'participants.settle', ...people }).catch(() => {}));
      await saved.takeUp({ playbacks: playbacks.present, bypass: leaveOut, mute, settle });
      const known = () => ({ base, players: players.list(), set, bypassed: leftOut, ...runs.inCall(callId) });
      saved.keep(call, known);
    }
    await call?.live;
    await host.request({ type: 'graph.start', graph: id });
    for (const node of late) await bypass(node, true).catch(() => {});
    call?.actor.send({ type: 'audio.started' });
    // A call that others ended takes its graph along; nobody would hear it.
    void call?.over.then(() => host.request({ type: 'graph.stop', graph: id }).catch(() => {}));
  } catch (error) {
    if (loaded) await host.request({ type: 'graph.stop', graph: id }).catch(() => {});
    abandoned$.next();
    await release(false);
    throw error;
  }
  const ended = end.then(async (reason) => {
    await release(true);
    return reason;
  });
  // Whoever awaits it hears of a failure; for the others it was an event.
  ended.catch(() => {});
  runs.ending.add(ended);
  void ended.catch(() => {}).then(() => runs.ending.delete(ended));
  return {
    id,
    get plan() {
      return present;
    },
    events$,
    ended,
    playbacks: playbacks.present,
    players: () => players.list(),
    change: async (graph, settings) => {
      const [next, nextDeclared] = await runs.declared(graph, options);
      const { goOn, plan: going } = keptOptions(next, base, present);
      const settlePlugins = await plugins.host.changeGraph(plugins.ofGraph(id, next, place?.id, nextDeclared));
      let happened = false;
      try {
        const diff = await change(going, settings);
        happened = true;
        base = next;
        for (const node of set.keys()) if (!goOn.has(node)) set.delete(node);
        return diff;
      } finally {
        await settlePlugins(happened);
      }
    },
    setOptions,
    changed: set,
    watch: async (node, event) => {
      await host.request({ type: 'watch', graph: id, node, event });
      return async () => void (await host.request({ type: 'unwatch', graph: id, node, event }));
    },
    stats: () => host.request({ type: 'graph.stats', graph: id }),
    stop: async () => {
      if (!over) await host.request({ type: 'graph.stop', graph: id });
    },
  };
}
