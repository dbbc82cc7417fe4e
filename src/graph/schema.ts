import type { NodeDefinition } from './define-node.js';
import { MAX_CROSSFADE_MS, MAX_QUEUE_FRAMES, NODE_NAME, OVERFLOW_POLICIES, PARAM_TYPES } from './file.js';
import { optionSchema, type JsonSchema } from './option-schema.js';
import { GROUP_ACTIONS } from './plan-types.js';
import type { PortSpec } from './ports.js';
import type { Registry } from './registry.js';

/**
 * The JSON Schema (draft-07) of graph files that use the types of a registry: editors complete, explain and check files with it. The
 * node type is one enum with an `if`/`then` for each, so that a misspelt type is answered with the list of valid ones. The keys come
 * in a stable order.
 */
export function graphSchema(registry: Registry): JsonSchema {
  const definitions = registry.list();
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'voxgraph graph file, version 1',
    description: 'What happens to the media of a call: nodes and the wires between them.',
    // Known to editors of the VS Code family; others ignore them.
    allowComments: true,
    allowTrailingCommas: true,
    type: 'object',
    properties: {
      $schema: { type: 'string', description: 'This schema, for the editor.' },
      version: { const: 1, description: 'Of the format: 1.' },
      title: { type: 'string', description: "For people. Default: the file's name." },
      about: { type: 'string', description: 'A note for readers.' },
      params: named('Values that are chosen when the graph is started, with --param NAME=VALUE.', paramDeclaration()),
      plugins: named('Plugins the graph uses, by name.', pluginEntry()),
      groups: named('Nodes that degrade together when one of them gives up.', groupEntry()),
      crossfadeMs: {
        type: 'number',
        minimum: 1,
        maximum: MAX_CROSSFADE_MS,
        default: 20,
        description: 'How long a source fades into another when the running graph is changed, in milliseconds.',
      },
      nodes: named('The nodes, by name.', { $ref: '#/definitions/node' }),
    },
    required: ['version', 'nodes'],
    additionalProperties: false,
    definitions: {
      param: {
        type: 'object',
        description: 'The value of a param declared under "params".',
        properties: { $param: { type: 'string', description: "The param's name." } },
        required: ['$param'],
        additionalProperties: false,
      },
      wire: wire(),
      node: node(definitions),
    },
  };
}

/** The schema as the text of `graphs/graph.schema.json`. */
export function graphSchemaText(registry: Registry): string {
  return `${JSON.stringify(graphSchema(registry), null, 2)}\n`;
}

function named(description: string, entry: JsonSchema): JsonSchema {
  return { type: 'object', description, propertyNames: { pattern: NODE_NAME.source }, additionalProperties: entry };
}

function paramDeclaration(): JsonSchema {
  return {
    type: 'object',
    properties: {
      type: { enum: PARAM_TYPES, description: 'What it holds.' },
      default: { type: PARAM_TYPES, description: 'Its value when none is given; without a default it must be given.' },
      shared: {
        type: 'boolean',
        description:
          'All graphs of this process with an equal node hear one instance of it, and of what is before it. Default: only where nobody can tell, which is a live source and what follows it.',
      },
      about: { type: 'string', description: 'A note for readers.' },
    },
    required: ['type'],
    additionalProperties: false,
  };
}

function pluginEntry(): JsonSchema {
  return {
    type: 'object',
    properties: {
      from: {
        type: 'string',
        minLength: 1,
        description: 'Where it comes from: a package, or a path beside this file. Default: it is found by its name.',
      },
      enabled: { type: 'boolean', default: true, description: 'Whether it works.' },
      priority: { type: 'number', default: 0, description: 'Higher comes first.' },
      config: { type: 'object', description: "The plugin's own settings." },
    },
    additionalProperties: false,
  };
}

function groupEntry(): JsonSchema {
  return {
    type: 'object',
    properties: {
      nodes: { type: 'array', items: { type: 'string', pattern: NODE_NAME.source }, description: 'Their names.' },
      onError: {
        enum: GROUP_ACTIONS,
        description: 'bypass: their inputs pass through. restart: all are made anew after a pause. end: the graph ends.',
      },
      backoffMs: {
        type: 'integer',
        minimum: 1,
        maximum: 600_000,
        default: 500,
        description: 'Pause before the first restart, in milliseconds; it doubles each time, up to a minute.',
      },
      maxRestarts: {
        type: 'integer',
        minimum: 0,
        maximum: 1_000_000,
        default: 5,
        description: 'After so many restarts without recovery the group is bypassed.',
      },
    },
    required: ['nodes', 'onError'],
    additionalProperties: false,
  };
}

