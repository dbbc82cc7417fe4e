import type { Observable } from 'rxjs';
import type { RoomServer, RoomServerOptions } from '../calls/room/index.js';
import type { PlanDiff } from '../graph/diff.js';
import type { Plan } from '../graph/plan-types.js';
import type { Permissions } from '../graph/permissions.js';
import type { Registry } from '../graph/registry.js';
import type { ChangeSettings } from '../graph/run/change-settings.js';
import type { GraphEndReason, GraphEvent, GraphStats } from '../graph/run/graph-events.js';
import type { InProcessHostOptions } from '../host/in-process.js';
import type { InspectMachine } from '../machines/machine-log.js';
import type { MediaHost } from '../host/media-host.js';
import type { Scheduler } from '../time/scheduler.js';
import type { PluginLoader } from '../plugins/loader-types.js';
import type { DeclaredPlugins } from '../plugins/declared.js';
import type { PluginInfo } from '../plugins/plugin-info.js';
import type { Installation, InstallOptions, PluginDefinition } from '../plugins/plugin-types.js';
import type { PluginLimits } from '../plugins/services.js';
import type { StorageBackend } from '../plugins/storage.js';
import type { Playback } from './playback.js';
import type { Player } from './players.js';
import type { EngineCommand } from '../events/command.js';
import type { MessageSender, StampedEvent } from '../events/event.js';
import type { EngineState } from '../events/state.js';

/** What an engine is made of; everything has a default. */
export interface EngineOptions {
  /** The node types graphs may use. Default: the shipped ones. */
  readonly registry?: Registry;
  /** The clock. Default: real time. */
  readonly scheduler?: Scheduler;
  /**
   * Where graphs run. Default: in this process. A function is given what a host needs of this engine, the code of plugins' operators
   * among it; a host that was made without an engine has none, and plugins cannot work on media in it.
   */
  readonly host?: MediaHost | ((parts: InProcessHostOptions) => MediaHost);
  /** IP addresses that WebRTC peers of rooms may reach us at. Default: `127.0.0.1`. */
  readonly addresses?: readonly string[];
  /** Most connections to one room. Default 64. */
  readonly maxPeers?: number;
  /**
   * Whether who is removed from a room may not come back from the same IP address either (of IPv6 the same /64). Default false: people behind one
   * router share an address, and so do those behind a proxy.
   */
  readonly banAddresses?: boolean;
  /** What its graphs may do. Default: no commands; any address. */
  readonly permissions?: Partial<Permissions>;
  /** Telegram's accounts, for calls at `telegram:…`. Default: none. */
  readonly telegram?: EngineTelegram;
  /**
   * Where it stores, each second, how the calls of graph files are: what plays and where, queues, what was set, muted and left out, and how
   * the account is in a Telegram call. A process that begins to run the same graph in the same call after this one was killed goes on with
   * that. What ends in order leaves nothing. Default: nowhere.
   */
  readonly snapshots?: {
    /** A folder of its own. */
    readonly folder: string;
    /** Take up nothing of what earlier processes left. Default false. */
    readonly fresh?: boolean;
  };
  /** Plugins that work for all its graphs; they are loaded before the first graph. Default: none. */
  readonly plugins?: readonly Installation[];
  /** Imports the plugins that graph files name. Default: none, so that graphs may name only {@link plugins}. */
  readonly loader?: PluginLoader;
  /** Where plugins keep things. Default: in memory. The engine closes it. */
  readonly storage?: StorageBackend;
  /** Time limits and counts of plugins that differ from the default ones. */
  readonly pluginLimits?: Partial<PluginLimits>;
  /** The wall clock, in milliseconds since 1970. Default: the machine's; of a virtual scheduler its own time. */
  readonly nowMs?: () => number;
}

/** Telegram, for an engine. */
export interface EngineTelegram {
  /** Where `voxgraph login` stores accounts; in `telegram` in it. */
  readonly dataFolder: string;
}

/** How a plugin is installed by a program. */
export interface PluginUseOptions extends InstallOptions {
  /** The file or package it came from, for people. */
  readonly from?: string;
}

/** A plugin that a program installed. */
export interface InstalledPlugin {
  /** Its key in state and events. */
  readonly key: string;
  /** Lets it work again. @throws VoxError `PLUGIN_NEEDS_DISABLED`. */
  enable(): void;
  /** Stops it; it stays loaded and keeps its state. @throws VoxError `PLUGIN_NEEDED`. */
  disable(): void;
  /** Gives it another config. @throws VoxError with what is wrong with it. */
  configure(config: Readonly<Record<string, unknown>>): void;
  /** Sends it a message; resolves with its reply. @throws VoxError, see `PluginContext.send`. */
  send(message: string, payload?: unknown): Promise<unknown>;
  /** Puts other code in its place, with its state. @throws VoxError with why not; then the old code goes on. */
  reload(definition: PluginDefinition, from?: string): Promise<void>;
  /** Unloads it. @throws VoxError `PLUGIN_NEEDED`, unless those that need it are to go too. */
  remove(options?: { readonly withDependants?: boolean }): Promise<void>;
}

/** How a graph is run. */
export interface RunOptions {
  /** The call it is bound to, such as `room:lobby`, `telegram:@group`, `rtmp://host/app/key` or `file:out.ogg`. Default: none. */
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
  /**
   * An event log to write, relative to `cwd`: who came and went, what they said, what was set and commanded, so that
   * {@link Engine.render} can make it happen again. Default: none.
   */
  readonly record?: string;
}

