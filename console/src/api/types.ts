/** What the HTTP API answers, as far as the console reads it. Shapes that the engine has already are its own types. */
import type { components } from '../../../src/cli/api.generated.js';
import type { Problem } from '../../../src/errors.js';
import type { StampedEvent } from '../../../src/events/event.js';
import type { EngineState } from '../../../src/events/state.js';
import type { GraphStats, NodeStats } from '../../../src/graph/run/graph-events.js';
import type { PlanDomain, PlanQueue } from '../../../src/graph/plan-types.js';
import type { OptionDoc } from '../../../src/graph/option-schema.js';
import type { PortKind } from '../../../src/graph/ports.js';
import type { StateDescription } from '../../../src/machines/describe.js';
import type { PluginInfo } from '../../../src/plugins/plugin-info.js';

export type {
  EngineState,
  GraphStats,
  NodeStats,
  OptionDoc,
  PlanDomain,
  PlanQueue,
  PluginInfo,
  PortKind,
  Problem,
  StampedEvent,
  StateDescription,
};

/** `GET /info`. */
export interface Info {
  readonly name: string;
  readonly version: string;
  readonly uptimeMs: number;
  /** Whether the token that was shown lets its bearer steer. */
  readonly maySteer: boolean;
}

/** A node that plays, and where it is. */
export type Player = components['schemas']['Player'];

/** An input or output of a node. */
export interface DrawnPort {
  readonly port: string;
  readonly kind: PortKind;
  readonly arity: 'one' | 'optional' | 'many';
  readonly about: string;
  readonly format?: string;
}

/** A node of a running graph, as it is drawn. */
export interface DrawnNode {
  readonly id: string;
  readonly type: string;
  readonly summary: string;
  readonly role: 'source' | 'effect' | 'sink';
  /** Its clock domain. */
  readonly clock: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Those that can be changed while it runs. */
  readonly liveOptions: readonly string[];
  readonly inputs: readonly DrawnPort[];
  readonly outputs: readonly DrawnPort[];
  /** Why the planner added it; absent for a node of the file. */
  readonly inserted?: string;
  readonly bypassed: boolean;
  readonly canBypass: boolean;
  /** The nodes of the graph of its own that it makes copies of. */
  readonly inside?: readonly {
    readonly id: string;
    readonly type: string;
    readonly summary: string;
    readonly bypassed: boolean;
    readonly canBypass: boolean;
  }[];
  readonly latencyMs: number;
  /** Estimated, in percent of a core. */
  readonly costPercent: number;
  readonly costMeasured: boolean;
  readonly operators: readonly { readonly plugin: string; readonly latencyMs: number }[];
}

/** A wire of a running graph, as it is drawn. */
export interface DrawnWire {
  /** Such as `music.audio>duck.bed`. */
  readonly id: string;
  /** What it leaves, as `node.port`. */
  readonly outlet: string;
  readonly from: { readonly node: string; readonly port: string };
  readonly to: { readonly node: string; readonly port: string };
  readonly kind: PortKind;
  /** In words, such as `audio stereo`. */
  readonly format: string;
  readonly branches: boolean;
  readonly queue?: PlanQueue;
}

/** A running graph, as it is drawn. */
export interface DrawnGraph {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly call?: string;
  readonly file?: string;
  readonly plan: {
    readonly nodes: readonly DrawnNode[];
    readonly wires: readonly DrawnWire[];
    readonly domains: readonly PlanDomain[];
    readonly totalPercent: number;
  };
}

/** How loud a wire was. */
export interface WireLevel {
  readonly peakDb: number;
  readonly rmsDb: number;
}

/** The figures of one graph, twice a second. */
export interface StatsMessage {
  readonly graph: string;
  /** Media time so far, in microseconds. */
  readonly positionUs: number;
  readonly stats: GraphStats;
  /** By outlet, `node.port`. */
  readonly levels: Readonly<Record<string, WireLevel>>;
}

/** A value of a state machine: a state, or of each region its own. */
export type StateValue = string | { readonly [region: string]: StateValue };

/** A running machine. */
export interface MachineInstance {
  readonly instance: string;
  /** The id of its chart. */
  readonly machine: string;
  /** What it is about. */
  readonly subject: {
    readonly call?: string;
    readonly graph?: string;
    readonly node?: string;
    readonly plugin?: string;
    readonly account?: string;
  };
  readonly value: StateValue;
  readonly sinceMs: number;
  readonly ended: boolean;
}

/** One step of a machine. */
export interface Transition {
  readonly instance: string;
  /** Rises from step to step of all machines. */
  readonly n: number;
  readonly atMs: number;
  readonly event: string;
  readonly guard?: string;
  readonly from: StateValue | null;
  readonly to: StateValue;
  /** See `TransitionDescription.id`. */
  readonly transitionIds: readonly string[];
}

/** `GET /machines`. */
export interface Machines {
  readonly charts: readonly StateDescription[];
  readonly instances: readonly MachineInstance[];
}

/** A JSON Schema, as far as forms and completion read it. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly if?: JsonSchema;
  readonly then?: JsonSchema;
  readonly $ref?: string;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** A port in the docs of a node type. */
export interface PortDoc {
  readonly kind: PortKind;
  readonly arity: string;
  readonly about: string;
}

/** `GET /node-types/TYPE`. */
export interface NodeTypeDoc {
  readonly type: string;
  readonly summary: string;
  readonly details?: string;
  readonly inputs: Readonly<Record<string, PortDoc>>;
  readonly outputs: Readonly<Record<string, PortDoc>>;
  readonly options: JsonSchema;
  /** Options that can be changed while it runs. */
  readonly liveOptions: readonly string[];
  /** Options that are set only when it starts. */
  readonly fixedOptions: readonly string[];
}

/** What is wrong with a graph file, and where. */
export interface SourceProblem {
  readonly code: string;
  readonly message: string;
  readonly fix?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
  readonly severity: 'error' | 'warning';
  readonly node?: string;
}

/** `GET /graphs/ID/source`. */
export interface GraphSource {
  readonly text: string;
  /** The graph file's name. */
  readonly file: string;
  /** Says which text this is. */
  readonly version: string;
  /** Whether the file on disk holds something else. */
  readonly unsaved: boolean;
  /** How many changes can be undone. */
  readonly undo: number;
}
