import { topologicalOrder } from './cycles.js';
import { withFrameRates } from './plan/frame-rates.js';
import { alignBranches } from './plan/align.js';
import { alignPictures } from './plan/align-pictures.js';
import { Inserter } from './plan/insert.js';
import { operatorsIn, plannedOperators, type OperatorsByKind, type PlannedPlugins } from './plan/operators.js';
import { offerPackets } from './plan/passthrough.js';
import { markShared } from './plan/sharing.js';
import type { GraphModel } from './model.js';
import type { Plan, PlanNode, PlanWire } from './plan-types.js';
import type { ValidGraph } from './validate.js';

/** Where a plan comes from. */
export interface PlanOrigin extends PlannedPlugins {
  /** Its title when the graph gives none. */
  readonly name: string;
  /** The folder of relative paths. */
  readonly baseDir: string;
  /** The graph file's absolute path, if there is one. */
  readonly file?: string;
}

/**
 * Turns a checked graph into what the runner takes. Where an input takes one stream and its wire gives branches, a `mix.sum` named
 * `<consumer>~mix` is put between (a second one of the same consumer is `~mix2`); where kinds differ the cheapest converters, such as
 * `<consumer>~opus`; where parts of one signal meet with different delays, or sound and pictures of one source, `<consumer>~delay` before the earlier ones. Mixers and
 * converters work on the producer's side of a queue.
 *
 * @param graph one that was validated with no problems
 */
export function makePlan(graph: ValidGraph, origin: PlanOrigin): Plan {
  return planWith(graph, origin, plannedOperators(graph.plugins, origin));
}

function planWith(graph: ValidGraph, origin: PlanOrigin, operators: OperatorsByKind): Plan {
  const { nodes, wires, split, plugins, registry } = graph;
  const byConsumer = Map.groupBy(wires, (wire) => wire.to);
  const order = topologicalOrder([...nodes.keys()], wires);
  const inserter = new Inserter(graph);
  const planned = order.flatMap((name): PlanNode[] => {
    const { definition, options, subgraph, model } = nodes.get(name)!;
    if (!definition || !options) throw new TypeError(`makePlan: node "${name}" was not validated`);
    const inserted: PlanNode[] = [];
    const inputs: Record<string, PlanWire[]> = {};
    for (const wire of byConsumer.get(name) ?? []) {
      const between = inserter.between(wire);
      inserted.push(...between.nodes);
      (inputs[wire.toPort] ??= []).push(between.wire);
    }
    const domain = split.domainOf.get(name)!;
    const inside = subgraph && { subgraph: planWith(subgraph, origin, operators) };
    const working = operatorsIn(definition, options, operators);
    return [
      ...inserted,
      {
        id: name,
        type: definition.type,
        options,
        inputs,
        domain,
        implicit: false,
        ...inside,
        ...(working.length > 0 && { operators: working }),
        ...(model.optional && { optional: true as const }),
      },
    ];
  });
  const nameOf = (consumer: string, what: string) => inserter.name(consumer, what);
  const aligned = alignPictures(alignBranches(planned, registry, nameOf), registry, nameOf);
  return {
    version: 1,
    title: graph.model.title ?? origin.name,
    ...(origin.file === undefined ? {} : { file: origin.file }),
    baseDir: origin.baseDir,
    nodes: markShared(offerPackets(aligned, registry), graph.model, registry),
    domains: withFrameRates(
      split.domains.map(({ name, leader }) => ({ name, leader })),
      aligned,
      registry,
    ),
    ...planGroups(graph.model),
    plugins,
  };
}

function planGroups({ groups, crossfadeMs }: GraphModel): Pick<Plan, 'groups' | 'crossfadeMs'> {
  const planned = [...groups.values()].map(({ name, nodes, onError, backoffMs, maxRestarts }) => {
    return { name, nodes: nodes.map((node) => node.name), onError, backoffMs, maxRestarts };
  });
  return { ...(planned.length > 0 && { groups: planned }), ...(crossfadeMs !== undefined && { crossfadeMs }) };
}
