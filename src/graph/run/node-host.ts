import type { Gateway } from '../../media/gateway.js';
import type { Scheduler } from '../../time/scheduler.js';
import type { ActivePlugins } from '../active-plugins.js';
import type { NodeEvent } from '../context.js';
import type { Registry } from '../registry.js';
import type { Permissions } from '../permissions.js';
import type { NodeRun } from './node-run.js';

/** What a node needs of the graph it runs in. */
export interface NodeHost {
  readonly scheduler: Scheduler;
  readonly gateway: Gateway | undefined;
  readonly debug: boolean;
  /** The node types there are. */
  readonly registry: Registry;
  readonly personalMixOf: string | undefined;
  /** What its nodes may do; default nothing beyond the usual. */
  readonly permissions?: Permissions;
  /** The plugins whose operators run in the graph. */
  readonly plugins?: ActivePlugins;
  /** Tells the control plane a fact about a node. */
  emit(node: string, event: NodeEvent): void;
  /** Whether somebody watches that event of that node. */
  watched(node: string, eventType: string): boolean;
  /** Beside the graph file first, then in the current folder. */
  resolvePath(path: string): string;
  /** Time, or the first tick, waits for it. */
  hold(work: Promise<unknown>): void;
  /** A sink has all it will get. */
  finished(node: string): void;
  /** A node gave up, in its guard's eyes. True when a crash group has taken over, and may make it anew. */
  gaveUp?(run: NodeRun): boolean;
}
