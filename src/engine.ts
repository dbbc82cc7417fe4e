/**
 * The composition root: the one file that sees everything, and puts control plane and media plane together.
 * @module
 */
import { resolve } from 'node:path';
import { BehaviorSubject, Subject, filter, firstValueFrom, map, type Observable } from 'rxjs';
import { createActor, waitFor } from 'xstate';
import { fileMedia } from './calls/file/file-media.js';
import {
  RoomMedia,
  checkRoomName,
  startRoomServer,
  type RoomServer,
  type RoomServerOptions,
  type RoomService,
} from './calls/room/index.js';
import { EMPTY_STATE, reduce, type EngineEvent, type EngineState } from './engine/state.js';
import { createPlayback, type Playback } from './engine/playback.js';
import { renderPlan } from './engine/render-plan.js';
import { roomSignalling, roomTransport } from './engine/room-call.js';
import { callEvent, graphEvent } from './engine/events.js';
import { voxError } from './errors.js';
import { loadGraph } from './graph/load.js';
import type { Plan } from './graph/plan-types.js';
import { createRegistry, type Registry } from './graph/registry.js';
import type { GraphEndReason, GraphEvent, GraphStats } from './graph/run/graph-events.js';
import { InProcessHost } from './host/in-process.js';
import type { MediaHost } from './host/media-host.js';
import { callActors } from './machines/call-actors.js';
import { createCallMachine, type CallActor } from './machines/call.js';
import { builtinNodes } from './nodes/index.js';
import { createRealtimeScheduler } from './time/realtime.js';
import { wallTimeMs } from './time/clock.js';
import type { Scheduler } from './time/scheduler.js';
import { xstateClock } from './time/xstate-clock.js';

/** What an engine is made of; everything has a default. */
export interface EngineOptions {
  /** The node types graphs may use. Default: the shipped ones. */
  readonly registry?: Registry;
  /** The clock. Default: real time. */
  readonly scheduler?: Scheduler;
  /** Where graphs run. Default: in this process. */
  readonly host?: MediaHost;
  /** IP addresses that WebRTC peers of rooms may reach us at. Default: `127.0.0.1`. */
  readonly addresses?: readonly string[];
  /** Most connections to one room. Default 64. */
  readonly maxPeers?: number;
}

/** How a graph is run. */
export interface RunOptions {
  /** The call it is bound to, such as `room:lobby` or `file:out.ogg`. Default: none. */
  readonly call?: string;
  /** Values of the graph's params. */
  readonly params?: Readonly<Record<string, string | number | boolean>>;
  /** The folder that relative paths are looked up in after the graph file's own. Default: the process's. */
  readonly cwd?: string;
  /** `offline` runs as fast as the machine allows. Default `realtime`. */
  readonly pace?: 'realtime' | 'offline';
  /** Ends it after this much media, in microseconds. */
  readonly durationUs?: number;
  /** Finds misuse of borrowed frames. Default false. */
  readonly debug?: boolean;
}

/** A running graph, as a program steers it. */
export interface GraphSession {
  /** Its id in events and state. */
  readonly id: string;
  /** What runs. */
  readonly plan: Plan;
  /** Facts about it and its nodes. */
  readonly events$: Observable<GraphEvent>;
  /** Resolves when it has ended and is cleaned up. */
  readonly ended: Promise<GraphEndReason>;
  /** The playback machine of each `source.file` node. */
  readonly playbacks: ReadonlyMap<string, Playback>;
  /** Changes options of a node. Rejects with a VoxError; then nothing has changed. */
  setOptions(node: string, options: Readonly<Record<string, unknown>>): Promise<void>;
  /** Asks for an event that costs something to make, such as `level.measured`; returns the end of it. */
  watch(node: string, event: string): Promise<() => Promise<void>>;
  /** Exact figures. */
  stats(): Promise<{ positionUs: number; stats: GraphStats }>;
  /** Ends it; resolves when it is cleaned up. */
  stop(): Promise<void>;
}

/** voxgraph as a library: graphs, calls and rooms of one process. */
export interface Engine {
  /** Every fact, in order. */
  readonly events$: Observable<EngineEvent>;
  /** The state: the present one on subscribing, then each change. */
  readonly state$: Observable<EngineState>;
  /** The present state. */
  readonly state: EngineState;
  /** The node types its graphs may use. */
  readonly registry: Registry;
  /**
   * Runs a graph file or a plan. Resolves when its beat runs.
   * @throws VoxError with everything that is wrong; then nothing runs.
   */
  run(graph: string | Plan, options?: RunOptions): Promise<GraphSession>;
  /**
   * Runs a graph as fast as the machine allows and writes what a call would have heard to a file. The same input gives the same bytes.
   * @throws VoxError with everything that is wrong; then nothing is written.
   */
  render(graph: string | Plan, options: RenderOptions): Promise<RenderSession>;
  /** Serves the open rooms over HTTP. @throws VoxError `PORT_TAKEN`, `ADDRESS_UNAVAILABLE`, `TOKEN_NEEDED`. */
  serveRooms(options?: RoomServerOptions): Promise<RoomServer>;
  /** Ends everything. Idempotent. */
  close(): Promise<void>;
}

