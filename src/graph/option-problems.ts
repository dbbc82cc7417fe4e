import type { z } from 'zod';
import { reasonOf } from '../errors.js';
import type { NodeDefinition, OptionFault } from './define-node.js';
import { describeValue, listNames } from './json-tree.js';
import { nearestHint } from './registry.js';

/** One thing that is wrong with options. */
export type OptionProblem =
  | { readonly kind: 'unknown'; readonly path: readonly PropertyKey[]; readonly hint: string }
  | { readonly kind: 'bad'; readonly path: readonly PropertyKey[]; readonly reason: string };

/**
 * Checks options against a type's schema.
 *
 * @param value plain JSON, such as `{ gainDb: 3 }`
 * @returns the complete options, or what is wrong with them in plain sentences; paths lead into `value`
 */
export function checkOptions(
  schema: z.ZodType,
  value: unknown,
): { readonly options?: Record<string, unknown>; readonly problems: readonly OptionProblem[] } {
  const result = schema.safeParse(value);
  if (result.success) return { options: result.data as Record<string, unknown>, problems: [] };
  return { problems: result.error.issues.flatMap((issue) => explain(issue, [], value, schema)) };
}

/** What a node type's own check says of valid options; a check that throws is itself what is wrong. */
export function ownFaults(definition: NodeDefinition, options: unknown, live: boolean): readonly OptionFault[] {
  try {
    return definition.checkOptions(options, live);
  } catch (thrown) {
    return [{ path: [], reason: reasonOf(thrown) }];
  }
}

/** `points[0].gainDb`, as a sentence names an option. */
export function optionName(path: readonly PropertyKey[]): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`)).join('');
}

function explain(issue: z.core.$ZodIssue, prefix: readonly PropertyKey[], root: unknown, schema: z.ZodType): OptionProblem[] {
  const path = [...prefix, ...issue.path];
  const given = valueAt(root, path);
  const bad = (reason: string): OptionProblem[] => [{ kind: 'bad', path, reason }];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const valid = keysAt(schema, path);
      return issue.keys.map((key) => ({ kind: 'unknown', path: [...path, key], hint: nearestHint(key, valid) }));
    }
    case 'invalid_type':
      if (given === undefined) return bad('it must be given');
      return bad(`must be ${typeWord(issue.expected)}, not ${describeValue(given)}`);
    case 'too_small':
    case 'too_big': {
      const limit = issue.code === 'too_small' ? issue.minimum : issue.maximum;
      return bad(limitSentence(issue.code, issue.origin, limit, issue.inclusive !== false, given));
    }
    case 'invalid_value': {
      if (given === undefined) return bad('it must be given');
      const words = issue.values.map((v) => describeValue(v));
      const hint = typeof given === 'string' ? nearestHint(given, issue.values.map(String)) : '';
      const suffix = hint.startsWith('. Did') ? hint : '';
      if (words.length === 1) return bad(`must be ${words[0]}, not ${describeValue(given)}${suffix}`);
      return bad(`must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}, not ${describeValue(given)}${suffix}`);
    }
    case 'not_multiple_of':
      return bad(`must be a multiple of ${issue.divisor}, not ${describeValue(given)}`);
    case 'invalid_format': {
      // An author's own message says more than a pattern.
      const own = issue.message.startsWith('Invalid ') ? undefined : issue.message;
      const wanted = issue.format === 'regex' ? `text that matches ${issue.pattern ?? 'its pattern'}` : `a valid ${issue.format}`;
      return bad(own ? lowerFirst(own) : `must be ${wanted}, not ${describeValue(given)}`);
    }
    case 'invalid_union':
      return explainUnion(issue, path, given, root, schema);
    case 'invalid_key':
      return bad('it has a key that is not allowed');
    default:
      return bad(lowerFirst(issue.message.replace(/\.$/, '')));
  }
}

function explainUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  path: readonly PropertyKey[],
  given: unknown,
  root: unknown,
  schema: z.ZodType,
): OptionProblem[] {
  const bad = (reason: string): OptionProblem[] => [{ kind: 'bad', path, reason }];
  if (issue.discriminator !== undefined) {
    const values = discriminatorValues(schemaAt(schema, path.slice(0, -1)), issue.discriminator);
    const among = values.length > 0 ? ` ${listNames(values, 'or')}` : '';
    return bad(
      given === undefined
        ? `it must be given${among && `:${among}`}`
        : `must be${among || ' one of its kinds'}, not ${describeValue(given)}`,
    );
  }
  if (given === undefined) return bad('it must be given');
  // The branch that failed deepest is the one that was meant; of branches that all refuse the value itself, all are named.
  const deepest = [...issue.errors].sort((a, b) => depthOf(b) - depthOf(a))[0] ?? [];
  if (depthOf(deepest) > 0) return deepest.flatMap((inner) => explain(inner, path, root, schema));
  const wanted = new Set(issue.errors.flatMap((branch) => branch.map(wantedWord).filter((word) => word !== undefined)));
  if (issue.errors.some((branch) => branch.some((inner) => wantedWord(inner) === undefined))) {
    const telling = issue.errors.find((branch) => branch.every((inner) => wantedWord(inner) === undefined));
    if (telling) return telling.flatMap((inner) => explain(inner, path, root, schema));
  }
  const words = [...wanted];
  const list = words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  return bad(list ? `must be ${list}, not ${describeValue(given)}` : `cannot be ${describeValue(given)}`);
}

/** How deep into the value the branch got; an unknown key counts as having got in. */
function depthOf(branch: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...branch.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)));
}

/** What a branch wanted instead, when it refused the value's very type. */
function wantedWord(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code === 'invalid_type') return typeWord(issue.expected);
  if (issue.code !== 'invalid_value') return undefined;
  return issue.values.map((value) => describeValue(value)).join(', ');
}

function typeWord(expected: string): string {
  if (expected === 'int' || expected === 'safeint') return 'a whole number';
  if (expected === 'null') return 'null';
  if (expected === 'record') return 'an object';
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`;
}

