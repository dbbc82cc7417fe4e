import { converterPorts } from './converters.js';
import type { PlanNode, PlanWire } from '../plan-types.js';
import type { ResolvedWire } from '../resolved.js';
import type { ValidGraph } from '../validate.js';

/** Names and makes the nodes that a planner puts before a consumer. */
export class Inserter {
  readonly #graph: ValidGraph;
  readonly #names = new Set<string>();
  /** Converters that are there already, by what they convert. */
  readonly #converters = new Map<string, PlanNode>();

  /** @param graph whose mixer and clock domains are used. */
  constructor(graph: ValidGraph) {
    this.#graph = graph;
  }

  /** `<consumer>~<what>`, and `2`, `3` … behind it when that is taken. */
  name(consumer: string, what: string): string {
    const wanted = `${consumer}~${what}`;
    let name = wanted;
    for (let i = 2; this.#names.has(name); i++) name = `${wanted}${i}`;
    this.#names.add(name);
    return name;
  }

  /**
   * What a wire needs between its ends: a mixer for branches, then converters. They run on the producer's side; a queue stays behind them.
   *
   * @returns the new nodes, producers first, and the wire into the consumer.
   */
  between(wire: ResolvedWire): { readonly nodes: readonly PlanNode[]; readonly wire: PlanWire } {
    const { queue } = wire.model;
    const nodes: PlanNode[] = [];
    let from: PlanWire = { node: wire.from, port: wire.fromPort, branches: wire.branches };
    if (wire.mix) {
      const { definition, input, output } = this.#graph.mixer!;
      const id = this.name(wire.to, 'mix');
      nodes.push(this.#node(wire, id, definition.type, definition.options.parse({}), input, from));
      from = { node: id, port: output, branches: false };
    }
    for (const definition of wire.convert) {
      const { input, output } = converterPorts(definition);
      const key = `${from.node}.${from.port} ${definition.type}`;
      let node = this.#converters.get(key);
      if (!node) {
        const id = this.name(wire.to, definition.type.split('.')[1]!);
        node = this.#node(wire, id, definition.type, definition.options.parse({}), input, from);
        this.#converters.set(key, node);
        nodes.push(node);
      }
      from = { node: node.id, port: output, branches: false };
    }
    return { nodes, wire: queue ? { ...from, queue } : from };
  }

  #node(wire: ResolvedWire, id: string, type: string, options: unknown, input: string, from: PlanWire): PlanNode {
    return {
      id,
      type,
      options: options as Record<string, unknown>,
      inputs: { [input]: [from] },
      domain: this.#graph.split.domainOf.get(wire.from)!,
      implicit: true,
    };
  }
}
