/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** An object of {@link Json}; what is undefined is not there. */
export interface JsonObject {
  /** Any name. */
  readonly [key: string]: Json | undefined;
}

/** Freezes a value with everything in it that is not frozen yet; returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  // First itself, so that one that holds itself ends.
  Object.freeze(value);
  for (const key in value) deepFreeze(value[key]);
  return value;
}

/** How deep a value may be nested. */
const MAX_DEPTH = 64;

/**
 * Where a value is something that JSON would change or drop: a path such as `.queue[3].addedAt is a Date`; undefined for plain JSON.
 * `undefined` in an object counts as absent.
 */
export function jsonFault(value: unknown, path = '', depth = 0): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  const at = path || 'it';
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${at} is ${value}`;
  if (typeof value !== 'object') return `${at} is ${value === undefined ? 'undefined' : `a ${typeof value}`}`;
  if (depth >= MAX_DEPTH) return `${at} is nested too deep, or holds itself`;
  if (Array.isArray(value)) {
    // Not `every`: it would jump over holes.
    for (let i = 0; i < value.length; i++) {
      const fault = jsonFault(value[i], `${path}[${i}]`, depth + 1);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return `${at} is a ${value.constructor?.name || 'class'}`;
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    const fault = jsonFault(inner, `${path}.${key}`, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
