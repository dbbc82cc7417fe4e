/** Finds what a JSON Schema says of a place in a document: as much of JSON Schema as graph files use. */
import type { JsonSchema } from '../api/types.js';

/** A part of a path. */
export type Step = string | number;

/**
 * The schemas that hold at a place.
 * @param value the whole document, as far as it can be read
 */
export function schemasAt(root: JsonSchema, path: readonly Step[], value: unknown): JsonSchema[] {
  let found = spread(root, root, value);
  let here = value;
  for (const step of path) {
    here = isObject(here) || Array.isArray(here) ? (here as Record<Step, unknown>)[step] : undefined;
    const inner = found.flatMap((schema) => within(schema, step));
    found = inner.flatMap((schema) => spread(root, schema, here));
  }
  return found;
}

function within(schema: JsonSchema, step: Step): JsonSchema[] {
  if (typeof step === 'number') {
    const { items } = schema;
    if (Array.isArray(items)) return items[step] ? [items[step] as JsonSchema] : [];
    return items ? [items as JsonSchema] : [];
  }
  const own = schema.properties?.[step];
  if (own) return [own];
  return typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
}

/** A schema with all that it stands for: what it refers to, its alternatives, and the conditional parts whose condition holds. */
function spread(root: JsonSchema, schema: JsonSchema, value: unknown): JsonSchema[] {
  const target = schema.$ref === undefined ? undefined : refer(root, schema.$ref);
  const conditional = schema.if && schema.then && matches(schema.if, value) ? [schema.then] : [];
  const parts = [
    ...(target ? [target] : []),
    ...(schema.allOf ?? []),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...conditional,
  ];
  return [schema, ...parts.flatMap((part) => spread(root, part, value))];
}

function refer(root: JsonSchema, pointer: string): JsonSchema | undefined {
  let here: unknown = root;
  for (const part of pointer.replace(/^#\/?/, '').split('/')) here = (here as Record<string, unknown> | undefined)?.[part];
  return here as JsonSchema | undefined;
}

/** Whether a condition holds: of properties with a constant or one of several values. */
function matches(condition: JsonSchema, value: unknown): boolean {
  if (condition.const !== undefined) return condition.const === value;
  if (condition.enum) return condition.enum.includes(value);
  const { properties = {}, required = [] } = condition;
  if (!isObject(value)) return false;
  if (!required.every((name) => name in value)) return false;
  return Object.entries(properties).every(([name, inner]) => !(name in value) || matches(inner, value[name]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
