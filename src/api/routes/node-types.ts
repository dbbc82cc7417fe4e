import { z } from 'zod';
import { voxError } from '../../errors.js';
import type { NodeDefinition } from '../../graph/define-node.js';
import { optionSchema } from '../../graph/option-schema.js';
import { nearestHint } from '../../graph/registry.js';
import { route, type Route } from '../route.js';
import { name } from '../schemas/common.js';
import { nodeType, nodeTypeSummary } from '../schemas/node-type.js';

/** Routes about the types of nodes. */
export const nodeTypeRoutes: readonly Route[] = [
  route({
    id: 'listNodeTypes',
    method: 'GET',
    path: '/node-types',
    tag: 'Node types',
    summary: 'The node types that graphs may use, those of plugins too',
    answer: z.object({ nodeTypes: z.array(nodeTypeSummary) }),
    handle: ({ host }) => ({
      nodeTypes: host.engine.registry.list().map(({ type, summary }) => ({ type, group: groupOf(type), summary })),
    }),
  }),
  route({
    id: 'getNodeType',
    method: 'GET',
    path: '/node-types/{type}',
    tag: 'Node types',
    summary: 'Ports, options and docs of a node type',
    params: z.strictObject({ type: name('Such as `effect.gain`.') }),
    answer: nodeType,
    errors: ['UNKNOWN_TYPE'],
    example: { path: '/node-types/effect.gain' },
    handle: ({ host }, { params }) => {
      const { registry } = host.engine;
      const found = registry.get(params.type);
      const types = registry.list().map(({ type }) => type);
      if (!found) throw voxError('UNKNOWN_TYPE', { type: params.type, hint: nearestHint(params.type, types) });
      return describe(found);
    },
  }),
];

function describe(definition: NodeDefinition): z.input<typeof nodeType> {
  const { type, summary, details, inputs, outputs, fixedOptions, fileOptions, leadership, needsCall } = definition;
  return {
    type,
    group: groupOf(type),
    summary,
    details,
    inputs: inputs as never,
    outputs: outputs as never,
    options: optionSchema(definition.options),
    liveOptions: liveOptions(definition),
    fixedOptions: [...fixedOptions],
    fileOptions: [...fileOptions],
    leadership,
    needsCall,
  };
}

/** Options of a type that can be changed while it runs. */
export function liveOptions(definition: NodeDefinition): string[] {
  const { properties = {} } = optionSchema(definition.options) as { readonly properties?: object };
  return Object.keys(properties).filter((option) => !definition.fixedOptions.includes(option));
}

function groupOf(type: string): string {
  return type.slice(0, type.indexOf('.'));
}
