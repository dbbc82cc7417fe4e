import { voxgraphVersion } from '../../plugins/running-copy.js';
import { graphSchema } from '../../graph/schema.js';
import { z } from 'zod';
import { openApiDocument } from '../openapi.js';
import { API_BASE } from '../api-base.js';
import { stateForAll } from '../feed/fact-view.js';
import { route, type Route } from '../route.js';
import { infoSchema, numberedState } from '../schemas/state.js';

/** What the server can do, for clients that know several versions of it. */
const CAPABILITIES = ['feed', 'stats', 'machines', 'hot-edit', 'metrics', 'thumbnails'];

/** Routes about the engine as a whole. */
export function aboutRoutes(all: () => readonly Route[]): Route[] {
  return [
    route({
      id: 'getInfo',
      method: 'GET',
      path: '/info',
      tag: 'Engine',
      summary: 'What this engine is, and whether you may steer it',
      answer: infoSchema,
      handle: ({ host, engine, startedAtMs, access }, { caller }) => ({
        name: 'voxgraph' as const,
        version: voxgraphVersion(),
        node: process.version,
        engine,
        startedAtMs,
        uptimeMs: Math.max(0, host.nowMs() - startedAtMs),
        capabilities: CAPABILITIES,
        maySteer: caller.maySteer,
        adminTokenNeeded: access.needsAdmin,
      }),
    }),
    route({
      id: 'getState',
      method: 'GET',
      path: '/state',
      tag: 'Engine',
      summary: 'All that the engine knows, and the number of the last fact in it',
      details: 'Read the feed with `?after=` that number, and `?engine=`, to go on from here without a gap.',
      answer: numberedState,
      handle: ({ host, engine }, { caller }) => {
        const { state } = host.engine;
        return { engine, seq: host.seq(), state: (caller.maySteer ? state : stateForAll(state)) as never };
      },
    }),
    route({
      id: 'getOpenApi',
      method: 'GET',
      path: '/openapi.json',
      tag: 'Engine',
      summary: 'This document',
      answer: z.record(z.string(), z.unknown()).meta({ description: 'OpenAPI 3.1.' }),
      handle: () => openApiDocument(all(), API_BASE, voxgraphVersion()),
    }),
    route({
      id: 'getGraphSchema',
      method: 'GET',
      path: '/graph.schema.json',
      tag: 'Engine',
      summary: 'The JSON Schema of graph files, with the node types of plugins that are loaded',
      answer: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema, draft-07.' }),
      handle: ({ host }) => graphSchema(host.engine.registry),
    }),
  ];
}
