import { z } from 'zod';
import { splitPath } from '../../graph/subgraph.js';
import { voxError } from '../../errors.js';
import type { ApiHost, RunningGraph } from '../api-host.js';
import { drawnPlan } from '../drawn-plan.js';
import { basename } from 'node:path';
import { route, type Route } from '../route.js';
import { name } from '../schemas/common.js';
import { graphDetail, graphStats, graphSummary } from '../schemas/graph.js';

/** A running graph in a path. */
export const graphParams = z.strictObject({ graph: name('The running graph, such as `graph-1`.') });

/** The running graph of that id. @throws VoxError `UNKNOWN_GRAPH`. */
export function runningGraph(host: ApiHost, graph: string): RunningGraph {
  const found = host.graphs.get(graph);
  if (!found) throw voxError('UNKNOWN_GRAPH', { graph });
  return found;
}

/** Routes that show graphs. */
export const graphRoutes: readonly Route[] = [
  route({
    id: 'listGraphs',
    method: 'GET',
    path: '/graphs',
    tag: 'Graphs',
    summary: 'The graphs that run, and those that ended lately',
    answer: z.object({ graphs: z.array(graphSummary) }),
    handle: ({ host }) => ({
      graphs: Object.entries(host.engine.state.graphs).map(([id, { title, status, call }]) => ({
        ...about(id, host.graphs.get(id)),
        title,
        status,
        ...(call !== undefined && { call }),
      })),
    }),
  }),
  route({
    id: 'getGraph',
    method: 'GET',
    path: '/graphs/{graph}',
    tag: 'Graphs',
    summary: 'A running graph with all that a drawing needs',
    params: graphParams,
    answer: graphDetail,
    errors: ['UNKNOWN_GRAPH'],
    example: { path: '/graphs/graph-1' },
    handle: async ({ host }, { params, caller }) => {
      const graph = runningGraph(host, params.graph);
      const { plan, changed } = graph.session;
      const { stats } = await host.media.request({ type: 'graph.stats', graph: params.graph });
      const isLeftOut = (path: string) => {
        const [node, inside] = splitPath(path);
        const found = stats.nodes[node];
        return (inside === undefined ? found?.leftOut : found?.leftOutInside?.includes(inside)) ?? false;
      };
      return {
        ...about(params.graph, graph),
        title: plan.title,
        status: host.engine.state.graphs[params.graph]?.status ?? 'loaded',
        ...(graph.call !== undefined && { call: graph.call }),
        plan: drawnPlan(plan, host.engine.registry, { options: caller.maySteer, changed, isLeftOut }),
      };
    },
  }),
  route({
    id: 'getGraphStats',
    method: 'GET',
    path: '/graphs/{graph}/stats',
    tag: 'Graphs',
    summary: 'Exact figures of a running graph',
    params: graphParams,
    answer: graphStats,
    errors: ['UNKNOWN_GRAPH'],
    example: { path: '/graphs/graph-1/stats' },
    handle: async ({ host, stats }, { params }) => {
      runningGraph(host, params.graph);
      const answer = await host.media.request({ type: 'graph.stats', graph: params.graph });
      return { graph: params.graph, ...(answer as object), levels: stats.levels(params.graph) } as never;
    },
  }),
];

function about(id: string, graph: RunningGraph | undefined): { readonly id: string; readonly file?: string } {
  const file = graph?.session.plan.file;
  return { id, ...(file !== undefined && { file: basename(file) }) };
}