/** A running graph, as a program steers it. */
export interface GraphSession {
  /** Its id in events and state. */
  readonly id: string;
  /** What runs now. */
  readonly plan: Plan;
  /** Facts about it and its nodes. */
  readonly events$: Observable<GraphEvent>;
  /** Resolves when it has ended and is cleaned up. */
  readonly ended: Promise<GraphEndReason>;
  /** The playback machine of each `source.file` node. */
  readonly playbacks: ReadonlyMap<string, Playback>;
  /** What its `source.file`, `source.url`, `source.queue` and `source.playlist` nodes play at this moment, and where that is to 20 ms. */
  players(): readonly Player[];
  /** Options that were set since the plan began to run, by node. */
  readonly changed: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Changes options of a node. Rejects with a VoxError; then nothing has changed. */
  setOptions(node: string, options: Readonly<Record<string, unknown>>): Promise<void>;
  /**
   * Changes what runs to another graph file or plan: what is the same in both goes on with its state, the rest is made beside it, tried
   * out and crossfaded, and the call never drops. Resolves with what differed, once the new graph alone runs. A file's params are those
   * it was run with.
   * @throws VoxError with everything that is wrong with the file, `CHANGE_REFUSED` or `CHANGE_FAILED`; then the old graph goes on.
   */
  change(graph: string | Plan, settings?: ChangeSettings): Promise<PlanDiff>;
  /** Asks for an event that costs something to make, such as `level.measured`; returns the end of it. */
  watch(node: string, event: string): Promise<() => Promise<void>>;
  /** Exact figures. */
  stats(): Promise<{ positionUs: number; stats: GraphStats }>;
  /** Ends it; resolves when it is cleaned up. */
  stop(): Promise<void>;
}

/** voxgraph as a library: graphs, calls and rooms of one process. */
export interface Engine {
  /** Every fact, in order; each is in the state already. */
  readonly events$: Observable<StampedEvent>;
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
   * @param graph absent: the one of the event log.
   * @throws VoxError with everything that is wrong; then nothing is written.
   */
  render(graph: string | Plan | undefined, options: RenderOptions): Promise<RenderSession>;
  /**
   * Installs a plugin that works for all graphs, those that run already too.
   * @throws VoxError with everything that is wrong; then nothing of it runs.
   */
  use(plugin: PluginDefinition, options?: PluginUseOptions): Promise<InstalledPlugin>;
  /** The plugins, the engine's and those of running graphs, as they were loaded. */
  plugins(): readonly PluginInfo[];
  /** Enables or disables a plugin, by its key or name. @throws VoxError `UNKNOWN_PLUGIN`, `PLUGIN_NEEDED`, `PLUGIN_NEEDS_DISABLED`. */
  setPlugin(plugin: string, enabled: boolean): void;
  /** Puts other code in a plugin's place, with its state. @throws VoxError with why not; then the old code goes on. */
  reloadPlugin(plugin: string, definition: PluginDefinition, from?: string): Promise<void>;
  /** Sends a plugin a message; resolves with its reply. @throws VoxError, see `PluginContext.send`. */
  send(plugin: string, message: string, payload?: unknown): Promise<unknown>;
  /** Does a command; resolves when it is done. What became of it is an event too. @throws VoxError with why it was refused. */
  execute(command: EngineCommand): Promise<void>;
  /** Writes in a call's chat in somebody's name, as if he had: plugins react to it. @throws VoxError. */
  say(call: string, text: string, from: MessageSender): Promise<void>;
  /**
   * Imports the plugins that a graph file names, so that `checkGraphFile(file, { …check })` knows them. Never rejects: what is wrong with
   * them is found by that check.
   */
  declare(graph: string, cwd?: string): Promise<DeclaredPlugins>;
  /**
   * Hears what the machines of calls, sources, plugins and accounts do that are made from now on, as xstate's `inspect` tells it: for
   * inspectors such as Stately's. Must not throw. Returns the end of it.
   */
  inspect(inspector: InspectMachine): () => void;
  /** Serves the open rooms, and the HTTP API, over HTTP. @throws VoxError `PORT_TAKEN`, `ADDRESS_UNAVAILABLE`, `TOKEN_NEEDED`. */
  serveRooms(options?: RoomServerOptions): Promise<RoomServer>;
  /** Ends everything. Idempotent. */
  close(): Promise<void>;
}

/** How a graph is rendered. */
export interface RenderOptions extends Pick<RunOptions, 'params' | 'cwd' | 'durationUs' | 'debug'> {
  /** The file to write; its extension chooses the container. Absent: the graph's own `sink.file` nodes write theirs. */
  readonly output?: string;
  /** A folder that gets every picture as a PNG: frame-000001.png and so on. Without `output` nothing else is written. */
  readonly frames?: string;
  /** A PNG file that gets a contact sheet of the pictures. */
  readonly sheet?: string;
  /** An event log, relative to `cwd`, that happens again: the voices, options and commands of a recorded call. Default: none. */
  readonly events?: string;
}

/** A rendering under way. */
export interface RenderSession extends GraphSession {
  /** Gives up; what was written is removed. */
  abort(): Promise<void>;
}
