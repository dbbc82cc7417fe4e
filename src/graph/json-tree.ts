import type { Where } from './places.js';

/** How deep objects and arrays may be nested; deeper is refused, so that nothing that walks a graph can exhaust the stack. */
export const MAX_DEPTH = 64;

/** A JSON value that knows where it stands. */
export type JsonNode = JsonObject | JsonArray | JsonScalar;

/** An object. Its members are a Map, so that no key can touch a prototype. */
export interface JsonObject {
  /** Tells the three kinds apart. */
  readonly kind: 'object';
  /** Where its brace stands. */
  readonly where: Where;
  /** By key, in file order; of a duplicate key the last, as JSON has it. */
  readonly members: ReadonlyMap<string, JsonMember>;
}

/** A key with its value. */
export interface JsonMember {
  /** The key. */
  readonly key: string;
  /** Where the key stands. */
  readonly where: Where;
  /** The value. */
  readonly value: JsonNode;
}

/** An array. */
export interface JsonArray {
  /** Tells the three kinds apart. */
  readonly kind: 'array';
  /** Where its bracket stands. */
  readonly where: Where;
  /** In order. */
  readonly items: readonly JsonNode[];
}

/** A string, number, boolean or null. */
export interface JsonScalar {
  /** Tells the three kinds apart. */
  readonly kind: 'scalar';
  /** Where it stands. */
  readonly where: Where;
  /** The value. */
  readonly value: string | number | boolean | null;
}

/** What a value is, for a sentence: `an object`, `an array`, or the value itself, shortened. */
export function describe(node: JsonNode): string {
  return node.kind === 'scalar' ? describeValue(node.value) : node.kind === 'object' ? 'an object' : 'an array';
}

/** As {@link describe}, for a plain value. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  const text = JSON.stringify(value) ?? `a ${typeof value}`;
  return text.length > 60 ? `${text.slice(0, 57)}…${text.startsWith('"') ? '"' : ''}` : text;
}

/** The names in a sentence: `"a", "b" or "c"`. */
export function listNames(names: readonly string[], word: 'and' | 'or'): string {
  const quoted = names.map((name) => JSON.stringify(name));
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} ${word} ${quoted.at(-1)}`;
}
