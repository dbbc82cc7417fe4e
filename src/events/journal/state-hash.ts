import type { EngineState } from '../state.js';

/** JSON with the members of every object in the order of their names: equal values give equal texts. What is undefined is not there. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`);
  return `{${members.join(',')}}`;
}

/** A fingerprint of a state, in 64 hexadecimal digits: SHA-256 of its {@link canonicalJson}. */
export function stateHash(state: EngineState): string {
  // Loaded with the first fingerprint: it is a tenth of a command's start.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(canonicalJson(state)).digest('hex');
}
