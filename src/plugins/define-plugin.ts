import { valid, validRange } from 'semver';
import { z } from 'zod';
import { reasonOf, voxError, type VoxError } from '../errors.js';
import type { NodeDefinition } from '../graph/define-node.js';
import type { MessageSpec, Messages, PluginDefinition, PluginSpec } from './plugin-types.js';

/** What names of plugins look like. */
export const PLUGIN_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MESSAGE_NAME = /^[a-z][A-Za-z0-9]*$/;
/** The same for every copy of voxgraph, so that a plugin may bring its own. */
const BRAND = Symbol.for('voxgraph.plugin');
const NO_CONFIG = z.strictObject({});
const PARTS = [
  'name',
  'version',
  'description',
  'dependencies',
  'config',
  'messages',
  'state',
  'replies',
  'nodes',
  'audio',
  'video',
  'reactions',
  'setup',
];

/** Declares a message that a plugin takes; without `reply` it is answered `null`. */
export function message<P extends z.ZodType, R extends z.ZodType = z.ZodNull>(
  payload: P,
  { reply, description = '' }: { readonly reply?: R; readonly description?: string } = {},
): MessageSpec<P, R> {
  return { payload, reply: reply ?? (z.null() as z.ZodType as R), description };
}

/** What a reply throws to refuse a message for a reason that is meant for its sender; anything else that it throws counts as a fault. */
export function refuse(reason: string): VoxError {
  return voxError('MESSAGE_REFUSED', { reason });
}

/**
 * Declares a plugin. Types of config, state and messages follow from the declaration; nothing of it runs yet.
 *
 * @example
 * ```ts
 * export default definePlugin({
 *   name: 'greeter',
 *   version: '1.0.0',
 *   description: 'Greets whoever begins to speak.',
 *   config: z.strictObject({ text: z.string().default('Hello').meta({ description: 'What is said.' }) }),
 *   state: {
 *     initial: () => ({ greeted: 0 }),
 *     reducers: { 'participant.joined': (draft) => { draft.greeted++; } },
 *   },
 *   reactions: ({ events$, ctx }) =>
 *     events$.pipe(
 *       ofType('participant.joined'),
 *       map(({ call, participantId }) => ({ type: 'call.tell', call, to: participantId, text: ctx.config.text })),
 *     ),
 * });
 * ```
 * @throws TypeError when a part is declared wrongly; that is a programmer's mistake, and the message says how to write it.
 */
export function definePlugin<S = undefined, C extends z.ZodType = typeof NO_CONFIG, M extends Messages = Record<string, never>>(
  spec: PluginSpec<C, S, M>,
): PluginDefinition {
  checkParts(spec as unknown as AnySpec);
  const definition = {
    name: spec.name,
    version: spec.version,
    description: spec.description,
    dependencies: { ...spec.dependencies },
    config: spec.config ?? NO_CONFIG,
    messages: spec.messages ?? {},
    state: spec.state,
    replies: spec.replies ?? {},
    nodes: spec.nodes ?? [],
    ...(spec.audio && { audio: spec.audio }),
    ...(spec.video && { video: spec.video }),
    reactions: spec.reactions,
    setup: spec.setup,
    [BRAND]: true,
  };
  return Object.freeze(definition) as unknown as PluginDefinition;
}

/** Whether something was made by `definePlugin`, of this copy of voxgraph or of another. */
export function isPluginDefinition(value: unknown): value is PluginDefinition {
  return typeof value === 'object' && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true;
}

type AnySpec = { readonly [part: string]: unknown } & Partial<PluginSpec<z.ZodType, unknown, Messages>>;

function checkParts(spec: AnySpec): void {
  const fail = (what: string): never => {
    throw new TypeError(`definePlugin: ${what}`);
  };
  if (typeof spec !== 'object' || spec === null) fail('it takes one object: definePlugin({ name, version, description, … })');
  const { name, version, description, dependencies = {} } = spec;
  if (typeof name !== 'string' || !PLUGIN_NAME.test(name))
    fail(`the name ${JSON.stringify(name)} must be small letters, digits and "-", such as name: 'music-queue'`);
  const about = `plugin "${name}"`;
  const unknown = Object.keys(spec).find((part) => !PARTS.includes(part));
  if (unknown !== undefined) fail(`${about} has no part "${unknown}"; the parts are ${PARTS.join(', ')}`);
  if (typeof version !== 'string' || valid(version) !== version)
    fail(`${about} needs a version of three numbers, such as version: '1.0.0', not ${JSON.stringify(version)}`);
  if (typeof description !== 'string' || !description.trim())
    fail(`${about} needs a description, such as description: 'Greets whoever joins.'`);
  for (const [other, range] of Object.entries(dependencies)) {
    if (!PLUGIN_NAME.test(other)) fail(`${about} depends on ${JSON.stringify(other)}, which is no name of a plugin`);
    if (other === name) fail(`${about} depends on itself`);
    if (typeof range !== 'string' || validRange(range) === null)
      fail(`${about} needs a version range for "${other}", such as { '${other}': '^1.0.0' }, not ${JSON.stringify(range)}`);
  }
  checkSchemas(spec, about, fail);
  for (const part of ['reactions', 'setup'] as const)
    if (spec[part] !== undefined && typeof spec[part] !== 'function') fail(`${part} of ${about} must be a function`);
  for (const part of ['audio', 'video'] as const) {
    const given: unknown = spec[part];
    const stage = typeof given === 'object' && given !== null && 'stage' in given ? given.stage : given;
    if (stage !== undefined && typeof stage !== 'function')
      fail(`${part} of ${about} must be a function, or { stage: function }`);
  }
}

function checkSchemas(spec: AnySpec, about: string, fail: (what: string) => never): void {
  const { config, messages = {}, state, replies = {}, nodes = [] } = spec;
  if (config !== undefined) {
    if (!isSchema(config)) fail(`config of ${about} must be a schema, such as config: z.strictObject({ … })`);
    try {
      z.toJSONSchema(config, { io: 'input', unrepresentable: 'any', cycles: 'throw' });
    } catch (error) {
      fail(`config of ${about} cannot be written as JSON Schema: ${reasonOf(error)}`);
    }
  }
  for (const [key, declared] of Object.entries(messages)) {
    if (!MESSAGE_NAME.test(key)) fail(`the message ${JSON.stringify(key)} of ${about} must be named like "addTrack"`);
    if (!isSchema(declared?.payload) || !isSchema(declared?.reply))
      fail(`the message "${key}" of ${about} must be made by message(schema, { reply: schema })`);
  }
  for (const key of [...Object.keys(replies), ...Object.keys(state?.messages ?? {})])
    if (!Object.hasOwn(messages, key)) fail(`${about} handles the message "${key}", but does not declare it under messages`);
  if (state !== undefined) {
    if (typeof state.initial !== 'function') fail(`state of ${about} needs initial: (args) => ({ … })`);
    const { version = 1 } = state;
    if (!Number.isInteger(version) || version < 1) fail(`state.version of ${about} must be a whole number from 1`);
  }
  if (!Array.isArray(nodes) || !(nodes as readonly Partial<NodeDefinition>[]).every((node) => node?.type && node.create))
    fail(`nodes of ${about} must be a list of what defineNode gives`);
}

function isSchema(value: unknown): value is z.ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value;
}
