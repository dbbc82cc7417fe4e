import type { Counter, Gauge, Registry } from 'prom-client';
import type { NodeStats } from '../graph/run/graph-events.js';
import type { ApiSession } from './api-session.js';

interface Metrics {
  readonly registry: Registry;
  readonly series: ReadonlyMap<string, Counter | Gauge>;
  /** Who asks waits for who asked before: the series are filled anew for each. */
  turn: Promise<unknown>;
}

/** Each series: its name, what it says, and its labels. */
const SERIES = [
  ['voxgraph_uptime_seconds', 'Since the HTTP server began.', []],
  ['voxgraph_calls', 'Open calls, by the state of their machine.', ['status']],
  ['voxgraph_call_participants', 'Whose voice arrives.', ['call']],
  ['voxgraph_call_listeners', 'Connections that listen.', ['call']],
  ['voxgraph_graphs', 'Graphs, by status.', ['status']],
  ['voxgraph_graph_position_seconds', 'Media time so far.', ['graph', 'call']],
  ['voxgraph_graph_ticks_total', 'Beats of 20 ms that ran since the start.', ['graph', 'call']],
  ['voxgraph_graph_ticks_skipped_total', 'Beats that were given up.', ['graph', 'call']],
  ['voxgraph_graph_tick_late_seconds', 'How late beats run.', ['graph', 'call', 'quantile']],
  ['voxgraph_node_faults_total', 'Faults since the start, of nodes that had any.', ['graph', 'node']],
  ['voxgraph_node_events_total', "A node's own counts that are not 0, such as underruns.", ['graph', 'node', 'count']],
  ['voxgraph_node_work_seconds', 'What a node takes of a beat, without what is behind it.', ['graph', 'node', 'quantile']],
  ['voxgraph_node_latency_seconds', 'What a node declares to add, of nodes that add some.', ['graph', 'node']],
  ['voxgraph_node_late_seconds', 'How late what came last on an input was, by its own time.', ['graph', 'node', 'port']],
  ['voxgraph_nodes_bypassed', 'Nodes that are left out, by a fault or by hand.', ['graph']],
  ['voxgraph_queue_depth', 'What waits in a queue.', ['graph', 'from', 'to']],
  ['voxgraph_queue_dropped_total', 'What a queue dropped since the start.', ['graph', 'from', 'to']],
  ['voxgraph_plugins', 'Plugins, by status.', ['status']],
  ['voxgraph_plugin_faults_total', 'How often the code of a plugin failed.', ['plugin']],
  ['voxgraph_feed_readers', 'Who has the feed open.', []],
  ['voxgraph_feed_waiting_bytes', 'What waits for slow readers of the feed.', []],
  ['voxgraph_facts_total', 'Facts since the engine began.', []],
] as const;

const made = new WeakMap<ApiSession, Promise<Metrics>>();

/** The metrics of an engine and of Node, as Prometheus reads them. */
export async function metricsText(api: ApiSession): Promise<{ readonly type: string; readonly text: string }> {
  const making = made.get(api) ?? make();
  made.set(api, making);
  const metrics = await making;
  const answer = metrics.turn.then(async () => {
    const { registry, series } = metrics;
    for (const one of series.values()) one.reset();
    await fill(api, (name, value, labels = {}) => {
      const one = series.get(name)!;
      if ('set' in one) one.set(labels, value);
      else one.inc(labels, value);
    });
    return { type: registry.contentType, text: await registry.metrics() };
  });
  metrics.turn = answer.catch(() => {});
  return answer;
}

async function make(): Promise<Metrics> {
  const { Counter, Gauge, Registry, collectDefaultMetrics } = await import('prom-client');
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const series = SERIES.map(([name, help, labelNames]) => {
    const about = { name, help, labelNames: [...labelNames], registers: [registry] };
    return [name, name.endsWith('_total') ? new Counter(about) : new Gauge(about)] as const;
  });
  return { registry, series: new Map<string, Counter | Gauge>(series), turn: Promise.resolve() };
}

type Set = (name: (typeof SERIES)[number][0], value: number, labels?: Record<string, string>) => void;

