import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../errors.js';
import { apiStatus } from './errors.js';
import type { Route } from './route.js';
import { errorSchema } from './schemas/common.js';

/** Plain JSON. */
type Json = { [key: string]: unknown };

/** What every route may be refused with. */
const ALWAYS: readonly ErrorCode[] = ['BAD_REQUEST', 'FOREIGN_HOST', 'TOO_MANY_REQUESTS'];

/**
 * The OpenAPI 3.1 document of routes, from the schemas that check them.
 *
 * @param base what stands before every path.
 */
export function openApiDocument(routes: readonly Route[], base: string, version: string): Json {
  const components: Json = {};
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output') => hoist(schema, io, components);
  const paths: { [path: string]: Json } = {};
  const error = schemaOf(errorSchema, 'output');
  for (const route of routes) {
    const item = (paths[`${base}${route.path}`] ??= {});
    item[route.method.toLowerCase()] = operation(route, schemaOf, error);
  }
  const tags = [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name }));
  return {
    openapi: '3.1.0',
    info: {
      title: 'voxgraph',
      version,
      description: 'Steers and watches a running voxgraph engine: graphs, calls, plugins, machines.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{}, { token: [] }],
    tags,
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description:
            'The token of `--token`, or that of `--admin-token`, which those need who change things once there is one.',
        },
      },
    },
  };
}

function operation(route: Route, schemaOf: (schema: z.ZodType, io: 'input' | 'output') => Json, error: Json): Json {
  const { id, tag, summary, details, steers, params, query, body, bodyDoc, answer, media, errors = [] } = route;
  const parameters = [...parametersOf('path', params, schemaOf), ...parametersOf('query', query, schemaOf)];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(details !== undefined && { description: details }),
    ...(steers && { security: [{}, { token: [] }], 'x-steers': true }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: { 'application/json': { schema: schemaOf(bodyDoc ?? body, 'input') } },
      },
    }),
    responses: {
      200: {
        description: summary,
        content: { [media ?? 'application/json']: { schema: answer ? schemaOf(answer, 'output') : mediaSchema(media) } },
      },
      ...refusals(
        [...ALWAYS, ...(steers ? (['ADMIN_TOKEN_NEEDED'] as const) : []), 'TOKEN_WRONG', ...inputErrors(route), ...errors],
        error,
      ),
    },
  };
}

function inputErrors({ params, query, body }: Route): readonly ErrorCode[] {
  return [
    ...(params || query || body ? (['INPUT_WRONG'] as const) : []),
    ...(body ? (['NOT_JSON', 'BODY_TOO_LARGE'] as const) : []),
  ];
}

/** One answer for each status, with the codes that it may hold. */
function refusals(codes: readonly ErrorCode[], error: Json): Json {
  const byStatus = Map.groupBy(new Set(codes), (code) => apiStatus(code));
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, list]) => [
        status,
        {
          description: list.map((code) => `\`${code}\`: ${ERRORS[code].message}`).join('; '),
          content: { 'application/json': { schema: error } },
        },
      ]),
  );
}

function mediaSchema(media: string | undefined): Json {
  return media === undefined ? {} : { type: 'string', ...(!media.startsWith('text/') && { format: 'binary' }) };
}

function parametersOf(
  where: 'path' | 'query',
  schema: z.ZodObject | undefined,
  schemaOf: (schema: z.ZodType, io: 'input' | 'output') => Json,
): Json[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const { description, ...made } = schemaOf(field as z.ZodType, 'input');
    const required = where === 'path' || !(field as z.ZodType).safeParse(undefined).success;
    return { name, in: where, required, ...(description !== undefined && { description }), schema: made };
  });
}

/** A schema as JSON Schema; what has a name goes to the components once. */
function hoist(schema: z.ZodType, io: 'input' | 'output', components: Json): Json {
  const made = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      // A number behind `?` is text to us, and a number to who reads this.
      if (jsonSchema.type === 'integer') delete jsonSchema.pattern;
    },
  }) as Json;
  const { $schema: _, $defs = {}, ...plain } = made;
  for (const [name, definition] of Object.entries($defs as Json)) if (!isNameless(name)) components[name] ??= renamed(definition);
  // The outermost one stands for itself and not for a reference.
  const id = z.globalRegistry.get(schema)?.id;
  if (id === undefined) return renamed(plain) as Json;
  if (!('$ref' in plain)) components[id] ??= renamed(plain);
  return { $ref: `#/components/schemas/${id}` };
}

/** Recursive schemas without a name of their own are numbered anew each time; here that is only any JSON, `z.json()`. */
function isNameless(name: string): boolean {
  return name.startsWith('__schema');
}

function renamed(value: unknown, key?: string): unknown {
  if (typeof value === 'string') return key === '$ref' ? value.replace('#/$defs/', '#/components/schemas/') : value;
  if (Array.isArray(value)) return value.map((one) => renamed(one));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref, ...rest } = value as { readonly $ref?: unknown };
  if (typeof $ref === 'string' && isNameless($ref.slice('#/$defs/'.length))) return rest;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, inner]) => !(name === 'id' && typeof inner === 'string' && key !== 'properties'))
      .map(([name, inner]) => [name, renamed(inner, name)]),
  );
}
