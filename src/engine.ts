/**
 * The composition root: the one file that sees everything, and puts control plane and media plane together.
 * @module
 */
import { resolve } from 'node:path';
import { Subject, filter, type Observable } from 'rxjs';
import type { RunningGraph } from './api/index.js';
import { fileMedia } from './calls/file/file-media.js';
import type { CallMediaFactory } from './calls/call-media.js';
import type { RoomServer, RoomServerOptions } from './calls/room/index.js';
import type {
  Engine,
  EngineOptions,
  GraphSession,
  InstalledPlugin,
  PluginUseOptions,
  RenderOptions,
  RenderSession,
  RunOptions,
} from './engine/api.js';
import { Calls } from './engine/calls.js';
import { Commands, type CommandedGraph } from './engine/commands.js';
import { EnginePlugins } from './engine/engine-plugins.js';
import { EventStream } from './engine/event-stream.js';
import { callEvent, graphEvent } from './engine/events.js';
import { renderPlan } from './engine/render-plan.js';
import { createRoomService } from './engine/room-service.js';
import { telegramMediaSide } from './engine/telegram-media-side.js';
import type { TelegramSetup } from './engine/telegram-service.js';
import { startGraph, type GraphPlace, type GraphRuns } from './engine/start-graph.js';
import type { CallSnapshot } from './engine/snapshots/index.js';
import { StreamFacts } from './engine/stream-facts.js';
import { checkCommand } from './events/check-command.js';
import type { EngineCommand } from './events/command.js';
import type { EngineEvent, MessageSender, StampedEvent } from './events/event.js';
import type { EngineState } from './events/state.js';
import { voxError } from './errors.js';
import { loadGraph } from './graph/load.js';
import type { Plan } from './graph/plan-types.js';
import { createRegistry, type Registry } from './graph/registry.js';
import type { GraphEvent } from './graph/run/graph-events.js';
import { readEventLog } from './host/event-log/index.js';
import { InProcessHost } from './host/in-process.js';
import { OUTSIDE } from './plugins/bus.js';
import { FRAME_US } from './media/format.js';
import type { CallInput } from './machines/call-types.js';
import { MachineLog, type InspectMachine } from './machines/machine-log.js';
import type { MediaHost } from './host/media-host.js';
import { builtinNodes } from './nodes/index.js';
import { createRealtimeScheduler } from './time/realtime.js';
import { wallTimeMs } from './time/clock.js';
import type { DeclaredPlugins } from './plugins/declared.js';
import type { PluginInfo } from './plugins/plugin-info.js';
import type { PluginDefinition } from './plugins/plugin-types.js';
import { DEFAULT_PLUGIN_LIMITS } from './plugins/services.js';
import { memoryStorage, type StorageBackend } from './plugins/storage.js';
import type { Scheduler } from './time/scheduler.js';

export type { Engine, EngineOptions, GraphSession, RenderOptions, RenderSession, RunOptions } from './engine/api.js';

/** Makes an engine. Close it. */
export function createEngine(options: EngineOptions = {}): Engine {
  return new VoxEngine(options);
}

/** Loaded on first use: rooms bring WebRTC and an HTTP server, a third of the time that a short rendering takes. */
const loadRooms = () => import('./calls/room/index.js');

/** The same. */
const loadApi = () => import('./api/index.js');
const roomMedia: CallMediaFactory = async (config, scheduler) => {
  const { RoomMedia } = await loadRooms();
  return new RoomMedia(config, scheduler);
};

/** The same: it brings TLS. */
const rtmpMedia: CallMediaFactory = async (config, scheduler) =>
  (await import('./calls/rtmp/rtmp-media.js')).rtmpMedia(config, scheduler);

