import type { NodeDefinition } from './define-node.js';
import type { NodeModel, WireModel } from './model.js';
import type { PortKind } from './ports.js';
import type { ValidGraph } from './validate.js';

/** A wire whose both ends exist. */
export interface ResolvedWire {
  /** The producing node. */
  readonly from: string;
  /** Its output port. */
  readonly fromPort: string;
  /** The consuming node. */
  readonly to: string;
  /** Its input port. */
  readonly toPort: string;
  /** What flows; undefined when the producer's type is unknown. */
  readonly kind: PortKind | undefined;
  /** The output gives branches. */
  readonly branches: boolean;
  /** The input takes one stream, so that branches must be mixed first. */
  readonly mix: boolean;
  /** Converters to put between, in order; empty when the ends fit. */
  readonly convert: readonly NodeDefinition[];
  /** As written. */
  readonly model: WireModel;
}

/** A node with what is known about it. */
export interface ResolvedNode {
  /** As written. */
  readonly model: NodeModel;
  /** Its type; undefined when that is unknown. */
  readonly definition: NodeDefinition | undefined;
  /** Its complete options; undefined when they are wrong. */
  readonly options: Record<string, unknown> | undefined;
  /** The graph among its options, if its type has one. */
  readonly subgraph?: ValidGraph;
  /** Media leaves the graph inside that one. */
  readonly endsInside?: boolean;
}

/** The implicit mixer: its type, the input that takes branches and the output. */
export interface MixerPorts {
  /** Its definition. */
  readonly definition: NodeDefinition;
  /** The many-wire audio input. */
  readonly input: string;
  /** The audio output. */
  readonly output: string;
}

/** Whether a node of this type is where media leaves the graph. An unknown type may be one. */
export function isSink(definition: NodeDefinition | undefined): boolean {
  return !definition || Object.keys(definition.outputs).length === 0 || definition.leadership !== 'follow';
}
