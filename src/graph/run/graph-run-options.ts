import type { Gateway } from '../../media/gateway.js';
import type { Scheduler, Ticker, TickInfo } from '../../time/scheduler.js';
import type { Permissions } from '../permissions.js';
import type { Plan } from '../plan-types.js';
import type { PluginChain, PluginMediaSupply } from '../plugin-media.js';
import type { Registry } from '../registry.js';
import type { GraphEvent } from './graph-events.js';

/** What a graph needs to run. */
export interface GraphRunOptions {
  /** Names it in events. */
  readonly id: string;
  /** What to run. */
  readonly plan: Plan;
  /** The node types of the plan. */
  readonly registry: Registry;
  /** Who moves time. */
  readonly scheduler: Scheduler;
  /** The call it is bound to. */
  readonly gateway?: Gateway;
  /** What its nodes may do. Default: nothing beyond the usual. */
  readonly permissions?: Permissions;
  /** Finds misuse of borrowed frames, at the price of copies. Default false. */
  readonly debug?: boolean;
  /** Offset of its beat inside the 20 ms, in microseconds, so that many graphs do not all work at once. Default 0. */
  readonly phaseUs?: number;
  /** What its beat follows, in place of the scheduler: a graph that others hear beats when they ask. */
  readonly beats?: (onTick: (tick: TickInfo) => void) => Ticker;
  /** Ends the sources after this much media, in microseconds (rounded up to whole frames). Default: never. */
  readonly durationUs?: number;
  /**
   * Whether optional work is left out while the machine cannot keep up: see {@link OverloadGovernor}. Default: in real time. A function
   * says what the last beat's work took, in microseconds, in place of the clock.
   */
  readonly governor?: boolean | (() => number);
  /** The plugins whose operators run in it. Default: the plan's, by priority and name, changing with the plan. */
  readonly plugins?: PluginChain;
  /** Where plugins' code is. Default: nowhere. */
  readonly pluginSupply?: PluginMediaSupply;
  /** A clock in microseconds that times nodes and plugins' operators. Default: the scheduler's in real time, else none. */
  readonly workClock?: () => number;
  /** Told every fact. Must not throw. */
  readonly onEvent: (event: GraphEvent) => void;
  /** True while somebody watches that event of that node. Default: nobody does. */
  readonly watched?: (node: string, eventType: string) => boolean;
}
