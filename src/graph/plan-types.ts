/**
 * What the planner makes and the runner takes: plain JSON, with every name resolved, every option complete and valid, every node in an
 * order in which producers come before consumers.
 * @module
 */

/** What a queue does with a frame that finds it full. `block` waits, and is for offline graphs only. */
export type OverflowPolicy = 'drop-oldest' | 'drop-newest' | 'block';

/** A bounded queue on a wire, where two clock domains meet. */
export interface PlanQueue {
  /** How many frames or packets it holds at most. */
  readonly frames: number;
  /** What happens to one more. */
  readonly overflow: OverflowPolicy;
}

/** Where an input's media comes from. */
export interface PlanWire {
  /** The producing node. */
  readonly node: string;
  /** Its output port. */
  readonly port: string;
  /** True when that output gives branches that join and leave, rather than one stream. */
  readonly branches: boolean;
  /** The queue on this wire, if it has one. */
  readonly queue?: PlanQueue;
}

/** An operator of a plugin that runs in a node. */
export interface PlanOperator {
  /** The plugin. */
  readonly plugin: string;
  /** The delay it adds, in milliseconds. */
  readonly latencyMs: number;
}

/**
 * Why several graphs may hear one instance of a node. `asked`: the file says so, for it or for something behind it; `live`: it gives the
 * present of something outside; `equal`: all that it hears is shared.
 */
export type Sharing = 'asked' | 'live' | 'equal';

/** One node to run. */
export interface PlanNode {
  /** Its name in the graph file; a node the planner added is called `<consumer>~<what>`. */
  readonly id: string;
  /** Its type. */
  readonly type: string;
  /** Its complete, valid options. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The wires of each input port that has any. */
  readonly inputs: Readonly<Record<string, readonly PlanWire[]>>;
  /** The index of its clock domain in {@link Plan.domains}. */
  readonly domain: number;
  /** True when the planner added it. */
  readonly implicit: boolean;
  /** True when it may be left out while the machine is overloaded. */
  readonly optional?: true;
  /** The graph among its options; nodes named `voice` and `(result)` are its ends. */
  readonly subgraph?: Plan;
  /** The plugins' operators that run in it when it starts, first to last; they may change while it runs. */
  readonly operators?: readonly PlanOperator[];
  /** Set on a source whose Opus packets may reach an Opus encoder as they are: it then offers them with its frames. */
  readonly offersPackets?: true;
  /** Set when graphs with an equal node, fed by equal ones, may hear one instance of it. */
  readonly shared?: Sharing;
}

/** A part of the graph that runs on one beat. */
export interface PlanDomain {
  /** Its name: the `clock` of its nodes, else the leader's, else `main`. */
  readonly name: string;
  /** The sink that sets the pace; null: the graph's own 20 ms beat. */
  readonly leader: string | null;
  /** Pictures a second. Absent: nobody in it asks for a rate, so 30. */
  readonly frameRate?: number;
}

/** What becomes of a crash group of which a node gave up. */
export const GROUP_ACTIONS = ['bypass', 'restart', 'end'] as const;

/** One of {@link GROUP_ACTIONS}. */
export type GroupAction = (typeof GROUP_ACTIONS)[number];

/** Nodes that degrade together. */
export interface PlanGroup {
  /** Its name. */
  readonly name: string;
  /** Its nodes. */
  readonly nodes: readonly string[];
  /** `bypass`: their inputs pass through. `restart`: all are made anew after a pause. `end`: the graph ends. */
  readonly onError: GroupAction;
  /** The pause before the first restart, in milliseconds; it doubles each time, up to a minute. */
  readonly backoffMs: number;
  /** After so many restarts without recovery it is bypassed. */
  readonly maxRestarts: number;
}

/** A plugin the graph asks for. */
export interface PlanPlugin {
  /** A package's name, or a path from {@link Plan.baseDir}. Absent: it is found by its name. */
  readonly from?: string;
  /** Whether it is used at all. Default true. */
  readonly enabled: boolean;
  /** Higher comes first. Default 0. */
  readonly priority: number;
  /** Its own settings, checked by the plugin's schema. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** A graph that is ready to run. */
export interface Plan {
  /** Of this structure. */
  readonly version: 1;
  /** The graph's title; the file's name when it has none. */
  readonly title: string;
  /** The graph file's absolute path, if it came from one. */
  readonly file?: string;
  /** The folder that relative paths are looked up in first. */
  readonly baseDir: string;
  /** Producers before consumers. */
  readonly nodes: readonly PlanNode[];
  /** The clock domains. */
  readonly domains: readonly PlanDomain[];
  /** The crash groups, in file order. Default none. */
  readonly groups?: readonly PlanGroup[];
  /** How long a source fades into another when the running graph is changed, in milliseconds. Default 20. */
  readonly crossfadeMs?: number;
  /** The plugins asked for, by name. */
  readonly plugins: Readonly<Record<string, PlanPlugin>>;
}