class VoxEngine implements Engine {
  readonly registry: Registry;
  readonly #stream: EventStream;
  readonly #machines: MachineLog;
  readonly #nowMs: () => number;
  readonly #plugins: EnginePlugins;
  readonly #storage: StorageBackend;
  readonly #commands: Commands;
  readonly #streams = new StreamFacts();
  readonly #sessions = new Map<string, CommandedGraph>();
  /** The same as programs and the HTTP API see them. */
  readonly #running = new Map<string, RunningGraph>();
  /** Settle when graphs have ended and are cleaned up. */
  readonly #ending = new Set<Promise<unknown>>();
  readonly #runs: GraphRuns;
  readonly #scheduler: Scheduler;
  readonly #ownScheduler: boolean;
  readonly #host: MediaHost;
  readonly #calls: Calls;
  readonly #graphEvents$ = new Subject<GraphEvent>();
  readonly #connectedPeers = new Set<string>();
  readonly #servers = new Set<RoomServer>();
  readonly #snapshots: EngineOptions['snapshots'];
  #graphs = 0;
  #renders = 0;
  #closing: Promise<void> | undefined;

  constructor(options: EngineOptions) {
    this.#snapshots = options.snapshots;
    this.registry = options.registry ?? createRegistry(builtinNodes);
    this.#ownScheduler = options.scheduler === undefined;
    this.#scheduler = options.scheduler ?? createRealtimeScheduler();
    const telegram: TelegramSetup | undefined = options.telegram;
    const backends = {
      room: roomMedia,
      file: fileMedia,
      telegram: (telegram?.media ?? telegramMediaSide).backend,
      rtmp: rtmpMedia,
    };
    const { permissions = {} } = options;
    const scheduler = this.#scheduler;
    const { nowMs = scheduler.kind === 'virtual' ? () => scheduler.nowUs() / 1000 : () => Math.round(wallTimeMs()) } = options;
    this.#nowMs = nowMs;
    this.#machines = new MachineLog(nowMs);
    this.#stream = new EventStream((state, event) => this.#plugins.host.reduce(state, event), nowMs);
    this.#storage = options.storage ?? memoryStorage();
    this.#plugins = new EnginePlugins({
      services: {
        scheduler,
        nowMs,
        machines: this.#machines,
        storage: this.#storage,
        registry: this.registry,
        limits: { ...DEFAULT_PLUGIN_LIMITS, ...options.pluginLimits },
        events$: this.#stream.events$,
        state$: this.#stream.state$,
        state: () => this.state,
        tell: (event) => this.#stream.told(event),
        execute: (command, by) => this.#commands.execute(command, by),
        chainChanged: (graph, plugins) => {
          // The graph may have ended meanwhile, or not begun.
          this.#host.request({ type: 'plugin.set', graph, plugins }).catch(() => {});
        },
      },
      installs: options.plugins ?? [],
      loader: options.loader,
      mayImport: (permissions.plugins ?? true) && !permissions.publicOnly,
    });
    const parts = { registry: this.registry, scheduler, backends, permissions, plugins: this.#plugins.host.supply };
    const { host = (given) => new InProcessHost(given) } = options;
    this.#host = typeof host === 'function' ? host(parts) : host;
    this.#commands = new Commands({
      graphs: () => [...this.#sessions.values()],
      request: (call, request) => this.#calls.request(call, request),
      plugin: (plugin, enabled) => this.setPlugin(plugin, enabled),
      configure: (plugin, config) => this.#plugins.host.configure(plugin, config),
      tell: (event) => this.#stream.told(event),
    });
    this.#calls = new Calls({
      host: this.#host,
      scheduler: this.#scheduler,
      addresses: options.addresses ?? ['127.0.0.1'],
      maxPeers: options.maxPeers,
      telegram,
      nowMs,
      banAddresses: options.banAddresses ?? false,
      tell: (event) => this.#tell(event),
      machines: this.#machines,
    });
    this.#runs = {
      host: this.#host,
      scheduler,
      machines: this.#machines,
      registry: this.registry,
      plugins: this.#plugins,
      calls: this.#calls,
      sessions: this.#sessions,
      ending: this.#ending,
      tell: (event) => this.#tell(event),
      declared: (graph, how) => this.#declared(graph, how),
      inCall: (id) => {
        const { selfMuted = false, muted = [], volumes = {} } = this.state.calls[id] ?? {};
        return { muted: selfMuted, people: { muted: [...muted], volumes } };
      },
      snapshot: (call, plan, cwd) => this.#snapshot(call, plan, cwd),
    };
    this.#host.events$.subscribe((message) => {
      if (message.type === 'tap') return;
      if (message.type === 'call') return this.#tell(callEvent(message.call, message.event, this.#connectedPeers));
      this.#tellGraph(message.event);
    });
  }

  get events$(): Observable<StampedEvent> {
    return this.#stream.events$;
  }

  get state$(): Observable<EngineState> {
    return this.#stream.state$;
  }

  get state(): EngineState {
    return this.#stream.state$.value;
  }

  async run(graph: string | Plan, options: RunOptions = {}): Promise<GraphSession> {
    const { call, cwd = process.cwd() } = options;
    if (this.#closing) throw voxError('HOST_CLOSED');
    const [plan, declared] = await this.#declared(graph, options);
    if (call !== undefined) this.#calls.check(call);
    const open =
      call === undefined
        ? undefined
        : {
            id: this.#calls.idOf(call),
            open: (resume?: CallInput['resume']) => this.#calls.open(call, cwd, resume),
          };
    return this.#start(plan, declared, open, options);
  }

  async use(plugin: PluginDefinition, options: PluginUseOptions = {}): Promise<InstalledPlugin> {
    return this.#plugins.use(plugin, options);
  }

  plugins(): readonly PluginInfo[] {
    return this.#plugins.host.list();
  }

  setPlugin(plugin: string, enabled: boolean): void {
    if (enabled) this.#plugins.host.enable(plugin);
    else this.#plugins.host.disable(plugin);
  }

  reloadPlugin(plugin: string, definition: PluginDefinition, from?: string): Promise<void> {
    return this.#plugins.reload(plugin, definition, from);
  }

  send(plugin: string, message: string, payload: unknown = null): Promise<unknown> {
    return this.#plugins.host.send(plugin, message, payload);
  }

  async execute(command: EngineCommand): Promise<void> {
    await this.#commands.execute(checkCommand(command), OUTSIDE);
  }

  async say(call: string, text: string, from: MessageSender): Promise<void> {
    await this.#host.request({ type: 'call.request', call, request: { type: 'chat.receive', text, from } });
  }

  declare(graph: string, cwd: string = process.cwd()): Promise<DeclaredPlugins> {
    return this.#plugins.declare(graph, cwd);
  }

  async render(graph: string | Plan | undefined, options: RenderOptions): Promise<RenderSession> {
    const { output, cwd = process.cwd(), debug, events } = options;
    const wanted = output === undefined ? undefined : resolve(cwd, output);
    const replay = events === undefined ? undefined : resolve(cwd, events);
    const log = replay === undefined ? undefined : readEventLog(replay, events!);
    const durationUs = options.durationUs ?? (log && log.ticks * FRAME_US);
    const given = graph ?? log?.plan;
    if (given === undefined) throw voxError('USAGE', { reason: 'name a graph to render, or an event log with --events' });
    if (this.#closing) throw voxError('HOST_CLOSED');
    const [planned, declared] = await this.#declared(given, options);
    const at = (path: string | undefined) => (path === undefined ? undefined : resolve(cwd, path));
    const outputs = { output: wanted, frames: at(options.frames), sheet: at(options.sheet) };
    const { plan, callFile } = renderPlan(planned, outputs);
    // Every rendering is a call of its own, even two to the same file: the later one wins as a whole.
    const id = `file:${callFile ?? ''}#${++this.#renders}`;
    const call = { id, open: () => this.#calls.openFile(id, callFile, cwd) };
    const session = await this.#start(plan, declared, call, { pace: 'offline', durationUs, debug }, replay);
    const abort = async () => {
      await this.#host.request({ type: 'call.request', call: id, request: { type: 'file.abort' } });
      await session.stop();
    };
    return { ...session, abort };
  }

  inspect(inspector: InspectMachine): () => void {
    return this.#machines.inspectWith(inspector);
  }

  async serveRooms(options: RoomServerOptions = {}): Promise<RoomServer> {
    const service = createRoomService({
      host: this.#host,
      rooms: () => this.#calls.rooms(),
      state: () => this.state,
      events$: this.events$,
      plugins: () => this.plugins(),
      setPlugin: (plugin, enabled) => this.setPlugin(plugin, enabled),
      send: (plugin, message, payload) => this.send(plugin, message, payload),
    });
    const [{ startRoomServer }, { apiPart }] = await Promise.all([loadRooms(), loadApi()]);
    const api = apiPart(
      {
        engine: this,
        seq: () => this.#stream.seq,
        media: this.#host,
        scheduler: this.#scheduler,
        nowMs: this.#nowMs,
        machines: this.#machines,
        declareSent: (text, path, plan, folder) => this.#plugins.declareSent(text, path, plan, folder),
        taps: service,
        graphs: this.#running,
      },
      options,
    );
    const server = await startRoomServer(service, options, [api]);
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
    await Promise.allSettled(this.#ending);
    await this.#plugins.host.close();
    await this.#storage.close();
    this.#stream.close();
    if (this.#ownScheduler) this.#scheduler.close();
  }

  #tell(event: EngineEvent | undefined): void {
    if (event) this.#stream.tell(event);
  }

  #tellGraph(event: GraphEvent): void {
    const streams = this.#streams.told(event, this.#sessions.get(event.graph)?.call);
    const ended = event.type === 'graph.ended';
    if (!ended) this.#tell(graphEvent(event));
    for (const fact of streams) this.#tell(fact);
    if (ended) this.#tell(graphEvent(event));
    this.#graphEvents$.next(event);
  }

  /** What a graph is checked and run with: the plan, and the declarations of the plugins it names. */
  async #declared(graph: string | Plan, { params, cwd }: Pick<RunOptions, 'params' | 'cwd'>): Promise<[Plan, DeclaredPlugins]> {
    await this.#plugins.ready();
    const declared = await this.#plugins.declare(graph, cwd ?? process.cwd());
    return [typeof graph === 'string' ? loadGraph(graph, { ...declared.check, params, cwd }) : graph, declared];
  }

  #snapshot(call: string, plan: Plan, cwd: string): Promise<CallSnapshot> | undefined {
    const { folder, fresh = false } = this.#snapshots ?? {};
    // A file is written anew, and only what has a name is found again.
    if (folder === undefined || plan.file === undefined || call.startsWith('file:')) return undefined;
    const named = this.#plugins.host.list().some(({ name, graph }) => name === 'music-queue' && graph === undefined);
    // That plugin keeps its queue itself.
    const queues = !named && !Object.hasOwn(plan.plugins, 'music-queue');
    const options = {
      folder,
      fresh,
      scheduler: this.#scheduler,
      nowMs: this.#nowMs,
      tell: (event: EngineEvent) => this.#tell(event),
    };
    const about = { call, graph: resolve(cwd, plan.file), plan, queues };
    return import('./engine/snapshots/index.js').then(({ CallSnapshot }) => CallSnapshot.find(options, about));
  }

  async #start(
    plan: Plan,
    declared: DeclaredPlugins,
    place: GraphPlace | undefined,
    options: RunOptions,
    replay?: string,
  ): Promise<GraphSession> {
    const id = `graph-${++this.#graphs}`;
    const events$ = this.#graphEvents$.pipe(filter((event) => event.graph === id));
    const session = await startGraph({ id, plan, declared, place, options, replay, events$ }, this.#runs);
    const { params, cwd = process.cwd() } = options;
    this.#running.set(id, { session, call: place?.id, params, cwd });
    void session.ended.catch(() => {}).then(() => this.#running.delete(id));
    return session;
  }
}
