/**
 * The composition root: the one file that sees everything, and puts control plane and media plane together.
 * @module
 */
import { resolve } from 'node:path';
import { BehaviorSubject, Subject, filter, firstValueFrom, map, takeUntil, takeWhile, type Observable } from 'rxjs';
import { fileMedia } from './calls/file/file-media.js';
import type { CallMediaFactory } from './calls/call-media.js';
import type { RoomServer, RoomServerOptions } from './calls/room/index.js';
import type { Engine, EngineOptions, GraphSession, RenderOptions, RenderSession, RunOptions } from './engine/api.js';
import { Calls, type OpenCall } from './engine/calls.js';
import { callEvent, graphEvent } from './engine/events.js';
import { Playbacks } from './engine/playbacks.js';
import { renderPlan } from './engine/render-plan.js';
import { createRoomService } from './engine/room-service.js';
import type { EngineEvent } from './events/event.js';
import { EMPTY_STATE, reduce, type EngineState } from './events/state.js';
import { voxError } from './errors.js';
import { loadGraph } from './graph/load.js';
import type { Plan } from './graph/plan-types.js';
import { createRegistry, type Registry } from './graph/registry.js';
import type { GraphEndReason, GraphEvent } from './graph/run/graph-events.js';
import { readEventLog } from './host/event-log/index.js';
import { InProcessHost } from './host/in-process.js';
import { FRAME_US } from './media/format.js';
import type { MediaHost } from './host/media-host.js';
import { builtinNodes } from './nodes/index.js';
import { createRealtimeScheduler } from './time/realtime.js';
import type { Scheduler } from './time/scheduler.js';

export type { Engine, EngineOptions, GraphSession, RenderOptions, RenderSession, RunOptions } from './engine/api.js';

/** Makes an engine. Close it. */
export function createEngine(options: EngineOptions = {}): Engine {
  return new VoxEngine(options);
}

/** Loaded on first use: rooms bring WebRTC and an HTTP server, a third of the time that a short rendering takes. */
const loadRooms = () => import('./calls/room/index.js');

const roomMedia: CallMediaFactory = async (config, scheduler) => {
  const { RoomMedia } = await loadRooms();
  return new RoomMedia(config, scheduler);
};

class VoxEngine implements Engine {
  readonly events$ = new Subject<EngineEvent>();
  readonly registry: Registry;
  readonly #state$ = new BehaviorSubject<EngineState>(EMPTY_STATE);
  readonly #scheduler: Scheduler;
  readonly #ownScheduler: boolean;
  readonly #host: MediaHost;
  readonly #calls: Calls;
  readonly #graphEvents$ = new Subject<GraphEvent>();
  readonly #connectedPeers = new Set<string>();
  readonly #servers = new Set<RoomServer>();
  #graphs = 0;
  #renders = 0;
  #closing: Promise<void> | undefined;

