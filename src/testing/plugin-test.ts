import type { Problem } from '../errors.js';
import type { CheckedCommand } from '../events/command.js';
import type { EngineEvent, StampedEvent } from '../events/event.js';
import type { Json, JsonObject } from '../events/json.js';
import type { EngineState } from '../events/state.js';
import type { Installation, PluginDefinition } from '../plugins/plugin-types.js';
import type { PluginLimits } from '../plugins/services.js';
import type { PluginStorage, StorageBackend } from '../plugins/storage.js';
import type { AudioInput } from './audio-script.js';
import type { EventMarbles } from './command-marbles.js';
import type { RenderedAudio } from './rendered.js';
import type { RenderedPicture, VideoInput } from './video-script.js';

/** How a plugin is tested. */
export interface TestPluginSettings {
  /** Its config, as a file would have it. Default: empty. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Whether it works at once. Default true. */
  readonly enabled?: boolean;
  /** Plugins that are there before it, such as those it depends on. */
  readonly others?: readonly (PluginDefinition | Installation)[];
  /** The graph, and its call, that it belongs to. Default: the engine. */
  readonly graph?: { readonly graph: string; readonly call?: string };
  /** What is done about a command; who throws refuses it. Default: every command is done, and changes nothing. */
  readonly execute?: (command: CheckedCommand) => void | Promise<void>;
  /** When time begins, in milliseconds since 1970. Default: 2026-01-01. */
  readonly startMs?: number;
  /** Where it stores. Default: a storage of the test's own. */
  readonly storage?: StorageBackend;
  /** Others than the usual limits. */
  readonly limits?: Partial<PluginLimits>;
}

/** A command that it gave. */
export interface TestedCommand {
  /** When, in milliseconds from the test's start. */
  readonly atMs: number;
  /** Complete. */
  readonly command: CheckedCommand;
}

/** What happens and what is expected, drawn: see {@link PluginTest.marbles}. */
export interface MarbleTest {
  /** Events, one character a step. */
  readonly events: string;
  /** The commands that are expected; default none. */
  readonly commands?: string;
  /** What the letters of both stand for. */
  readonly values: EventMarbles;
  /** How long a step is, in milliseconds. Default 1000. */
  readonly stepMs?: number;
}

/** A plugin under test, in virtual time. */
export interface PluginTest<S> {
  /** Its state. */
  readonly state: S;
  /** What the engine knows. */
  readonly engine: EngineState;
  /** Every command that it gave, in order. */
  readonly commands: readonly TestedCommand[];
  /** Everything that happened since the last start, in order. */
  readonly events: readonly StampedEvent[];
  /** What it told, `ctx.log` included. */
  readonly told: readonly { readonly what: string; readonly data: JsonObject }[];
  /** Everything that went wrong with it. */
  readonly problems: readonly Problem[];
  /** Its own part of the storage, to prepare and to look. */
  readonly storage: PluginStorage;
  /** Milliseconds from the test's start. */
  readonly nowMs: number;
  /** Something happens. What it leads to without time has happened too when this resolves. */
  emit(...events: readonly EngineEvent[]): Promise<void>;
  /** Time passes. */
  advance(ms: number): Promise<void>;
  /**
   * Lets events happen as they are drawn, and compares the commands: letters stand for values, `-` for a step with nothing, `(ab)` for
   * two at one step.
   * @throws Error that shows both drawings.
   */
  marbles(test: MarbleTest): Promise<void>;
  /** Sends it a message from outside, and resolves with the reply. @throws VoxError as `ctx.send`. */
  send(message: string, payload?: Json): Promise<unknown>;
  /** Gives it another config. @throws VoxError with what is wrong with it. */
  configure(config: Readonly<Record<string, unknown>>): Promise<void>;
  /** Lets it work again. */
  enable(): Promise<void>;
  /** Stops it; it stays loaded. */
  disable(): Promise<void>;
  /**
   * Sends sound through its operator, as a `plugin.audio` node does, with its present config.
   *
   * @param durationMs how much; default: until the input ends.
   * @returns what came out, and what the operator did wrong.
   */
  hear(input: AudioInput, durationMs?: number): Promise<{ readonly audio: RenderedAudio; readonly problems: readonly Problem[] }>;
  /**
   * Sends pictures through its operator, as a `plugin.video` node does, with its present config.
   *
   * @param durationMs how much.
   * @returns what came out, as pixels, and what the operator did wrong.
   */
  see(
    input: VideoInput,
    durationMs: number,
  ): Promise<{ readonly pictures: readonly RenderedPicture[]; readonly problems: readonly Problem[] }>;
  /** Ends the process in order and starts it again after a pause. Calls and graphs are gone; what is stored is there. */
  restart(pauseMs?: number): Promise<void>;
  /** As `restart`, but by kill -9: what was not stored is lost. */
  kill(pauseMs?: number): Promise<void>;
  /** Ends it. @throws Error when it did not clean up in order. */
  close(): Promise<void>;
}
