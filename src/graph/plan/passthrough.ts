import type { Plan, PlanNode } from '../plan-types.js';
import type { Registry } from '../registry.js';

/** The source, and the encoder, between which Opus packets may go as they are. */
const SOURCE_TYPES: ReadonlySet<string> = new Set(['source.file']);
const ENCODER_TYPES: ReadonlySet<string> = new Set(['encode.opus']);

/** A way on which packets may be copied instead of decoded and encoded. */
export interface PassthroughChain {
  /** The nodes from the source to the encoder. */
  readonly nodes: readonly string[];
  /** Those that at their present options change the sound; packets are copied while there are none. */
  readonly active: readonly string[];
}

/**
 * The ways from a source that may hold Opus to an Opus encoder over nodes that can let frames through untouched. A queue between two
 * clock domains, or a node that always makes frames of its own, ends a way.
 */
export function passthroughChains(nodes: readonly PlanNode[], registry: Registry): readonly PassthroughChain[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const chains: PassthroughChain[] = [];
  for (const encoder of nodes) {
    if (!ENCODER_TYPES.has(encoder.type) || encoder.options['passthrough'] === false) continue;
    const way: string[] = [encoder.id];
    const active: string[] = [];
    let at = encoder;
    for (;;) {
      const wires = Object.values(at.inputs).flat();
      const [wire] = wires;
      if (!wire || wires.length > 1 || wire.queue || wire.branches) break;
      at = byId.get(wire.node)!;
      way.unshift(at.id);
      if (SOURCE_TYPES.has(at.type)) {
        chains.push({ nodes: way, active });
        break;
      }
      const passes = registry.get(at.type)?.passesThrough;
      if (!passes) break;
      if (!passes(at.options) || at.operators) active.unshift(at.id);
    }
  }
  return chains;
}

/** Lets the sources of such ways offer their packets. */
export function offerPackets(nodes: readonly PlanNode[], registry: Registry): readonly PlanNode[] {
  const sources = new Set(passthroughChains(nodes, registry).map((chain) => chain.nodes[0]));
  return nodes.map((node) => (sources.has(node.id) ? { ...node, offersPackets: true } : node));
}

/** {@link passthroughChains} of a whole plan. */
export function passthroughOf(plan: Plan, registry: Registry): readonly PassthroughChain[] {
  return passthroughChains(plan.nodes, registry);
}
