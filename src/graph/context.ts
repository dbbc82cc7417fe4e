import type { Observable } from 'rxjs';
import type { ActivePlugins } from './active-plugins.js';
import type { Gateway } from '../media/gateway.js';
import type { Plan } from './plan-types.js';
import type { Registry } from './registry.js';
import type { GraphStats } from './run/graph-events.js';
import type { Scheduler } from '../time/scheduler.js';
import type { Permissions } from './permissions.js';

/** One beat of a clock domain. The same object is emitted each time: read it at once. */
export interface Tick {
  /** Counts from 0. */
  index: number;
  /** Presentation time of the frames of this beat, in microseconds: `index` × 20 ms for audio, `index` / frame rate for pictures. */
  ptsUs: number;
}

/** What a node tells the control plane: past-tense facts, plain JSON, a few per second at most. */
export interface NodeEvent {
  /** Such as `stream.started`, `stream.ended`, `level.measured`. */
  readonly type: string;
  /** Plain-JSON particulars. */
  readonly [key: string]: unknown;
}

/** What the control plane asks of one node: imperatives such as `pause`, `play`, `seek`. */
export interface NodeCommand {
  /** The imperative. */
  readonly type: string;
  /** Plain-JSON particulars, such as `positionMs`. */
  readonly [key: string]: unknown;
}

/** Exact counts that a node or wire keeps; read by the console and by tests. */
export type CounterName =
  'underruns' | 'concealed' | 'dropped' | 'encoded' | 'copied' | 'clipped' | 'corrected' | 'repeated' | 'shed';

/** The graph among a node's options, for types that have one. */
export interface SubgraphContext {
  /** As planned. */
  readonly plan: Plan;
  /** The types of its nodes. */
  readonly registry: Registry;
  /** Names of those of its nodes that somebody leaves out in every copy, present and to come; it changes while the node runs. */
  readonly leftOut: Set<string>;
  /** Says where the figures of the running copies are read. */
  show(figures: () => Pick<GraphStats, 'nodes' | 'queues'>): void;
}

/** Everything a node may use besides its inputs and options. */
export interface NodeContext {
  /** The node's name in its graph. */
  readonly nodeId: string;
  /**
   * The beat of the node's clock domain. Sources emit exactly one frame per tick, synchronously. A mixer that has heard from none or
   * only some of its inputs completes its frame on `settle$`.
   */
  readonly tick$: Observable<Tick>;
  /** Fires after every source of the domain has emitted, in the order of the graph: the last moment to emit for this tick. */
  readonly settle$: Observable<Tick>;
  /**
   * Fires when the tick's frames are out, while there is time until the next: the place to decode ahead.
   */
  readonly idle$: Observable<Tick>;
  /**
   * The beat of the pictures of the node's clock domain, at the frame rate of its sink: right behind the beat of sound in whose 20 ms it
   * is due. Sources of pictures emit at most one on each.
   */
  readonly videoTick$: Observable<Tick>;
  /** As `settle$`, for the pictures. */
  readonly videoSettle$: Observable<Tick>;
  /** Pictures a second of `videoTick$`. */
  readonly frameRate: number;
  /** Whether anything listens to that output of the node now, so that nothing is decoded for nobody. */
  wired(output: string): boolean;
  /** The graph's scheduler; give it to RxJS operators that take one, so that `delay(300, ctx.scheduler)` means media time. */
  readonly scheduler: Scheduler;
  /** True when frames are made as fast as possible and must never be skipped or replaced by silence. */
  readonly offline: boolean;
  /** True while debugging and in tests: borrowed frames are spoilt after use so that misuse shows. */
  readonly debug: boolean;
  /** The call the graph is bound to, if any. */
  readonly gateway: Gateway | undefined;
  /** When this instance makes the personal mix of one participant: his id. His own voice is left out. */
  readonly personalMixOf: string | undefined;
  /** What whoever runs the graph allows it. */
  readonly permissions: Permissions;
  /** The graph among its options, for types that have one. */
  readonly subgraph?: SubgraphContext;
  /** The plugins whose operators run in the graph; absent: it knows of none. */
  readonly plugins?: ActivePlugins;
  /** Commands to this node. */
  readonly commands$: Observable<NodeCommand>;
  /** True while somebody watches this node's events of that type, so that measuring for nobody costs nothing. */
  watched(eventType: string): boolean;
  /** Tells the control plane a fact. Not per frame. */
  emit(event: NodeEvent): void;
  /** Adds to one of the node's counters. Cheap enough for every frame. */
  count(name: CounterName, by?: number): void;
  /**
   * For sources: somebody downstream copies Opus packets, so frames may come coded (see `AudioFrame.coded`). Never while debugging,
   * where every consumer gets a copy.
   */
  readonly offersPackets?: boolean;
  /** Makes an absolute path: beside the graph file first, then in the current folder. */
  resolvePath(path: string): string;
  /**
   * Announces work the first tick should wait for, such as opening a file (in real time for at most two seconds). Offline,
   * also later: time stands still until it settles.
   */
  hold(work: Promise<unknown>): void;
  /** Registers clean-up; last in, first out, each exactly once, all even if one throws. May be asynchronous. */
  defer(dispose: () => void | Promise<void>): void;
  /** For sinks: nothing more will come. The graph has ended when all its leading sinks have said so. */
  finish(): void;
}
