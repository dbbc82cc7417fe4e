import { Subject } from 'rxjs';
import { VoxError, problem, reasonOf, voxError } from '../errors.js';
import type { CallMedia, CallMediaFactory } from '../calls/call-media.js';
import { FRAME_US } from '../media/format.js';
import { GraphRun } from '../graph/run/graph-run.js';
import type { GraphRunOptions } from '../graph/run/graph-run-options.js';
import { DEFAULT_PERMISSIONS, type Permissions } from '../graph/permissions.js';
import type { PluginMediaSupply } from '../graph/plugin-media.js';
import type { Registry } from '../graph/registry.js';
import { createOfflineScheduler, type OfflineScheduler } from '../time/offline.js';
import { phaseFor } from '../time/phase.js';
import type { Scheduler } from '../time/scheduler.js';
import { GraphRecorder, readEventLog, replayLog, type Replay } from './event-log/index.js';
import type { MediaHost } from './media-host.js';
import { GraphSharing, SharedPool } from './shared/index.js';
import type { HostCommand, HostEvent, HostProtocol, HostReply, LoadGraph } from './messages.js';
import { takeUnhandledErrors } from './unhandled.js';
import { WatchCounts } from './watch-counts.js';
import { WirePictures } from './wire-pictures.js';
import { WireTap } from './wire-tap.js';

/** What an in-process host is made of. */
export interface InProcessHostOptions {
  /** The node types its graphs may use. */
  readonly registry: Registry;
  /** Where the code of plugins' operators is found. Default: nowhere, so that plugins cannot work on media. */
  readonly plugins?: PluginMediaSupply;
  /** The real-time clock; in tests a virtual one. */
  readonly scheduler: Scheduler;
  /** Whether graphs in real time leave out optional work under overload. Default true. */
  readonly governor?: boolean;
  /** How the media side of each kind of call is made. */
  readonly backends: Readonly<Record<string, CallMediaFactory>>;
  /** What its graphs may do; default neither commands nor limits of addresses. */
  readonly permissions?: Partial<Permissions>;
}

interface LoadedGraph {
  readonly run: GraphRun;
  /** What it shares with others; undefined: nothing, whatever it becomes. */
  readonly sharing: GraphSharing | undefined;
  readonly offline: OfflineScheduler | undefined;
  readonly watches: WatchCounts;
  readonly recorder: GraphRecorder | undefined;
  readonly replay: Replay | undefined;
}

/** The first media host: graphs and calls run in this process. Messages are copied both ways all the same. */
export class InProcessHost implements MediaHost {
  readonly events$: Subject<HostEvent> = new Subject();
  readonly #options: InProcessHostOptions;
  readonly #graphs = new Map<string, LoadedGraph>();
  readonly #calls = new Map<string, CallMedia>();
  readonly #opening = new Map<string, Promise<void>>();
  readonly #taps = new Map<string, () => void>();
  readonly #loading = new Set<string>();
  readonly #shared: SharedPool;
  readonly #pictures: WirePictures;
  /** Logs being completed. */
  readonly #logs = new Set<Promise<void>>();
  readonly #giveBackErrors = takeUnhandledErrors();
  #loaded = 0;
  #closing: Promise<void> | undefined;

  /** @param options registry, clock and call backends. */
  constructor(options: InProcessHostOptions) {
    this.#options = options;
    const { registry, scheduler } = options;
    this.#pictures = new WirePictures(scheduler);
    this.#shared = new SharedPool({ registry, scheduler, permissions: this.#permissions });
  }

