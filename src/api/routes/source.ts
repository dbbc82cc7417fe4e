import { z } from 'zod';
import { route, type Route } from '../route.js';
import { problemSchema } from '../schemas/common.js';
import { problemsIn } from '../source/text-places.js';
import { graphParams, runningGraph } from './graphs.js';

/** A graph file has 4 MiB at most; JSON makes some characters longer. */
const BODY_BYTES = 9 * 1024 * 1024;

const text = z
  .string()
  .max(4 * 1024 * 1024)
  .meta({ description: 'A whole graph file: JSON with comments.' });
const save = z.boolean().default(false).meta({ description: 'Whether the file on disk is written too.' });

const source = z
  .object({
    text: z.string(),
    file: z.string().meta({ description: "The graph file's name." }),
    version: z.string().meta({ description: 'Says which text this is; PUT wants it back.' }),
    unsaved: z.boolean().meta({ description: 'Whether the file on disk holds something else.' }),
    undo: z.number().int().meta({ description: 'How many changes can be undone.' }),
  })
  .meta({ id: 'Source' });

const changed = source
  .extend({ changes: z.array(z.string()).meta({ description: 'What is different now, in words; empty: nothing.' }) })
  .meta({ id: 'ChangedSource' });

/** Routes that edit graph files while they run. */
export const sourceRoutes: readonly Route[] = [
  route({
    id: 'getSource',
    method: 'GET',
    path: '/graphs/{graph}/source',
    tag: 'Graph files',
    summary: 'The text of a running graph',
    steers: true,
    params: graphParams,
    answer: source,
    errors: ['UNKNOWN_GRAPH', 'NO_GRAPH_FILE', 'GRAPH_NOT_FOUND'],
    example: { path: '/graphs/graph-1/source' },
    handle: ({ host, sources }, { params }) => sources.get(runningGraph(host, params.graph)),
  }),
  route({
    id: 'putSource',
    method: 'PUT',
    path: '/graphs/{graph}/source',
    tag: 'Graph files',
    summary: 'Put another text in its place while it runs, crossfaded',
    details:
      'What is the same in both texts goes on with its state. With anything wrong in it, nothing changes. A text that is sent may name the plugins that come with voxgraph and those that the graph names already, and may not bring in commands to run or files to write.',
    params: graphParams,
    body: z.strictObject({ text, version: z.string().max(64).meta({ description: 'Of the text that was changed.' }), save }),
    bodyLimit: BODY_BYTES,
    answer: changed,
    errors: [
      'UNKNOWN_GRAPH',
      'NO_GRAPH_FILE',
      'SOURCE_CHANGED',
      'GRAPH_SYNTAX',
      'TEXT_FORBIDDEN',
      'CHANGE_REFUSED',
      'CHANGE_FAILED',
    ],
    example: false,
    handle: async ({ host, sources }, { params, body }) => {
      const graph = runningGraph(host, params.graph);
      const changes = await sources.put(graph, body.text, body);
      return { ...sources.get(graph), changes };
    },
  }),
  route({
    id: 'checkSource',
    method: 'POST',
    path: '/graphs/{graph}/check',
    tag: 'Graph files',
    summary: 'Everything that is wrong, or doubtful, in a text; nothing of it runs',
    params: graphParams,
    body: z.strictObject({ text }),
    bodyLimit: BODY_BYTES,
    answer: z.object({ problems: z.array(problemSchema) }),
    errors: ['UNKNOWN_GRAPH', 'NO_GRAPH_FILE'],
    example: { path: '/graphs/graph-1/check', body: { text: '{ "version": 1, "nodes": {} }' } },
    handle: async ({ host, sources }, { params, body }) => {
      const { problems, warnings = [] } = await sources.check(runningGraph(host, params.graph), body.text);
      return { problems: [...problemsIn(body.text, problems, 'error'), ...problemsIn(body.text, warnings, 'warning')] };
    },
  }),
  route({
    id: 'undoSource',
    method: 'POST',
    path: '/graphs/{graph}/undo',
    tag: 'Graph files',
    summary: 'Take the last change of the text back, crossfaded',
    params: graphParams,
    body: z.strictObject({ save }).prefault({}),
    answer: changed,
    errors: ['UNKNOWN_GRAPH', 'NO_GRAPH_FILE', 'NOTHING_TO_UNDO', 'CHANGE_REFUSED', 'CHANGE_FAILED'],
    example: false,
    handle: async ({ host, sources }, { params, body }) => {
      const graph = runningGraph(host, params.graph);
      const changes = await sources.undo(graph, body.save);
      return { ...sources.get(graph), changes };
    },
  }),
];