  constructor(options: EngineOptions) {
    this.registry = options.registry ?? createRegistry(builtinNodes);
    this.#ownScheduler = options.scheduler === undefined;
    this.#scheduler = options.scheduler ?? createRealtimeScheduler();
    const backends = {
      room: roomMedia,
      file: fileMedia,
    };
    const { permissions = {} } = options;
    this.#host =
      options.host ?? new InProcessHost({ registry: this.registry, scheduler: this.#scheduler, backends, permissions });
    this.#calls = new Calls({
      host: this.#host,
      scheduler: this.#scheduler,
      addresses: options.addresses ?? ['127.0.0.1'],
      maxPeers: options.maxPeers,
      tell: (event) => this.#tell(event),
    });
    this.#host.events$.subscribe((message) => {
      if (message.type === 'tap') return;
      if (message.type === 'call') return this.#tell(callEvent(message.call, message.event, this.#connectedPeers));
      this.#tell(graphEvent(message.event));
      this.#graphEvents$.next(message.event);
    });
  }

  get state$(): Observable<EngineState> {
    return this.#state$;
  }

  get state(): EngineState {
    return this.#state$.value;
  }

  async run(graph: string | Plan, options: RunOptions = {}): Promise<GraphSession> {
    const { call, cwd = process.cwd() } = options;
    const plan = this.#plan(graph, options);
    return this.#start(plan, call === undefined ? undefined : await this.#calls.open(call, cwd), options);
  }

  async render(graph: string | Plan | undefined, options: RenderOptions): Promise<RenderSession> {
    const { output, cwd = process.cwd(), debug, events } = options;
    const wanted = output === undefined ? undefined : resolve(cwd, output);
    const replay = events === undefined ? undefined : resolve(cwd, events);
    const log = replay === undefined ? undefined : readEventLog(replay, events!);
    const durationUs = options.durationUs ?? (log && log.ticks * FRAME_US);
    const given = graph ?? log?.plan;
    if (given === undefined) throw voxError('USAGE', { reason: 'name a graph to render, or an event log with --events' });
    const { plan, callFile } = renderPlan(this.#plan(given, options), wanted);
    // Every rendering is a call of its own, even two to the same file: the later one wins as a whole.
    const id = `file:${callFile ?? ''}#${++this.#renders}`;
    const call = await this.#calls.openFile(id, callFile, cwd);
    const session = await this.#start(plan, call, { pace: 'offline', durationUs, debug }, replay);
    const abort = async () => {
      await this.#host.request({ type: 'call.request', call: id, request: { type: 'file.abort' } });
      await session.stop();
    };
    return { ...session, abort };
  }

  async serveRooms(options: RoomServerOptions = {}): Promise<RoomServer> {
    const service = createRoomService(
      this.#host,
      () => this.#calls.rooms(),
      () => this.state,
    );
    const { startRoomServer } = await loadRooms();
    const server = await startRoomServer(service, options);
    this.#servers.add(server);
    const close = async () => {
      this.#servers.delete(server);
      await server.close();
    };
    return { ...server, close };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled([...this.#servers].map((server) => server.close()));
    await this.#calls.close();
    await this.#host.close();
    this.#graphEvents$.complete();
    this.events$.complete();
    this.#state$.complete();
    if (this.#ownScheduler) this.#scheduler.close();
  }

  #tell(event: EngineEvent | undefined): void {
    if (!event) return;
    this.#state$.next(reduce(this.#state$.value, event));
    this.events$.next(event);
  }

  #plan(graph: string | Plan, { params, cwd }: Pick<RunOptions, 'params' | 'cwd'>): Plan {
    return typeof graph === 'string' ? loadGraph(graph, { registry: this.registry, params, cwd }) : graph;
  }

  async #start(plan: Plan, call: OpenCall | undefined, options: RunOptions, replay?: string): Promise<GraphSession> {
    const host = this.#host;
    const id = `graph-${++this.#graphs}`;
    const abandoned$ = new Subject<void>();
    const events$ = this.#graphEvents$.pipe(
      filter((event) => event.graph === id),
      takeUntil(abandoned$),
    );
    const over = firstValueFrom(
      events$.pipe(
        filter((event) => event.type === 'graph.ended'),
        map((event) => event['reason'] as GraphEndReason),
      ),
      { defaultValue: 'stopped' as const },
    );
    const playbacks = new Playbacks(plan, this.#scheduler, (node, command) => {
      // The graph may have ended meanwhile; then there is nothing left to steer.
      host.request({ type: 'node.command', graph: id, node, command }).catch(() => {});
    });
    events$.pipe(takeWhile((event) => event.type !== 'graph.ended')).subscribe((event) => playbacks.told(event));
    let present = plan;
    const release = async () => {
      playbacks.close();
      // When the engine closes, the call may have ended before its graph.
      if (call?.actor.getSnapshot().status === 'active') call.actor.send({ type: 'audio.stopped' });
      if (call) await this.#calls.release(call);
    };
    try {
      const { pace = 'realtime', durationUs, debug, cwd = process.cwd() } = options;
      const record = options.record === undefined ? undefined : resolve(cwd, options.record);
      await host.request({ type: 'graph.load', graph: id, plan, pace, call: call?.id, durationUs, debug, record, replay });
      this.#tell({ type: 'graph.loaded', graph: id, title: plan.title, ...(call && { call: call.id }) });
      // Files open while the call is being joined.
      await host.request({ type: 'graph.prepare', graph: id });
      await call?.live;
      await host.request({ type: 'graph.start', graph: id });
      call?.actor.send({ type: 'audio.started' });
    } catch (error) {
      if (this.state.graphs[id]) await host.request({ type: 'graph.stop', graph: id }).catch(() => {});
      abandoned$.next();
      await release();
      throw error;
    }
    const ended = over.then(async (reason) => {
      await release();
      return reason;
    });
    // Whoever awaits it hears of a failure; for the others it was an event.
    ended.catch(() => {});
    return {
      id,
      get plan() {
        return present;
      },
      events$,
      ended,
      playbacks: playbacks.present,
      change: async (graph, settings) => {
        const next = this.#plan(graph, options);
        const settle = playbacks.expect(present, next, this.registry);
        let happened = false;
        try {
          const diff = await host.request({ type: 'graph.change', graph: id, plan: next, ...(settings && { settings }) });
          happened = true;
          present = next;
          return diff;
        } finally {
          settle(happened);
        }
      },
      setOptions: async (node, changed) => void (await host.request({ type: 'node.set', graph: id, node, options: changed })),
      watch: async (node, event) => {
        await host.request({ type: 'watch', graph: id, node, event });
        return async () => void (await host.request({ type: 'unwatch', graph: id, node, event }));
      },
      stats: () => host.request({ type: 'graph.stats', graph: id }),
      stop: async () => {
        if (this.state.graphs[id]?.status !== 'ended') await host.request({ type: 'graph.stop', graph: id });
      },
    };
  }
}