  async request<C extends HostCommand>(command: C): Promise<HostReply<C>> {
    if (this.#closing) throw voxError('HOST_CLOSED');
    try {
      const message = plain<HostCommand>(command);
      if (!Object.hasOwn(this.#handlers, message.type)) throw new TypeError(`no host command is called "${message.type}"`);
      const handler = this.#handlers[message.type] as (command: HostCommand) => unknown;
      const reply = await handler(message);
      return plain(reply ?? null) as HostReply<C>;
    } catch (error) {
      throw error instanceof VoxError ? error : voxError('INTERNAL', { reason: reasonOf(error) });
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  readonly #handlers: { [K in keyof HostProtocol]: (command: HostProtocol[K]['command']) => unknown } = {
    'graph.load': (command) => this.#load(command),
    'graph.prepare': ({ graph }) => {
      const { run, sharing } = this.#graph(graph);
      sharing?.begin();
      run.prepare();
    },
    'graph.start': async ({ graph }) => {
      const { run, sharing, offline, replay } = this.#graph(graph);
      sharing?.begin();
      if (offline) replay?.begin(run, offline);
      await run.start();
      // Not awaited: an offline graph runs until it ends, and its end is an event.
      if (offline) void this.#runOffline(graph, run, offline);
    },
    'graph.stop': ({ graph }) => this.#graph(graph).run.stop(),
    'graph.stats': ({ graph }) => {
      const { run, sharing } = this.#graph(graph);
      const stats = run.stats();
      return { positionUs: run.positionUs, stats: sharing?.stats(stats) ?? stats };
    },
    'graph.change': ({ graph, plan, settings }) => {
      const { run, sharing } = this.#graph(graph);
      return (sharing ?? run).change(plan, settings);
    },
    'plugin.set': ({ graph, plugins }) => {
      const { run, recorder } = this.#graph(graph);
      run.setPlugins(plugins);
      recorder?.setPlugins(plugins);
    },
    'node.set': ({ graph, node, options }) => {
      const { run, sharing, recorder } = this.#graph(graph);
      if (sharing?.has(node)) return sharing.setOptions(node, options);
      run.setOptions(node, options);
      recorder?.set(node, options);
    },
    'node.bypass': ({ graph, node, bypassed }) => {
      const { run, sharing, recorder } = this.#graph(graph);
      if (sharing?.has(node)) return sharing.leaveOut(node, bypassed);
      run.leaveOut(node, bypassed);
      recorder?.bypass(node, bypassed);
    },
    'node.command': ({ graph, node, command }) => {
      const { run, sharing, recorder } = this.#graph(graph);
      if (sharing?.has(node)) return sharing.command(node, command);
      run.command(node, command);
      recorder?.command(node, command);
    },
    watch: ({ graph, node, event }) => this.#watches(graph, node).add(node, event),
    unwatch: ({ graph, node, event }) => this.#watches(graph, node).remove(node, event),
    'tap.open': ({ tap, graph, wire, sound }) => {
      if (this.#taps.has(tap)) throw voxError('INTERNAL', { reason: `a tap with the id "${tap}" is open already` });
      const listener = new WireTap(tap, sound, (event) => this.events$.next(event));
      const { run, sharing } = this.#graph(graph);
      this.#taps.set(tap, sharing?.tap(wire, listener) ?? run.tap(wire, listener));
    },
    'tap.close': ({ tap }) => {
      this.#taps.get(tap)?.();
      this.#taps.delete(tap);
    },
    'wire.picture': ({ graph, wire }) => {
      const { run, sharing, offline } = this.#graph(graph);
      // Offline pictures are made within the beat, and time does not wait for those who look.
      if (offline) throw voxError('NO_PICTURE', { wire });
      return this.#pictures.take(graph, wire, (look) => sharing?.peek(wire, look) ?? run.peek(wire, look));
    },
    'call.open': ({ call, backend, config }) => this.#open(call, backend, config),
    'call.request': ({ call, request }) => this.#call(call).request(request),
    'call.stats': ({ call }) => this.#call(call).stats(),
    'call.close': async ({ call }) => {
      const media = this.#call(call);
      this.#calls.delete(call);
      await media.close();
    },
  };

  async #load(command: LoadGraph): Promise<void> {
    const { graph } = command;
    if (this.#graphs.has(graph) || this.#loading.has(graph))
      throw voxError('INTERNAL', { reason: `a graph with the id "${graph}" is loaded already` });
    this.#loading.add(graph);
    try {
      await this.#loadNew(command);
    } finally {
      this.#loading.delete(graph);
    }
  }

  async #loadNew(command: LoadGraph): Promise<void> {
    const { graph, plan, pace, call, durationUs, debug } = command;
    const offline =
      pace === 'offline' ? createOfflineScheduler({ onError: (error) => this.#graphFailed(graph, error) }) : undefined;
    const watches = new WatchCounts();
    const bound = call === undefined ? undefined : this.#call(call).gateway;
    const replay =
      command.replay === undefined || !offline
        ? undefined
        : await replayLog(readEventLog(command.replay, command.replay), command.replay, bound);
    const recorder: GraphRecorder | undefined =
      command.record === undefined
        ? undefined
        : new GraphRecorder({
            path: command.record,
            plan,
            positionUs: () => run.positionUs,
            failed: (found) => this.events$.next({ type: 'graph', event: { type: 'graph.fault', graph, problem: found } }),
          });
    const gateway = replay?.gateway ?? bound;
    const sharing = await this.#share(command, watches, () => run);
    if (this.#closing) {
      sharing?.close();
      throw voxError('HOST_CLOSED');
    }
    const run: GraphRun = this.#make(sharing, {
      id: graph,
      plan: sharing?.runPlan ?? plan,
      registry: this.#shared.registry,
      permissions: this.#permissions,
      scheduler: offline ?? this.#options.scheduler,
      gateway: gateway && (recorder?.wrap(gateway) ?? gateway),
      debug,
      phaseUs: offline ? 0 : phaseFor(this.#loaded++, FRAME_US),
      ...(this.#options.governor === false && { governor: false }),
      durationUs,
      ...(command.plugins && { plugins: command.plugins }),
      ...(this.#options.plugins && { pluginSupply: this.#options.plugins }),
      onEvent: (event) => {
        const copy = plain(event);
        recorder?.told(copy);
        this.events$.next({ type: 'graph', event: copy });
      },
      watched: (node, event) => watches.has(node, event),
    });
    if (command.plugins) recorder?.setPlugins(command.plugins);
    this.#graphs.set(graph, { run, sharing, offline, watches, recorder, replay });
    void run.ended.then(() => {
      sharing?.close();
      replay?.close();
      if (recorder) this.#finishing(recorder.close());
      offline?.close();
      this.#graphs.delete(graph);
    });
  }

  #make(sharing: GraphSharing | undefined, options: GraphRunOptions): GraphRun {
    try {
      return new GraphRun(options);
    } catch (error) {
      sharing?.close();
      throw error;
    }
  }

  /**
   * What a graph shares. Nothing offline, where graphs have no beat in common; nor while it is recorded, since what others do to it would
   * not be in the log; nor while debugging, where every consumer gets frames of its own.
   */
  async #share(
    { graph, plan, pace, record, debug }: LoadGraph,
    watches: WatchCounts,
    run: () => GraphRun,
  ): Promise<GraphSharing | undefined> {
    if (pace === 'offline' || record !== undefined || debug) return undefined;
    return GraphSharing.open(plan, {
      id: graph,
      pool: this.#shared,
      run,
      onEvent: (event) => this.events$.next({ type: 'graph', event: plain(event) }),
      watched: (node, event) => watches.has(node, event),
    });
  }

  get #permissions(): Permissions {
    return { ...DEFAULT_PERMISSIONS, ...this.#options.permissions };
  }

  async #runOffline(graph: string, run: GraphRun, offline: OfflineScheduler): Promise<void> {
    try {
      await offline.run();
    } catch (error) {
      // Time stood still: nothing would ever end this graph.
      this.#graphFailed(graph, error);
    }
    await run.stop('finished');
  }

  async #open(call: string, backend: string, config: Readonly<Record<string, unknown>>): Promise<void> {
    const make = Object.hasOwn(this.#options.backends, backend) ? this.#options.backends[backend] : undefined;
    if (!make) throw voxError('BAD_CALL_ADDRESS', { address: `${backend}:` });
    if (this.#calls.has(call) || this.#opening.has(call))
      throw voxError('INTERNAL', { reason: `a call with the id "${call}" is open already` });
    const opening = this.#finishOpening(call, make(config, this.#options.scheduler));
    this.#opening.set(call, opening);
    try {
      await opening;
    } finally {
      this.#opening.delete(call);
    }
  }

  async #finishOpening(call: string, made: Promise<CallMedia>): Promise<void> {
    const media = await made;
    this.#calls.set(call, media);
    media.events$.subscribe((event) => this.events$.next({ type: 'call', call, event: plain(event) }));
    if (this.#closing) throw voxError('HOST_CLOSED');
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#opening.values());
    await Promise.allSettled([...this.#graphs.values()].map(({ run }) => run.stop()));
    await this.#shared.settled();
    await this.#pictures.close();
    await Promise.allSettled(this.#logs);
    await Promise.allSettled([...this.#calls.values()].map((media) => media.close()));
    this.#graphs.clear();
    this.#calls.clear();
    this.events$.complete();
    this.#giveBackErrors();
  }

  #finishing(log: Promise<void>): void {
    this.#logs.add(log);
    void log.finally(() => this.#logs.delete(log));
  }

  #graphFailed(graph: string, error: unknown): void {
    this.events$.next({
      type: 'graph',
      event: { type: 'graph.fault', graph, problem: problem('INTERNAL', { reason: reasonOf(error) }) },
    });
  }

  #graph(graph: string): LoadedGraph {
    const loaded = this.#graphs.get(graph);
    if (!loaded) throw voxError('UNKNOWN_GRAPH', { graph });
    return loaded;
  }

  #watches(graph: string, node: string): WatchCounts {
    const { run, sharing, watches } = this.#graph(graph);
    if (node !== '*' && !sharing?.has(node)) run.requireNode(node);
    return watches;
  }

  #call(call: string): CallMedia {
    const media = this.#calls.get(call);
    if (!media) throw voxError('UNKNOWN_CALL', { call });
    return media;
  }
}

/** A copy that is certainly plain data: what another process would receive. */
function plain<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}
