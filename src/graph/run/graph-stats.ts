import type { TickerStats } from '../../time/scheduler.js';
import type { PluginStats } from '../active-plugins.js';
import type { GraphStats, NodeStats } from './graph-events.js';
import type { NodeRun } from './node-run.js';
import type { Scope } from './scope.js';

/** The figures of a running graph. Queues of personal mixes end in `@participant`, as their nodes do. */
export function graphStats(
  beat: TickerStats | undefined,
  main: Scope,
  personal: ReadonlyMap<string, Scope>,
  plugins: Readonly<Record<string, PluginStats>>,
): GraphStats {
  const nodes: Record<string, NodeStats> = {};
  const queues: GraphStats['queues'][number][] = [];
  const gather = (scope: Scope, suffix: string) => {
    for (const run of scope.nodes.values()) {
      nodes[`${run.node.id}${suffix}`] = nodeStats(run);
      const inside = run.figuresInside?.();
      for (const [id, figures] of Object.entries(inside?.nodes ?? {})) nodes[`${id}${suffix}`] = figures;
      for (const queue of inside?.queues ?? []) queues.push({ ...queue, to: `${queue.to}${suffix}` });
    }
    for (const { from, to, queue } of scope.queues) queues.push({ from, to: `${to}${suffix}`, ...queue.stats() });
  };
  gather(main, '');
  for (const [participant, scope] of personal) gather(scope, `@${participant}`);
  return { ...(beat && { beat }), nodes, queues, ...(Object.keys(plugins).length > 0 && { plugins }) };
}

/** The figures of one node. */
export function nodeStats(run: NodeRun): NodeStats {
  const ports = [...run.ports.outlets, ...run.ports.branchOutlets];
  const passed = Object.fromEntries(ports.map(([name, outlet]) => [name, outlet.passed]));
  const lateMs = Object.fromEntries(
    [...run.ports.inlets].flatMap(([name, inlet]) => (inlet.ageUs === undefined ? [] : [[name, inlet.ageUs / 1000]])),
  );
  const operators = run.node.operators ?? [];
  const latencyMs = operators.reduce((sum, operator) => sum + operator.latencyMs, run.definition.latencyMs(run.options));
  const work = run.work.stats();
  return {
    state: run.state,
    faults: run.faults,
    counters: { ...run.counters },
    passed,
    latencyMs,
    lateMs,
    ...(work && { work }),
    ...(run.leftOut && { leftOut: true as const }),
    ...(run.leftOutInside.names.size > 0 && { leftOutInside: [...run.leftOutInside.names] }),
  };
}
