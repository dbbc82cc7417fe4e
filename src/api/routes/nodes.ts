import { z } from 'zod';
import { splitPath } from '../../graph/subgraph.js';
import { voxError } from '../../errors.js';
import { nearestHint } from '../../graph/registry.js';
import type { RunningGraph } from '../api-host.js';
import { route, type Route } from '../route.js';
import { done, name } from '../schemas/common.js';
import { graphParams, runningGraph } from './graphs.js';

const nodeParams = graphParams.extend({ node: name("The node's name in the graph file.") });

/** Routes that steer nodes of running graphs. */
export const nodeRoutes: readonly Route[] = [
  route({
    id: 'changeNode',
    method: 'PATCH',
    path: '/graphs/{graph}/nodes/{node}',
    tag: 'Graphs',
    summary: 'Change options of a running node, leave it out, or let it work again',
    params: nodeParams,
    body: z
      .strictObject({
        options: z.record(z.string(), z.json()).meta({ description: 'Those that change; `liveOptions` may.' }).optional(),
        bypassed: z.boolean().meta({ description: 'Whether it is left out: its input passes through.' }).optional(),
      })
      .refine(({ options, bypassed }) => options !== undefined || bypassed !== undefined, {
        error: 'give "options", "bypassed" or both',
      }),
    answer: done,
    errors: ['UNKNOWN_GRAPH', 'UNKNOWN_RUNNING_NODE', 'UNKNOWN_OPTION', 'BAD_OPTION', 'CANNOT_BYPASS'],
    example: { path: '/graphs/graph-1/nodes/duck', body: { options: { depthDb: -18 } } },
    handle: async ({ host }, { params, body }) => {
      const { graph, node } = params;
      // What is inside of a node is left out as "split/gain"; it has no options of its own.
      requireNode(runningGraph(host, graph), body.options === undefined ? splitPath(node)[0] : node);
      const { options, bypassed } = body;
      if (options !== undefined) await host.engine.execute({ type: 'node.set', graph, node, options });
      if (bypassed !== undefined) await host.engine.execute({ type: 'node.bypass', graph, node, bypassed });
      return { done: true as const };
    },
  }),
  route({
    id: 'commandNode',
    method: 'POST',
    path: '/graphs/{graph}/nodes/{node}/commands',
    tag: 'Graphs',
    summary: "Hand one of the node's own commands to it",
    params: nodeParams,
    body: z
      .looseObject({ type: z.string().min(1).max(100) })
      .meta({ description: 'One of the node\'s own, such as `{ "type": "next" }`.' }),
    answer: done,
    errors: ['UNKNOWN_GRAPH', 'UNKNOWN_RUNNING_NODE'],
    example: false,
    handle: async ({ host }, { params, body }) => {
      const { graph, node } = params;
      requireNode(runningGraph(host, graph), node);
      await host.engine.execute({ type: 'node.command', graph, node, command: body });
      return { done: true as const };
    },
  }),
];

/** @throws VoxError `UNKNOWN_RUNNING_NODE`. */
function requireNode({ session }: RunningGraph, node: string): void {
  const names = session.plan.nodes.map(({ id }) => id);
  if (!names.includes(node)) throw voxError('UNKNOWN_RUNNING_NODE', { graph: session.id, node, hint: nearestHint(node, names) });
}
