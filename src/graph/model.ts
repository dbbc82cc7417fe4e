/**
 * A graph file that has the right shape, with the place of everything a problem may be about. Made by `readModel`, checked by
 * `validateModel`.
 * @module
 */
import type { JsonNode, JsonObject } from './json-tree.js';
import type { ParamType, ParamValue } from './file.js';
import type { Where } from './places.js';
import type { GroupAction, PlanQueue } from './plan-types.js';

/** One wire as written. */
export interface WireModel {
  /** The whole reference, such as `duck.audio`. */
  readonly ref: string;
  /** The node it names. */
  readonly node: string;
  /** The port it names, if any. */
  readonly port: string | undefined;
  /** The queue, complete. */
  readonly queue: PlanQueue | undefined;
  /** Where the reference stands. */
  readonly where: Where;
}

/** One entry of a node's `in`. */
export interface InputModel {
  /** The port as written. */
  readonly port: string;
  /** Where the port's name stands. */
  readonly where: Where;
  /** Its wires; those of a wrong shape are left out. */
  readonly wires: readonly WireModel[];
  /** True when some of it had a wrong shape, so that nothing may be concluded from what is missing. */
  readonly broken: boolean;
}

/** One node as written. */
export interface NodeModel {
  /** Its name. */
  readonly name: string;
  /** Where its name stands. */
  readonly where: Where;
  /** Its type; undefined when that had a wrong shape. */
  readonly type: string | undefined;
  /** Where the type stands. */
  readonly typeWhere: Where;
  /** Where `in` stands, else the node's name. */
  readonly inWhere: Where;
  /** Its inputs. */
  readonly inputs: readonly InputModel[];
  /** True when `in` itself had a wrong shape. */
  readonly inputsBroken: boolean;
  /** Its options, if it has any. */
  readonly options: JsonObject | undefined;
  /** Where `options` stands, else the node's name. */
  readonly optionsWhere: Where;
  /** The name of its clock. */
  readonly clock: string | undefined;
  /** Whether it may be left out under overload. Absent: no. */
  readonly optional?: boolean;
  /** Whether graphs with an equal node hear one instance; undefined: where nobody can tell. */
  readonly shared?: boolean | undefined;
}

/** One declared param. */
export interface ParamModel {
  /** Its name. */
  readonly name: string;
  /** Where its name stands. */
  readonly where: Where;
  /** Its type; undefined when that had a wrong shape. */
  readonly type: ParamType | undefined;
  /** Its default. */
  readonly fallback: { readonly value: ParamValue; readonly where: Where } | undefined;
  /** True when some of it had a wrong shape. */
  readonly broken: boolean;
}

/** One plugin entry. */
export interface PluginModel {
  /** Its name. */
  readonly name: string;
  /** Where its name stands. */
  readonly where: Where;
  /** Where it comes from, and where that stands. */
  readonly from?: { readonly text: string; readonly where: Where };
  /** Default true. */
  readonly enabled: boolean;
  /** Default 0. */
  readonly priority: number;
  /** Its settings, if any. */
  readonly config: JsonNode | undefined;
}

/** One crash group as written. */
export interface GroupModel {
  /** Its name. */
  readonly name: string;
  /** Where its name stands. */
  readonly where: Where;
  /** The names of its nodes, and where they stand. */
  readonly nodes: readonly { readonly name: string; readonly where: Where }[];
  /** What becomes of it. */
  readonly onError: GroupAction;
  /** Default 500. */
  readonly backoffMs: number;
  /** Default 5. */
  readonly maxRestarts: number;
}

/** A graph file of the right shape. */
export interface GraphModel {
  /** Where the file begins. */
  readonly where: Where;
  /** The title, if it has one. */
  readonly title: string | undefined;
  /** Where `params` stands, else the file's beginning. */
  readonly paramsWhere: Where;
  /** Declared params by name. */
  readonly params: ReadonlyMap<string, ParamModel>;
  /** Plugins by name. */
  readonly plugins: ReadonlyMap<string, PluginModel>;
  /** Crash groups by name. */
  readonly groups: ReadonlyMap<string, GroupModel>;
  /** How long sources fade when the running graph is changed; undefined: the default. */
  readonly crossfadeMs: number | undefined;
  /** Where `nodes` stands. */
  readonly nodesWhere: Where;
  /** Nodes by name, in file order. */
  readonly nodes: ReadonlyMap<string, NodeModel>;
}