function wire(): JsonSchema {
  const ref = {
    type: 'string',
    pattern: `${NODE_NAME.source.slice(0, -1)}(\\.[^.]+)?$`,
    description: '"node" (its only output, or the one named as the input) or "node.port".',
  };
  const queue = {
    type: 'object',
    description: 'A bounded queue, where two clock domains meet.',
    properties: {
      frames: {
        type: 'integer',
        minimum: 1,
        maximum: MAX_QUEUE_FRAMES,
        description: 'How many frames or packets it holds at most.',
      },
      overflow: {
        enum: OVERFLOW_POLICIES,
        default: OVERFLOW_POLICIES[0],
        description: 'What happens to one more. "block" waits, and is for offline graphs only.',
      },
    },
    required: ['frames'],
    additionalProperties: false,
  };
  return {
    anyOf: [ref, { type: 'object', properties: { from: ref, queue }, required: ['from'], additionalProperties: false }],
  };
}

function node(definitions: readonly NodeDefinition[]): JsonSchema {
  return {
    type: 'object',
    properties: {
      type: {
        enum: definitions.map(({ type }) => type),
        enumDescriptions: definitions.map(({ summary }) => summary),
        description: 'What the node does; "voxgraph nodes" lists the types.',
      },
      in: { type: 'object', description: 'The wires of each input port.' },
      options: { type: 'object', description: 'Options of the type.' },
      clock: {
        type: 'string',
        pattern: NODE_NAME.source,
        description: 'The clock domain it belongs to. Default: that of its neighbours.',
      },
      optional: { type: 'boolean', default: false, description: 'It may be left out while the machine is overloaded.' },
      about: { type: 'string', description: 'A note for readers.' },
    },
    required: ['type'],
    additionalProperties: false,
    allOf: definitions.map((definition) => ({
      if: { properties: { type: { const: definition.type } }, required: ['type'] },
      then: nodeOfType(definition),
    })),
  };
}

/** What a node's options hold as a graph of their own is completed and checked as a graph is. */
function insideOf(options: JsonSchema): JsonSchema {
  const { nodes, ...others } = options.properties as Record<string, JsonSchema>;
  const description = nodes?.description;
  return {
    ...options,
    properties: { ...others, nodes: named(typeof description === 'string' ? description : '', { $ref: '#/definitions/node' }) },
  };
}

function nodeOfType({ type, summary, inputs, options, hasSubgraph }: NodeDefinition): JsonSchema {
  const ports = Object.entries(inputs);
  const neededPorts = ports.filter(([, port]) => port.arity === 'one').map(([name]) => name);
  const plainOptions = withParams(optionSchema(options), false);
  const optionsOfType = hasSubgraph ? insideOf(plainOptions) : plainOptions;
  const neededOptions = Array.isArray(optionsOfType.required) && optionsOfType.required.length > 0;
  const needed = [...(neededPorts.length > 0 ? ['in'] : []), ...(neededOptions ? ['options'] : [])];
  return {
    description: summary,
    properties: {
      type: { description: summary },
      in: {
        properties: Object.fromEntries(ports.map(([name, port]) => [name, inputPort(port)])),
        ...(neededPorts.length > 0 ? { required: neededPorts } : {}),
        additionalProperties: false,
      },
      options: { description: `Options of ${type}.`, ...optionsOfType },
    },
    ...(needed.length > 0 ? { required: needed } : {}),
  };
}

function inputPort({ kind, arity, about }: PortSpec): JsonSchema {
  const count = arity === 'many' ? 'any number of wires' : arity === 'optional' ? 'may stay unwired' : 'one wire';
  const items = { type: 'array', items: { $ref: '#/definitions/wire' }, ...(arity === 'many' ? {} : { maxItems: 1 }) };
  return { description: `${about} (${kind}, ${count})`, anyOf: [{ $ref: '#/definitions/wire' }, items] };
}

/** Lets `{ "$param": … }` stand for the value and for every value in it. */
function withParams(schema: JsonSchema, replaceable = true): JsonSchema {
  const { description, default: fallback, ...rest } = schema;
  const inner: JsonSchema = { ...rest };
  const each = (part: unknown) => withParams(part as JsonSchema);
  if (isSchema(rest.properties)) {
    inner.properties = Object.fromEntries(Object.entries(rest.properties).map(([name, part]) => [name, each(part)]));
  }
  if (Array.isArray(rest.items)) inner.items = rest.items.map(each);
  else if (isSchema(rest.items)) inner.items = each(rest.items);
  if (isSchema(rest.additionalProperties)) inner.additionalProperties = each(rest.additionalProperties);
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    // Alternatives of one value: the param stands beside them, not in each.
    if (Array.isArray(rest[key])) inner[key] = rest[key].map((part) => withParams(part as JsonSchema, false));
  }
  const words = {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
  };
  // A discriminator is what tells alternatives apart; `const` therefore stays plain.
  if (!replaceable || 'const' in rest) return { ...words, ...inner };
  const alternatives = Array.isArray(inner.anyOf) && Object.keys(inner).length === 1 ? (inner.anyOf as JsonSchema[]) : [inner];
  return { ...words, anyOf: [...alternatives, { $ref: '#/definitions/param' }] };
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
