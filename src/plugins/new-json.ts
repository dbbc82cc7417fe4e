import { jsonFault } from '../events/json.js';

/**
 * As `jsonFault`, but looks only at what is new: parts that are the very same objects as before were looked at then. So an event costs
 * what it changes, not what is remembered.
 */
export function newJsonFault(before: unknown, after: unknown, path = '', depth = 0): string | undefined {
  if (before === after) return undefined;
  if (typeof after !== 'object' || after === null || typeof before !== 'object' || before === null)
    return jsonFault(after, path, depth);
  if (Array.isArray(after)) {
    const old: readonly unknown[] = Array.isArray(before) ? before : [];
    for (let i = 0; i < after.length; i++) {
      // It would equal what is behind the end of the old list.
      const fault =
        after[i] === undefined ? `${path}[${i}] is undefined` : newJsonFault(old[i], after[i], `${path}[${i}]`, depth + 1);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(after);
  if ((prototype !== Object.prototype && prototype !== null) || depth > 60) return jsonFault(after, path, depth);
  const old = before as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(after)) {
    const value = (after as Readonly<Record<string, unknown>>)[key];
    if (value === undefined) continue;
    const fault = newJsonFault(old[key], value, `${path}.${key}`, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
