import type { z } from 'zod';
import { canBypass, type NodeDefinition } from '../graph/define-node.js';
import { nodeLatencyMs } from '../graph/plan/latency.js';
import { planReport, type PlannedNode } from '../graph/plan/report.js';
import type { Plan, PlanNode, PlanWire } from '../graph/plan-types.js';
import type { Ports } from '../graph/ports.js';
import type { Registry } from '../graph/registry.js';
import { isSubgraphEnd } from '../graph/subgraph.js';
import type { RunningGraph } from './api-host.js';
import { liveOptions } from './routes/node-types.js';
import type { graphDetail } from './schemas/graph.js';

type Drawn = z.input<typeof graphDetail>['plan'];

/** What of a plan is shown. */
export interface DrawnWith {
  /** Whether options are. */
  readonly options: boolean;
  /** Options that were set meanwhile, by node. */
  readonly changed: RunningGraph['session']['changed'];
  /** Whether somebody has a node left out; `split/gain` is one inside. */
  readonly isLeftOut: (node: string) => boolean;
}

/** A plan with all that a drawing needs. */
export function drawnPlan(plan: Plan, registry: Registry, shown: DrawnWith): Drawn {
  const report = planReport(plan, registry);
  const byId = new Map(report.nodes.map((node) => [node.id, node]));
  return {
    nodes: plan.nodes.map((node) => drawnNode(node, byId.get(node.id)!, registry, shown)),
    wires: plan.nodes.flatMap((node) => drawnWires(node, plan, byId, registry)),
    domains: plan.domains.map(({ name, leader, frameRate }) => ({ name, leader, ...(frameRate !== undefined && { frameRate }) })),
    groups: (plan.groups ?? []).map(({ name, nodes, onError }) => ({ name, nodes: [...nodes], onError })),
    totalPercent: report.totalPercent,
  };
}

function drawnNode(
  node: PlanNode,
  planned: PlannedNode,
  registry: Registry,
  { options, changed, isLeftOut }: DrawnWith,
): Drawn['nodes'][number] {
  const definition = registry.get(node.type);
  return {
    id: node.id,
    type: node.type,
    summary: definition?.summary ?? '',
    role: roleOf(node, definition),
    clock: planned.clock,
    options: options ? { ...node.options, ...changed.get(node.id) } : {},
    liveOptions: definition ? liveOptions(definition) : [],
    inputs: portsOf(definition?.inputs),
    outputs: portsOf(definition?.outputs, planned.gives),
    ...(planned.inserted !== undefined && { inserted: planned.inserted }),
    optional: node.optional ?? false,
    ...(node.shared && { shared: node.shared }),
    bypassed: isLeftOut(node.id),
    canBypass: definition !== undefined && canBypass(definition),
    latencyMs: nodeLatencyMs(node, registry),
    costPercent: planned.costPercent,
    costMeasured: planned.costMeasured,
    operators: (node.operators ?? []).map((one) => ({ ...one })),
    subgraph: node.subgraph !== undefined,
    ...(node.subgraph && { inside: insideOf(node, registry, isLeftOut) }),
  };
}

function insideOf(
  { id, subgraph }: PlanNode,
  registry: Registry,
  isLeftOut: DrawnWith['isLeftOut'],
): NonNullable<Drawn['nodes'][number]['inside']> {
  const inner = subgraph!.nodes.filter((node) => !isSubgraphEnd(node.id));
  return inner.map((node) => {
    const definition = registry.get(node.type);
    const path = `${id}/${node.id}`;
    const can = definition !== undefined && canBypass(definition);
    return { id: node.id, type: node.type, summary: definition?.summary ?? '', bypassed: isLeftOut(path), canBypass: can };
  });
}

function portsOf(ports: Ports = {}, formats?: Readonly<Record<string, string>>): Drawn['nodes'][number]['inputs'] {
  return Object.entries(ports).map(([port, { kind, arity, about }]) => ({
    port,
    kind,
    arity,
    about,
    ...(formats?.[port] !== undefined && { format: formats[port] }),
  }));
}

function drawnWires(node: PlanNode, plan: Plan, planned: ReadonlyMap<string, PlannedNode>, registry: Registry): Drawn['wires'] {
  const types = new Map(plan.nodes.map(({ id, type }) => [id, type]));
  const kindOf = (wire: PlanWire, port: string) =>
    registry.get(types.get(wire.node) ?? '')?.outputs[wire.port]?.kind ?? registry.get(node.type)?.inputs[port]?.kind ?? 'audio';
  return Object.entries(node.inputs).flatMap(([port, wires]) =>
    wires.map((wire) => {
      const outlet = `${wire.node}.${wire.port}`;
      return {
        id: `${outlet}>${node.id}.${port}`,
        outlet,
        from: { node: wire.node, port: wire.port },
        to: { node: node.id, port },
        kind: kindOf(wire, port),
        format: planned.get(wire.node)?.gives[wire.port] ?? 'unknown',
        branches: wire.branches,
        ...(wire.queue && { queue: { ...wire.queue } }),
      };
    }),
  );
}

function roleOf(node: PlanNode, definition: NodeDefinition | undefined): 'source' | 'effect' | 'sink' {
  if (Object.keys(definition?.outputs ?? {}).length === 0) return 'sink';
  return Object.keys(node.inputs).length > 0 ? 'effect' : 'source';
}
