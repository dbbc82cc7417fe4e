import type { TickerStats } from '../../time/scheduler.js';
import type { PluginStats } from '../active-plugins.js';
import type { CounterName, NodeEvent } from '../context.js';
import type { NodeState } from './node-run.js';
import type { QueueStats } from './queue.js';
import type { WorkStats } from './work-time.js';

/** Why a graph ended. `finished`: its leading sinks have all they will get; `stopped`: somebody asked. `failed`: a crash
 * group ended it. */
export type GraphEndReason = 'finished' | 'stopped' | 'failed';

/** A fact about a running graph: plain JSON. */
export interface GraphEvent extends NodeEvent {
  /** The running graph's id. */
  readonly graph: string;
  /** The node it is about; absent for the graph as a whole (`graph.started`, `graph.ended`). */
  readonly node?: string;
}

/** The figures of one node. */
export interface NodeStats {
  /** What its guard does with it. */
  readonly state: NodeState;
  /** Faults since the start. */
  readonly faults: number;
  /** Its own counts; a missing one is 0. */
  readonly counters: Readonly<Partial<Record<CounterName, number>>>;
  /** How much left on each output port. */
  readonly passed: Readonly<Record<string, number>>;
  /** What its type declares to add at the present options, in milliseconds. */
  readonly latencyMs: number;
  /**
   * How late what came last on each input of one wire was, by its own time, in milliseconds: what queues, packets that fill up and waiting
   * mixers have added so far. Effects that look ahead keep the times, so their delay is only declared.
   */
  readonly lateMs: Readonly<Record<string, number>>;
  /**
   * What it takes of a beat on the thread of the beats, without what is behind it; absent offline, and before the first beat that was timed.
   * What FFmpeg does in threads of its own is not in it.
   */
  readonly work?: WorkStats;
  /** Set while somebody has it left out. */
  readonly leftOut?: true;
  /** Nodes of its graph inside that are left out in every copy; absent: none. */
  readonly leftOutInside?: readonly string[];
  /** In how many graphs this one instance is heard; absent for a node of this graph alone. */
  readonly shared?: number;
}

/** The figures of a running graph: plain JSON, exact. */
export interface GraphStats {
  /** Ticks, skipped ones, lateness; absent before the first. */
  readonly beat?: TickerStats;
  /** By node id; instances in personal mixes are `node@participant`. */
  readonly nodes: Readonly<Record<string, NodeStats>>;
  /** Each wire with a queue. */
  readonly queues: readonly ({ readonly from: string; readonly to: string } & QueueStats)[];
  /** The operators of each plugin that was ever active here, by its key; absent when there was none. */
  readonly plugins?: Readonly<Record<string, PluginStats>>;
}
