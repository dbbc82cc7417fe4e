import type { Observable } from 'rxjs';
import type { CheckedCommand } from '../events/command.js';
import type { EngineEvent, StampedEvent } from '../events/event.js';
import type { EngineState } from '../events/state.js';
import type { PluginChain } from '../graph/plugin-media.js';
import type { Registry } from '../graph/registry.js';
import type { MachineLog } from '../machines/machine-log.js';
import type { Scheduler } from '../time/scheduler.js';
import type { StorageBackend } from './storage.js';

/** Time limits and counts of plugins. */
export interface PluginLimits {
  /** To load one, in milliseconds. */
  readonly loadMs: number;
  /** For a message to be answered, in milliseconds. */
  readonly replyMs: number;
  /** Commands of one plugin in a second; more are dropped. */
  readonly commandsPerSecond: number;
  /** Facts that one plugin tells in a second; more are dropped. */
  readonly toldPerSecond: number;
  /** Messages that one plugin sends in a second; more are refused. */
  readonly messagesPerSecond: number;
  /** After so many errors in a row the reactions of a plugin are left out. */
  readonly reactionErrors: number;
  /** The pause before reactions begin again after an error, in milliseconds; it doubles each time. */
  readonly backoffBaseMs: number;
  /** The longest such pause, in milliseconds. */
  readonly backoffMaxMs: number;
  /** Reactions that went well for so long have no errors behind them, in milliseconds. */
  readonly stableMs: number;
  /** How long a changed state may wait to be saved, in milliseconds. */
  readonly saveMs: number;
}

/** The limits that are not given. */
export const DEFAULT_PLUGIN_LIMITS: PluginLimits = {
  loadMs: 10_000,
  replyMs: 10_000,
  commandsPerSecond: 50,
  toldPerSecond: 50,
  messagesPerSecond: 50,
  reactionErrors: 5,
  backoffBaseMs: 1000,
  backoffMaxMs: 30_000,
  stableMs: 60_000,
  saveMs: 1000,
};

/** What a host of plugins needs of the engine. */
export interface PluginServices {
  /** The engine's clock. */
  readonly scheduler: Scheduler;
  /** Follows the plugins' machines. Default: nobody does. */
  readonly machines?: MachineLog;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Where storage and saved states are. */
  readonly storage: StorageBackend;
  /** Where node types are added. */
  readonly registry: Registry;
  /** Limits. */
  readonly limits: PluginLimits;
  /** Every event, as it happened. */
  readonly events$: Observable<StampedEvent>;
  /** The state: the present one on subscribing, then each change. */
  readonly state$: Observable<EngineState>;
  /** The present state. */
  state(): EngineState;
  /** Tells a fact; resolves when it is in the state and everybody has heard it. */
  tell(event: EngineEvent): Promise<void>;
  /** Does a command and tells what became of it. Rejects with why not. */
  execute(command: CheckedCommand, by: string): Promise<void>;
  /** The operators of a running graph, or their order, have changed. */
  chainChanged(graph: string, chain: PluginChain): void;
}