function limitSentence(
  code: 'too_small' | 'too_big',
  origin: string,
  limit: number | bigint,
  inclusive: boolean,
  given: unknown,
): string {
  const low = code === 'too_small';
  const things: Readonly<Record<string, string>> = {
    string: 'characters',
    array: 'items',
    set: 'items',
    map: 'entries',
    object: 'entries',
  };
  const unit = things[origin];
  if (unit) {
    if (low && Number(limit) === 1 && inclusive) return 'must not be empty';
    return `must have at ${low ? 'least' : 'most'} ${limit} ${Number(limit) === 1 ? unit.replace(/(ie)?s$/, (_, y) => (y ? 'y' : '')) : unit}`;
  }
  const word = inclusive ? (low ? 'at least' : 'at most') : low ? 'more than' : 'less than';
  return `must be ${word} ${limit}, not ${describeValue(given)}`;
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text;
}

/** The value at a path; undefined when it leads nowhere. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let at = root;
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<PropertyKey, unknown>)[part];
  }
  return at;
}

interface AnyDef {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly options?: readonly z.ZodType[];
  readonly items?: readonly z.ZodType[];
  readonly left?: z.ZodType;
  readonly right?: z.ZodType;
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
}

function defOf(schema: z.ZodType): AnyDef {
  return schema._zod.def;
}

/** Every schema that may describe the value at a path, unwrapped. */
function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType[] {
  const def = defOf(schema);
  if (def.innerType) return schemaAt(def.innerType, path);
  if (def.type === 'pipe' && def.in) return schemaAt(def.in, path);
  if (def.options) return def.options.flatMap((option) => schemaAt(option, path));
  if (def.left && def.right) return [...schemaAt(def.left, path), ...schemaAt(def.right, path)];
  const [head, ...rest] = path;
  if (head === undefined) return [schema];
  const inner =
    def.shape && typeof head === 'string' && Object.hasOwn(def.shape, head)
      ? def.shape[head]
      : typeof head === 'number'
        ? (def.items?.[head] ?? def.element)
        : def.valueType;
  return inner ? schemaAt(inner, rest) : [];
}

function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  return [...new Set(schemaAt(schema, path).flatMap((found) => Object.keys(defOf(found).shape ?? {})))];
}

function discriminatorValues(schemas: readonly z.ZodType[], key: string): string[] {
  return schemas.flatMap((found) => {
    const inner = defOf(found).shape?.[key];
    const def = inner && defOf(inner);
    return [...(def?.values ?? []), ...Object.values(def?.entries ?? {})].map(String);
  });
}
