/**
 * What a plugin is made of. `definePlugin` takes a {@link PluginSpec}; what each of its parts is given is here too. docs/plugins.md
 * explains it from the beginning.
 * @module
 */
import type { Draft } from 'immer';
import type { Observable } from 'rxjs';
import type { z } from 'zod';
import type { CheckedCommand, EngineCommand } from '../events/command.js';
import type { EventOf, EventType, StampedEvent } from '../events/event.js';
import type { Json } from '../events/json.js';
import type { EngineState } from '../events/state.js';
import type { NodeDefinition } from '../graph/define-node.js';
import type { AudioPart, PluginMedia, VideoPart } from '../graph/plugin-media.js';
import type { Scheduler } from '../time/scheduler.js';
import type { PluginStorage } from './storage.js';

/** A message that a plugin takes. */
export interface MessageSpec<P extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  /** What it carries; plain JSON. */
  readonly payload: P;
  /** What it is answered. */
  readonly reply: R;
  /** What it is for, as one sentence. */
  readonly description: string;
}

/** The messages of a plugin, by name. */
export type Messages = Readonly<Record<string, MessageSpec>>;

/** What comes with each message. */
export interface MessageMeta {
  /** Key of the plugin that sent it, or `(outside)`. */
  readonly from: string;
  /** Rises from message to message of one engine. */
  readonly id: number;
  /** When it was sent, in milliseconds since 1970. The only time a reducer may use. */
  readonly atMs: number;
}

/** What a reducer may return: nothing, having changed the draft; or a whole new state. */
export type Reduced<S> = S | void | undefined;

/** Makes an event count in the state. Pure: no time but `event.atMs`, no chance, nothing from outside. */
export type EventReducer<S, T extends EventType, C> = (
  draft: Draft<S>,
  event: EventOf<T>,
  args: { readonly config: C; readonly plugin: string },
) => Reduced<S>;

/** Makes a message count in the state; as pure as an {@link EventReducer}. */
export type MessageReducer<S, P, C> = (
  draft: Draft<S>,
  payload: P,
  args: MessageMeta & { readonly config: C; readonly plugin: string },
) => Reduced<S>;

/** A plugin's state: plain JSON, changed by reducers only. */
export interface StateSpec<C, S, M extends Messages> {
  /** What it begins with. */
  readonly initial: (args: { readonly config: C }) => S;
  /** Whether it outlives the process. Default false. */
  readonly persist?: boolean;
  /** Of the state's form; a whole number from 1. Raise it when the form changes. Default 1. */
  readonly version?: number;
  /** Makes a state of this form out of one that an older version saved. Without it such a state is set aside. */
  readonly migrate?: (saved: Json, version: number) => S;
  /** Checks a saved state; one that does not fit is set aside and reported. Default: it is taken as it is. */
  readonly schema?: z.ZodType<S>;
  /** By the type of event. Of a graph's own plugin: only events of that graph and its call come. */
  readonly reducers?: { readonly [T in EventType]?: EventReducer<S, T, C> };
  /** By message. */
  readonly messages?: { readonly [K in keyof M]?: MessageReducer<S, z.output<M[K]['payload']>, C> };
}

/** Where a plugin was installed. */
export interface PluginScope {
  /** The graph that it belongs to; absent: the engine. */
  readonly graph?: string;
  /** The call of that graph. */
  readonly call?: string;
}

/** What a plugin says for people and logs. User data belongs in the fields, not in the sentence. */
export interface PluginLog {
  /** Something worth knowing. */
  info(sentence: string, fields?: Readonly<Record<string, Json | undefined>>): void;
  /** Something that may be wrong. */
  warn(sentence: string, fields?: Readonly<Record<string, Json | undefined>>): void;
  /** Something that is wrong. */
  error(sentence: string, fields?: Readonly<Record<string, Json | undefined>>): void;
}

/** What every part of a plugin in the control plane may use. */
export interface PluginContext<C, S> {
  /** Its key in events and state. */
  readonly plugin: string;
  /** Where it was installed. */
  readonly scope: PluginScope;
  /** The present config, complete. */
  readonly config: C;
  /** The config: the present one on subscribing, then each change. */
  readonly config$: Observable<C>;
  /** Its present state; frozen. */
  readonly state: S;
  /** What the engine knows; frozen. */
  readonly engine: EngineState;
  /** Time: the only source of it, so that tests need not wait. */
  readonly scheduler: Scheduler;
  /** Milliseconds since 1970, for stamps; `scheduler` is for durations. */
  nowMs(): number;
  /** What it keeps beyond its state. */
  readonly storage: PluginStorage;
  /** Aborted when it is being unloaded. */
  readonly signal: AbortSignal;
  /** For people and logs: the event `plugin.told` with `what: 'logged'`. */
  readonly log: PluginLog;
  /** Tells a fact of its own, as `plugin.told`. Past a number per second more are dropped, counted and reported. */
  tell(what: string, data?: Readonly<Record<string, Json | undefined>>): void;
  /**
   * Asks the engine for something and resolves when it is done.
   * @throws VoxError with why it was refused.
   */
  execute(command: EngineCommand): Promise<void>;
  /**
   * Sends a message to a plugin (a name, or a key) and resolves with its reply.
   * @throws VoxError `UNKNOWN_PLUGIN`, `PLUGIN_DISABLED`, `UNKNOWN_MESSAGE`, `BAD_MESSAGE`, `BAD_REPLY`, `MESSAGE_TIMEOUT`,
   * `MESSAGE_CIRCLE`, or what the receiver rejected with.
   */
  send(plugin: string, message: string, payload?: Json): Promise<unknown>;
}

