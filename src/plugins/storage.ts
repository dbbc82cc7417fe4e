import type { z } from 'zod';
import { reasonOf, voxError } from '../errors.js';
import { jsonFault, type Json } from '../events/json.js';

/** What a plugin keeps beyond its state: values by key, seen by nobody else. What resolved is on disk, if the storage has one. */
export interface PluginStorage {
  /**
   * The value of a key, checked; undefined when there is none.
   * @throws VoxError `STORED_VALUE_WRONG` when it does not fit the schema, `STORAGE_FAILED`.
   */
  get<S extends z.ZodType>(key: string, schema: S): Promise<z.output<S> | undefined>;
  /** Sets a key. @throws VoxError `STORED_VALUE_WRONG` when it is no plain JSON or too large, `STORAGE_FAILED`. */
  set(key: string, value: Json): Promise<void>;
  /** Removes a key; false when there was none. */
  delete(key: string): Promise<boolean>;
  /** The keys that begin with `prefix`, in order. Default: all. */
  list(prefix?: string): Promise<string[]>;
  /**
   * Reads, changes and writes a value as one step: of changes at the same time none is lost. `change` may run more than once; what it
   * gives is written, undefined removes the key.
   *
   * @returns what was written.
   */
  update<S extends z.ZodType>(
    key: string,
    schema: S,
    change: (value: z.output<S> | undefined) => z.output<S> | undefined,
  ): Promise<z.output<S> | undefined>;
}

/** Where values are: texts by namespace and key. Implementations know nothing of plugins, schemas or JSON. */
export interface StorageBackend {
  /** The text of a key. */
  get(namespace: string, key: string): Promise<string | undefined>;
  /** Sets a key; resolves when it would outlive the process. */
  set(namespace: string, key: string, text: string): Promise<void>;
  /** Removes a key; false when there was none. */
  delete(namespace: string, key: string): Promise<boolean>;
  /** Keys with a prefix, in order of their UTF-16 units. */
  list(namespace: string, prefix: string): Promise<string[]>;
  /** Sets a key (`next` undefined: removes it) if its text is still `expected` (undefined: if there is none); false when it is not. */
  swap(namespace: string, key: string, expected: string | undefined, next: string | undefined): Promise<boolean>;
  /** Resolves when everything that was asked is done; afterwards everything rejects. Idempotent. */
  close(): Promise<void>;
}

/** The most characters of a key. */
export const MAX_KEY_LENGTH = 512;
/** The most characters of a value as JSON. */
export const MAX_VALUE_LENGTH = 4 * 1024 * 1024;

/**
 * One plugin's part of a backend. It cannot reach another's: the namespace is given here, not by the plugin.
 *
 * @param namespace the instance's key.
 */
export function pluginStorage(backend: StorageBackend, namespace: string): PluginStorage {
  const run = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    if (key.length === 0 || key.length > MAX_KEY_LENGTH)
      throw voxError('STORED_VALUE_WRONG', { plugin: namespace, key, reason: `a key has 1 to ${MAX_KEY_LENGTH} characters` });
    // Databases cut a text at a zero, and write half a surrogate pair as something else: two keys would be one.
    if (key.includes('\0') || !key.isWellFormed())
      throw voxError('STORED_VALUE_WRONG', { plugin: namespace, key, reason: 'a key is well-formed text without a zero' });
    return backendCall(namespace, work);
  };
  const wrong = (key: string, reason: string) => voxError('STORED_VALUE_WRONG', { plugin: namespace, key, reason });
  const read = <S extends z.ZodType>(key: string, text: string | undefined, schema: S): z.output<S> | undefined => {
    if (text === undefined) return undefined;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw wrong(key, reasonOf(error));
    }
    const checked = schema.safeParse(value);
    if (checked.success) return checked.data;
    const [issue] = checked.error.issues;
    throw wrong(key, `${issue?.path.length ? `${issue.path.join('.')}: ` : ''}${issue?.message ?? 'it does not fit its schema'}`);
  };
  const write = (key: string, value: unknown): string => {
    const fault = jsonFault(value);
    if (fault !== undefined) throw wrong(key, fault);
    const text = JSON.stringify(value);
    if (text.length > MAX_VALUE_LENGTH) throw wrong(key, `it is larger than ${MAX_VALUE_LENGTH} characters`);
    return text;
  };
  return {
    get: async (key, schema) => read(key, await run(key, () => backend.get(namespace, key)), schema),
    set: async (key, value) => {
      const text = write(key, value);
      await run(key, () => backend.set(namespace, key, text));
    },
    delete: (key) => run(key, () => backend.delete(namespace, key)),
    list: (prefix = '') => backendCall(namespace, () => backend.list(namespace, prefix)),
    update: async (key, schema, change) => {
      for (;;) {
        const before = await run(key, () => backend.get(namespace, key));
        const next = change(read(key, before, schema));
        const text = next === undefined ? undefined : write(key, next);
        if (text === before) return next;
        if (await run(key, () => backend.swap(namespace, key, before, text))) return next;
      }
    },
  };
}

async function backendCall<T>(namespace: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw voxError('STORAGE_FAILED', { plugin: namespace, reason: reasonOf(error) });
  }
}

/** A backend that forgets everything with the process. */
export function memoryStorage(): StorageBackend {
  const spaces = new Map<string, Map<string, string>>();
  let closed = false;
  const space = (namespace: string): Map<string, string> => {
    if (closed) throw new Error('it is closed');
    let found = spaces.get(namespace);
    if (!found) spaces.set(namespace, (found = new Map<string, string>()));
    return found;
  };
  return {
    get: async (namespace, key) => space(namespace).get(key),
    set: async (namespace, key, text) => void space(namespace).set(key, text),
    delete: async (namespace, key) => space(namespace).delete(key),
    list: async (namespace, prefix) => [...space(namespace).keys()].filter((key) => key.startsWith(prefix)).sort(),
    swap: async (namespace, key, expected, next) => {
      const values = space(namespace);
      if (values.get(key) !== expected) return false;
      if (next === undefined) values.delete(key);
      else values.set(key, next);
      return true;
    },
    close: async () => {
      closed = true;
    },
  };
}
