import { topologicalOrder } from './cycles.js';
import type { Plan, PlanNode, PlanWire } from './plan-types.js';
import type { ResolvedWire } from './resolved.js';
import type { ValidGraph } from './validate.js';

/** Where a plan comes from. */
export interface PlanOrigin {
  /** Its title when the graph gives none. */
  readonly name: string;
  /** The folder of relative paths. */
  readonly baseDir: string;
  /** The graph file's absolute path, if there is one. */
  readonly file?: string;
}

/**
 * Turns a checked graph into what the runner takes. Where an input takes one stream and its wire gives branches, a `mix.sum` named
 * `<consumer>~mix` is put between (a second one of the same consumer is `~mix2`); a queue stays between it and the consumer, so that
 * the mixing happens on the producer's side.
 *
 * @param graph one that was validated with no problems
 */
export function makePlan(graph: ValidGraph, origin: PlanOrigin): Plan {
  const { nodes, wires, split, plugins } = graph;
  const byConsumer = Map.groupBy(wires, (wire) => wire.to);
  const order = topologicalOrder([...nodes.keys()], wires);
  const planned = order.flatMap((name): PlanNode[] => {
    const { definition, options } = nodes.get(name)!;
    if (!definition || !options) throw new TypeError(`makePlan: node "${name}" was not validated`);
    const mixers: PlanNode[] = [];
    const inputs: Record<string, PlanWire[]> = {};
    for (const wire of byConsumer.get(name) ?? []) {
      const to = (inputs[wire.toPort] ??= []);
      if (!wire.mix) {
        to.push(planWire(wire));
        continue;
      }
      const mixer = planMixer(graph, wire, mixers.length);
      mixers.push(mixer);
      to.push({ ...planWire(wire), node: mixer.id, port: graph.mixer!.output, branches: false });
    }
    const domain = split.domainOf.get(name)!;
    return [...mixers, { id: name, type: definition.type, options, inputs, domain, implicit: false }];
  });
  return {
    version: 1,
    title: graph.model.title ?? origin.name,
    ...(origin.file === undefined ? {} : { file: origin.file }),
    baseDir: origin.baseDir,
    nodes: planned,
    domains: split.domains.map(({ name, leader }) => ({ name, leader })),
    plugins,
  };
}

function planWire({ from, fromPort, branches, model }: ResolvedWire): PlanWire {
  return { node: from, port: fromPort, branches, ...(model.queue && { queue: model.queue }) };
}

function planMixer({ mixer, split }: ValidGraph, wire: ResolvedWire, already: number): PlanNode {
  const { definition, input } = mixer!;
  return {
    id: `${wire.to}~mix${already > 0 ? already + 1 : ''}`,
    type: definition.type,
    options: definition.options.parse({}) as Record<string, unknown>,
    inputs: { [input]: [{ node: wire.from, port: wire.fromPort, branches: true }] },
    domain: split.domainOf.get(wire.from)!,
    implicit: true,
  };
}