/** What `setup` is given. */
export interface SetupContext<C, S> extends PluginContext<C, S> {
  /** Registers clean-up: last in, first out, each exactly once, all even if one throws. May be asynchronous. */
  defer(dispose: () => void | Promise<void>): void;
}

/** What `reactions` is given. */
export interface ReactionArgs<C, S> {
  /** Events from now on, as they happened; of a graph's own plugin those of that graph and its call. */
  readonly events$: Observable<StampedEvent>;
  /** Its state: the present one on subscribing, then each change. */
  readonly state$: Observable<S>;
  /** Everything else. */
  readonly ctx: PluginContext<C, S>;
}

/** What a reply is made from. */
export interface ReplyArgs<C, S, P> extends MessageMeta {
  /** What came. */
  readonly payload: P;
  /** The state, with this message already in it; frozen. */
  readonly state: S;
  /** Everything else. Messages sent from here belong to the same chain, so that circles are found. */
  readonly ctx: PluginContext<C, S>;
}

/** The declaration of a plugin: everything about it, once. Every part but the first three may be left out. */
export interface PluginSpec<C extends z.ZodType, S, M extends Messages> {
  /** Small letters, digits and `-`, such as `music-queue`. */
  readonly name: string;
  /** Of the code, by semver, such as `1.2.0`. */
  readonly version: string;
  /** What it does, as one sentence. */
  readonly description: string;
  /** Plugins that must be there first, with the range of their versions: `{ statistics: '^1.0.0' }`. */
  readonly dependencies?: Readonly<Record<string, string>>;
  /** A `z.strictObject` whose fields carry `.meta({ description })` and defaults. What it gives must be plain JSON. */
  readonly config?: C;
  /** What it takes from other plugins and from outside. */
  readonly messages?: M;
  /** What it remembers. */
  readonly state?: StateSpec<z.output<C>, S, M>;
  /** What messages are answered, after the reducer; a message without one is answered `null`. */
  readonly replies?: {
    readonly [K in keyof M]?: (
      args: ReplyArgs<z.output<C>, S, z.output<M[K]['payload']>>,
    ) => z.input<M[K]['reply']> | Promise<z.input<M[K]['reply']>>;
  };
  /** Node types that it adds while it is loaded. */
  readonly nodes?: readonly NodeDefinition[];
  /** Its operator in `plugin.audio` nodes. */
  readonly audio?: AudioPart<z.output<C>>;
  /** Its operator in `plugin.video` nodes. */
  readonly video?: VideoPart<z.output<C>>;
  /** Events in, commands out. Subscribed while it is enabled; after an error again, with growing pauses. */
  readonly reactions?: (args: ReactionArgs<z.output<C>, S>) => Observable<EngineCommand>;
  /** Runs once before anything else of it; what must be cleaned up goes to `ctx.defer`. It has a time limit. */
  readonly setup?: (ctx: SetupContext<z.output<C>, S>) => void | Promise<void>;
}

/** A declared plugin, as its host holds it: types erased, facts kept. */
export interface PluginDefinition extends PluginMedia {
  /** Of the code, by semver. */
  readonly version: string;
  /** One sentence. */
  readonly description: string;
  /** Names and version ranges. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** What it takes. */
  readonly messages: Messages;
  /** What it remembers. */
  readonly state: StateSpec<unknown, unknown, Messages> | undefined;
  /** What messages are answered. */
  readonly replies: Readonly<Record<string, ((args: ReplyArgs<unknown, unknown, unknown>) => unknown) | undefined>>;
  /** Node types that it adds. */
  readonly nodes: readonly NodeDefinition[];
  /** Events in, commands out. */
  readonly reactions: ((args: ReactionArgs<unknown, unknown>) => Observable<unknown>) | undefined;
  /** Runs once. */
  readonly setup: ((ctx: SetupContext<unknown, unknown>) => void | Promise<void>) | undefined;
}

/** What an installer decides about a plugin. */
export interface InstallOptions {
  /** Whether it works at once. Default true. */
  readonly enabled?: boolean;
  /** Higher comes first, where dependencies leave a choice. Default 0. */
  readonly priority?: number;
  /** Its own settings. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A plugin and how it is installed: what `voxgraph.config.ts` lists, and what a loader makes of a graph file's entries. */
export interface Installation extends InstallOptions {
  /** The plugin. */
  readonly definition: PluginDefinition;
  /** The file or package it came from. */
  readonly from?: string;
}

/** A command as it left a plugin, checked. */
export type PluginCommand = CheckedCommand;