async function fill({ host, feed, startedAtMs }: ApiSession, set: Set): Promise<void> {
  const { calls, graphs, plugins } = host.engine.state;
  set('voxgraph_uptime_seconds', Math.max(0, host.nowMs() - startedAtMs) / 1000);
  set('voxgraph_facts_total', host.seq());
  set('voxgraph_feed_readers', feed.readers);
  set('voxgraph_feed_waiting_bytes', feed.waiting);
  count(
    Object.values(calls),
    ({ status }) => status,
    (status, n) => set('voxgraph_calls', n, { status }),
  );
  count(
    Object.values(graphs),
    ({ status }) => status,
    (status, n) => set('voxgraph_graphs', n, { status }),
  );
  count(
    Object.values(plugins),
    ({ status }) => status,
    (status, n) => set('voxgraph_plugins', n, { status }),
  );
  for (const [plugin, { faults }] of Object.entries(plugins)) set('voxgraph_plugin_faults_total', faults, { plugin });
  for (const [call, { participants, listeners }] of Object.entries(calls)) {
    set('voxgraph_call_participants', participants.length, { call });
    set('voxgraph_call_listeners', listeners, { call });
  }
  for (const [graph, { call = '' }] of host.graphs) await fillGraph(host, graph, call, set);
}

async function fillGraph(host: ApiSession['host'], graph: string, call: string, set: Set): Promise<void> {
  // It may have ended meanwhile.
  const answer = await host.media.request({ type: 'graph.stats', graph }).catch(() => undefined);
  if (!answer) return;
  const { positionUs, stats } = answer;
  const { beat, nodes, queues } = stats;
  set('voxgraph_graph_position_seconds', positionUs / 1e6, { graph, call });
  if (beat) {
    set('voxgraph_graph_ticks_total', beat.ticks, { graph, call });
    set('voxgraph_graph_ticks_skipped_total', beat.skipped, { graph, call });
    set('voxgraph_graph_tick_late_seconds', beat.lateness.p50Us / 1e6, { graph, call, quantile: '0.5' });
    set('voxgraph_graph_tick_late_seconds', beat.lateness.p99Us / 1e6, { graph, call, quantile: '0.99' });
  }
  set('voxgraph_nodes_bypassed', Object.values(nodes).filter(({ state }) => state === 'bypassed').length, { graph });
  for (const [node, { faults, counters }] of Object.entries(nodes)) {
    if (faults > 0) set('voxgraph_node_faults_total', faults, { graph, node });
    for (const [name, value] of Object.entries(counters))
      if (value) set('voxgraph_node_events_total', value, { graph, node, count: name });
  }
  // Of personal mixes there are as many as people: those of everybody's are enough for a curve.
  for (const [node, one] of Object.entries(nodes)) if (!node.includes('@')) fillTimes(graph, node, one, set);
  for (const { from, to, depth, dropped } of queues) {
    set('voxgraph_queue_depth', depth, { graph, from, to });
    set('voxgraph_queue_dropped_total', dropped, { graph, from, to });
  }
}

function fillTimes(graph: string, node: string, { work, latencyMs, lateMs }: NodeStats, set: Set): void {
  if (work) {
    set('voxgraph_node_work_seconds', work.p50Us / 1e6, { graph, node, quantile: '0.5' });
    set('voxgraph_node_work_seconds', work.p99Us / 1e6, { graph, node, quantile: '0.99' });
  }
  if (latencyMs > 0) set('voxgraph_node_latency_seconds', latencyMs / 1000, { graph, node });
  for (const [port, ms] of Object.entries(lateMs)) set('voxgraph_node_late_seconds', ms / 1000, { graph, node, port });
}

function count<T>(list: readonly T[], key: (one: T) => string, told: (key: string, n: number) => void): void {
  for (const [value, those] of Map.groupBy(list, key)) told(value, those.length);
}

/** Whether what was asked for runs: no graph is still starting, and of the calls one at least is live. */
export function notReady({ host }: ApiSession): string | undefined {
  const { graphs, calls } = host.engine.state;
  const starting = Object.entries(graphs).filter(([, { status }]) => status === 'loaded');
  if (starting.length > 0) return `${starting.map(([id]) => id).join(', ')} is starting`;
  const open = Object.entries(calls);
  if (open.length === 0 || open.some(([, { status }]) => status === 'live')) return undefined;
  return open.map(([call, { status }]) => `${call} is ${status}`).join(', ');
}
