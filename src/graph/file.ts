/**
 * A graph file as JSON: what a person writes, and what a program may build for `graphFromObject`. `docs/graph-files.md` explains it
 * for users.
 * @module
 */
import type { GroupAction, OverflowPolicy } from './plan-types.js';

/** What node, param and plugin names of a graph look like. */
export const NODE_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** The largest queue a wire may have, in frames: a minute and a half of audio. */
export const MAX_QUEUE_FRAMES = 5000;

/** The longest fade of one source into another in a change of a running graph: a minute. */
export const MAX_CROSSFADE_MS = 60_000;

/** The policies of {@link OverflowPolicy}; the first is the default. */
export const OVERFLOW_POLICIES = ['drop-oldest', 'drop-newest', 'block'] as const satisfies readonly OverflowPolicy[];

/** The types a param may have. */
export const PARAM_TYPES = ['string', 'number', 'boolean'] as const;

/** The type of a param. */
export type ParamType = (typeof PARAM_TYPES)[number];

/** A value a param can have. */
export type ParamValue = string | number | boolean;

/** `node` (its only output, or the one named as the input) or `node.port`. */
export type Ref = string;

/** A wire with particulars. */
export interface WireSpec {
  /** Where the media comes from. */
  from: Ref;
  /** A bounded queue on the wire, where two clock domains meet. */
  queue?: {
    /** How many frames or packets it holds, 1 to {@link MAX_QUEUE_FRAMES}. */
    frames: number;
    /** What happens to one more. Default `drop-oldest`. */
    overflow?: OverflowPolicy;
  };
}

/** One node of a graph file. */
export interface NodeSpecJson {
  /** A registered type, such as `effect.gain`. */
  type: string;
  /** The wires of each input port. */
  in?: Record<string, Ref | WireSpec | (Ref | WireSpec)[]>;
  /** Options of the type; `{ "$param": "name" }` may stand for any value in it. */
  options?: Record<string, unknown>;
  /** The clock domain it belongs to, by name. Default: that of its neighbours. */
  clock?: string;
  /** Whether it may be left out while the machine is overloaded. Default false. */
  optional?: boolean;
  /**
   * Whether all graphs of this process with an equal node hear one instance of it, and of what is before it. Default: only where nobody
   * can tell, which is a live source and what follows it.
   */
  shared?: boolean;
  /** A note for readers. */
  about?: string;
}

/** Nodes that degrade together when one of them gives up. */
export interface GroupSpec {
  /** Their names. */
  nodes: string[];
  /** What becomes of them. */
  onError: GroupAction;
  /** The pause before the first restart, in milliseconds; it doubles each time. Default 500. */
  backoffMs?: number;
  /** After so many restarts without recovery the group is bypassed. Default 5. */
  maxRestarts?: number;
}

/** A declared param. */
export interface ParamSpec {
  /** Its type. */
  type: ParamType;
  /** Its value when none is given; without one it must be given. */
  default?: ParamValue;
  /** A note for readers. */
  about?: string;
}

/** A plugin the graph asks for. */
export interface PluginSpecJson {
  /** Where it comes from: a package's name, or a path beside the graph file. Default: it is found by its name. */
  from?: string;
  /** Default true. */
  enabled?: boolean;
  /** Higher comes first. Default 0. */
  priority?: number;
  /** The plugin's own settings; `$param` may be used as in node options. */
  config?: Record<string, unknown>;
}

/** A whole graph file. */
export interface GraphFile {
  /** The JSON Schema, for editors. */
  $schema?: string;
  /** Of the format. */
  version: 1;
  /** For people. Default: the file's name. */
  title?: string;
  /** A note for readers. */
  about?: string;
  /** Values that are chosen when the graph is started. */
  params?: Record<string, ParamSpec>;
  /** Plugins, by name. */
  plugins?: Record<string, PluginSpecJson>;
  /** Crash groups, by name. */
  groups?: Record<string, GroupSpec>;
  /** How long a source fades into another when the running graph is changed, in milliseconds. Default 20. */
  crossfadeMs?: number;
  /** The nodes, by name. */
  nodes: Record<string, NodeSpecJson>;
}