/** How a graph is rendered. */
export interface RenderOptions extends Pick<RunOptions, 'params' | 'cwd' | 'durationUs' | 'debug'> {
  /** The file to write; its extension chooses the container. Absent: the graph's own `sink.file` nodes write theirs. */
  readonly output?: string;
}

/** A rendering under way. */
export interface RenderSession extends GraphSession {
  /** Gives up; what was written is removed. */
  abort(): Promise<void>;
}

interface OpenCall {
  readonly id: string;
  readonly backend: string;
  readonly actor: CallActor;
  users: number;
}

/** Makes an engine. */
export function createEngine(options: EngineOptions = {}): Engine {
  return new VoxEngine(options);
}

class VoxEngine implements Engine {
  readonly events$ = new Subject<EngineEvent>();
  readonly registry: Registry;
  readonly #state$ = new BehaviorSubject<EngineState>(EMPTY_STATE);
  readonly #scheduler: Scheduler;
  readonly #ownScheduler: boolean;
  readonly #host: MediaHost;
  readonly #options: EngineOptions;
  readonly #calls = new Map<string, OpenCall>();
  readonly #graphEvents$ = new Subject<GraphEvent>();
  readonly #connectedPeers = new Set<string>();
  readonly #servers = new Set<RoomServer>();
  #graphs = 0;
  #renders = 0;
  #closing: Promise<void> | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.registry = options.registry ?? createRegistry(builtinNodes);
    this.#ownScheduler = options.scheduler === undefined;
    this.#scheduler = options.scheduler ?? createRealtimeScheduler();
    this.#host =
      options.host ??
      new InProcessHost({
        registry: this.registry,
        scheduler: this.#scheduler,
        backends: {
          room: async (config, scheduler) => new RoomMedia(config, scheduler),
          file: fileMedia,
        },
      });
    this.#host.events$.subscribe((message) => {
      if (message.type === 'call') {
        this.#tell(callEvent(message.call, message.event, this.#connectedPeers));
        return;
      }
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
    const plan =
      typeof graph === 'string' ? loadGraph(graph, { registry: this.registry, params: options.params, cwd: options.cwd }) : graph;
    return this.#start(plan, options.call === undefined ? undefined : await this.#openCall(options.call, options.cwd), options);
  }

  async #start(plan: Plan, call: OpenCall | undefined, options: RunOptions): Promise<GraphSession> {
    const id = `graph-${++this.#graphs}`;
    const events$ = this.#graphEvents$.pipe(filter((event) => event.graph === id));
    const ended = firstValueFrom(
      events$.pipe(
        filter((event) => event.type === 'graph.ended'),
        map((event) => event.reason as GraphEndReason),
      ),
      { defaultValue: 'stopped' as const },
    );
    const playbacks = this.#playbacks(id, plan, events$);
    const release = async () => {
      for (const playback of playbacks.values()) playback.close();
      if (call) await this.#releaseCall(call);
    };
    try {
      const { pace = 'realtime', durationUs, debug } = options;
      await this.#host.request({ type: 'graph.load', graph: id, plan, pace, call: call?.id, durationUs, debug });
      this.#tell({ type: 'graph.loaded', graph: id, title: plan.title, ...(call && { call: call.id }) });
      await this.#host.request({ type: 'graph.start', graph: id });
    } catch (error) {
      await release();
      throw error;
    }
    return {
      id,
      plan,
      events$,
      ended: ended.then(async (reason) => {
        await release();
        return reason;
      }),
      playbacks,
      setOptions: async (node, changed) =>
        void (await this.#host.request({ type: 'node.set', graph: id, node, options: changed })),
      watch: async (node, event) => {
        await this.#host.request({ type: 'watch', graph: id, node, event });
        return async () => void (await this.#host.request({ type: 'unwatch', graph: id, node, event }));
      },
      stats: () => this.#host.request({ type: 'graph.stats', graph: id }),
      stop: async () => {
        if (this.state.graphs[id]?.status !== 'ended') await this.#host.request({ type: 'graph.stop', graph: id });
      },
    };
  }

  async render(graph: string | Plan, options: RenderOptions): Promise<RenderSession> {
    const { output, cwd = process.cwd(), durationUs, debug, params } = options;
    const loaded = typeof graph === 'string' ? loadGraph(graph, { registry: this.registry, params, cwd }) : graph;
    const { plan, callFile } = renderPlan(loaded, output === undefined ? undefined : resolve(cwd, output));
    const call = `file:${callFile ?? ''}#${++this.#renders}`;
    const session = await this.#start(plan, await this.#openFile(call, callFile, cwd), { pace: 'offline', durationUs, debug });
    const abort = async () => {
      await this.#host.request({ type: 'call.request', call, request: { type: 'file.abort' } });
      await session.stop();
    };
    return { ...session, abort };
  }

  async serveRooms(options: RoomServerOptions = {}): Promise<RoomServer> {
    const server = await startRoomServer(this.#roomService(), options);
    this.#servers.add(server);
    return {
      ...server,
      close: async () => {
        this.#servers.delete(server);
        await server.close();
      },
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled([...this.#servers].map((server) => server.close()));
    for (const call of this.#calls.values()) call.actor.send({ type: 'call.leave' });
    await this.#host.close();
    for (const call of this.#calls.values()) call.actor.stop();
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

  #playbacks(graph: string, plan: Plan, events$: Observable<GraphEvent>): Map<string, Playback> {
    const playbacks = new Map<string, Playback>();
    for (const node of plan.nodes) {
      if (node.type !== 'source.file') continue;
      const send = (command: { type: string }) => {
        // The graph may have ended meanwhile; then there is nothing left to steer.
        this.#host.request({ type: 'node.command', graph, node: node.id, command }).catch(() => {});
      };
      playbacks.set(node.id, createPlayback(String(node.options['src']), this.#scheduler, send));
    }
    events$.subscribe((event) => event.node !== undefined && playbacks.get(event.node)?.told(event));
    return playbacks;
  }

  async #openCall(address: string, cwd: string | undefined): Promise<OpenCall> {
    const [backend = '', ...rest] = address.split(':');
    const place = rest.join(':');
    const open = this.#calls.get(address);
    if (open) {
      open.users++;
      return open;
    }
    return this.#join(address, backend, this.#callConfig(address, backend, place, cwd));
  }

  #openFile(address: string, path: string | undefined, cwd: string): Promise<OpenCall> {
    return this.#join(address, 'file', { cwd, ...(path !== undefined && { path }) });
  }

  async #join(address: string, backend: string, config: Readonly<Record<string, unknown>>): Promise<OpenCall> {
    await this.#host.request({ type: 'call.open', call: address, backend, config });
    const machine = createCallMachine({
      actors: callActors(roomSignalling(), roomTransport),
      nowMs: wallTimeMs,
      random: Math.random,
    });
    const actor = createActor(machine, { input: { address }, clock: xstateClock(this.#scheduler) });
    const call: OpenCall = { id: address, backend, actor, users: 1 };
    this.#calls.set(address, call);
    this.#tell({ type: 'call.opened', call: address, address });
    actor.subscribe((snapshot) => this.#tell({ type: 'call.moved', call: address, status: statusOf(snapshot.value) }));
    actor.start();
    await waitFor(actor, (snapshot) => snapshot.matches({ attempt: 'live' }) || snapshot.status !== 'active', {
      timeout: Infinity,
    });
    return call;
  }

  #callConfig(address: string, backend: string, place: string, cwd: string | undefined): Readonly<Record<string, unknown>> {
    const { addresses = ['127.0.0.1'], maxPeers } = this.#options;
    if (backend === 'room') return { room: checkRoomName(place), addresses, ...(maxPeers !== undefined && { maxPeers }) };
    if (backend === 'file' && place) return { path: place, cwd: cwd ?? process.cwd() };
    throw voxError('BAD_CALL_ADDRESS', { address });
  }

  async #releaseCall(call: OpenCall): Promise<void> {
    if (--call.users > 0 || !this.#calls.delete(call.id)) return;
    call.actor.send({ type: 'call.leave' });
    await waitFor(call.actor, (snapshot) => snapshot.status !== 'active', { timeout: Infinity });
    if (!this.#closing) await this.#host.request({ type: 'call.close', call: call.id });
    this.#tell({ type: 'call.closed', call: call.id });
  }

  #roomService(): RoomService {
    const request = (room: string, what: { type: string; [key: string]: unknown }) =>
      this.#host.request({ type: 'call.request', call: `room:${room}`, request: what });
    return {
      rooms: () =>
        [...this.#calls.values()].filter((call) => call.backend === 'room').map((call) => call.id.slice('room:'.length)),
      offer: async (room, role, sdp, participantId) =>
        (await request(room, { type: 'peer.offer', role, sdp, ...(participantId !== undefined && { participantId }) })) as {
          peerId: string;
          sdp: string;
        },
      close: async (room, peerId) => ((await request(room, { type: 'peer.close', peerId })) as { closed: boolean }).closed,
      status: async (room) => {
        const call = this.state.calls[`room:${room}`];
        const graph = Object.values(this.state.graphs).find((g) => g.call === `room:${room}` && g.status === 'running');
        return { room, title: graph?.title ?? '', speakers: call?.participants.length ?? 0, listeners: call?.listeners ?? 0 };
      },
    };
  }
}

/** The state a person would name: `live`, `joining` … inside an attempt, else the outermost. */
function statusOf(value: string | object): string {
  if (typeof value === 'string') return value;
  const [outer = '', inner] = Object.entries(value)[0] ?? [];
  return outer === 'attempt' && inner !== undefined ? statusOf(inner as string | object) : outer;
}
