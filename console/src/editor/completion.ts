/** Completion of graph files, from their schema and from the nodes that the file has. */
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { getLocation, parse } from 'jsonc-parser';
import type { JsonSchema } from '../api/types.js';
import { schemasAt } from './schema-walk.js';

/** What may stand at the cursor. */
export function completeGraph(schema: JsonSchema): (context: CompletionContext) => CompletionResult | null {
  return (context) => {
    const text = context.state.doc.toString();
    const { path, isAtPropertyKey } = getLocation(text, context.pos);
    const value = parse(text, [], { allowTrailingComma: true }) as unknown;
    const word = context.matchBefore(/"[^"\n]*|[A-Za-z0-9_.$-]*/);
    if (!word || (word.from === word.to && !context.explicit)) return null;
    const quoted = word.text.startsWith('"');
    const closed = context.state.sliceDoc(context.pos, context.pos + 1) === '"';
    const options = isAtPropertyKey ? keys(schema, path.slice(0, -1), value) : values(schema, path, value);
    if (options.length === 0) return null;
    return {
      from: word.from,
      to: quoted && closed ? context.pos + 1 : context.pos,
      options: options.map((option) => ({
        ...option,
        ...(isAtPropertyKey && { apply: keyOf(option.label, text, context.pos, closed) }),
      })),
      validFor: /^"?[^"\n]*$/,
    };
  };
}

function keys(schema: JsonSchema, path: readonly (string | number)[], value: unknown): Completion[] {
  const present = path.reduce<unknown>((here, step) => (here as Record<string | number, unknown> | undefined)?.[step], value);
  const taken = new Set(typeof present === 'object' && present !== null ? Object.keys(present) : []);
  const found = new Map<string, Completion>();
  for (const { properties = {}, required = [] } of schemasAt(schema, path, value)) {
    for (const [name, about] of Object.entries(properties)) {
      if (taken.has(name) || found.has(name)) continue;
      found.set(name, {
        label: `"${name}"`,
        type: 'property',
        detail: detailOf(about),
        ...(about.description && { info: about.description }),
        boost: required.includes(name) ? 2 : 0,
      });
    }
  }
  return [...found.values()];
}

function values(schema: JsonSchema, path: readonly (string | number)[], value: unknown): Completion[] {
  const found = new Map<string, Completion>();
  const add = (given: unknown, info?: string, type = 'enum') => {
    const label = JSON.stringify(given);
    if (!found.has(label)) found.set(label, { label, type, ...(info !== undefined && { info }) });
  };
  for (const at of schemasAt(schema, path, value)) {
    const { enumDescriptions = [] } = at as { enumDescriptions?: readonly string[] };
    at.enum?.forEach((given, index) => add(given, enumDescriptions[index]));
    if (at.const !== undefined) add(at.const);
    if (at.type === 'boolean') [true, false].forEach((given) => add(given, undefined, 'keyword'));
    if (at.default !== undefined && typeof at.default !== 'object') add(at.default, 'The default.', 'constant');
  }
  // What an input takes is a node of this file.
  if (path[0] === 'nodes' && path[2] === 'in') {
    const { nodes = {} } = (value ?? {}) as { nodes?: Record<string, { type?: string }> };
    for (const [id, node] of Object.entries(nodes)) if (id !== path[1]) add(id, node?.type, 'variable');
  }
  return [...found.values()];
}

function detailOf({ type, enum: choices, default: preset }: JsonSchema): string {
  const what = choices ? 'one of several' : Array.isArray(type) ? type.join(' or ') : ((type as string | undefined) ?? '');
  return preset === undefined || typeof preset === 'object' ? what : `${what} = ${JSON.stringify(preset)}`;
}

/** A key with its colon, unless one follows. */
function keyOf(label: string, text: string, pos: number, closed: boolean): string {
  const rest = text.slice(pos + (closed ? 1 : 0));
  return /^\s*:/.test(rest) ? label : `${label}: `;
}
