import { z } from 'zod';

/** A JSON Schema as plain data. */
export type JsonSchema = { [keyword: string]: unknown };

/** A bound of a JSON Schema, or its wording. */
type Limit = number | string | undefined;

/**
 * The JSON Schema (draft-07) of options as a person writes them: what has a default may be left out.
 *
 * @throws Error for a schema that JSON Schema cannot express (a recursive one); that is its author's mistake
 */
export function optionSchema(schema: z.ZodType): JsonSchema {
  const made = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-07',
    unrepresentable: 'any',
    cycles: 'throw',
    override: ({ jsonSchema }) => {
      // zod writes the bounds of a safe integer, which nobody wants to read.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  }) as JsonSchema;
  const { $schema: _, ...plain } = made;
  return plain;
}

/** One option in words, from its schema: the docs, the command line and drawings read this. */
export interface OptionDoc {
  /** Its name. */
  readonly name: string;
  /** Such as `number, -60 to 24` or `"sine", "square" or "saw"`. */
  readonly type: string;
  /** What it does; empty if its author said nothing. */
  readonly description: string;
  /** Its default; undefined when it has none. */
  readonly default: unknown;
  /** True when it must be given. */
  readonly required: boolean;
}

/** The options of a type in words, in the order of their declaration. */
export function optionDocs(schema: z.ZodType): OptionDoc[] {
  const made = optionSchema(schema);
  const required = Array.isArray(made.required) ? made.required : [];
  return Object.entries((made.properties ?? {}) as Record<string, JsonSchema>).map(([name, option]) => ({
    name,
    type: typeText(option),
    description: typeof option.description === 'string' ? option.description : '',
    default: option.default,
    required: required.includes(name),
  }));
}

function typeText(schema: JsonSchema): string {
  const alternatives = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
  if (alternatives) return or(alternatives.map(typeText));
  if ('const' in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return or(schema.enum.map((value) => JSON.stringify(value)));
  if (schema.type === 'array') {
    const items = schema.items as JsonSchema | undefined;
    const count = range(schema.minItems as Limit, schema.maxItems as Limit);
    return `list of ${items ? typeText(items) : 'anything'}${count ? ` (${count})` : ''}`;
  }
  if (schema.type === 'object') {
    const keys = Object.keys(schema.properties ?? {});
    return keys.length > 0 ? `object { ${keys.join(', ')} }` : 'object';
  }
  if (schema.type === 'number' || schema.type === 'integer') {
    const word = schema.type === 'integer' ? 'whole number' : 'number';
    const limits = range(
      (schema.minimum as Limit) ?? over(schema.exclusiveMinimum as Limit),
      (schema.maximum as Limit) ?? under(schema.exclusiveMaximum as Limit),
    );
    return limits ? `${word}, ${limits}` : word;
  }
  return typeof schema.type === 'string' ? schema.type : 'anything';
}

function over(limit: Limit): string | undefined {
  return limit === undefined ? undefined : `more than ${limit}`;
}

function under(limit: Limit): string | undefined {
  return limit === undefined ? undefined : `less than ${limit}`;
}

function range(low: Limit, high: Limit): string {
  if (low !== undefined && high !== undefined) return `${low} to ${high}`;
  if (low !== undefined) return typeof low === 'string' ? low : `at least ${low}`;
  return high === undefined ? '' : typeof high === 'string' ? high : `at most ${high}`;
}

function or(words: readonly string[]): string {
  const once = [...new Set(words)];
  return once.length < 2 ? once.join('') : `${once.slice(0, -1).join(', ')} or ${once.at(-1)}`;
}
