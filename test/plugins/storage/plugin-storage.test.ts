import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { VoxError } from '../../../src/errors.js';
import { memoryStorage, pluginStorage, type StorageBackend } from '../../../src/plugins/storage.js';
import { sqliteStorage } from '../../../src/plugins/sqlite/sqlite-storage.js';

const codeOf = (reason: unknown) => (reason instanceof VoxError ? reason.code : reason);

describe.each(['memory', 'SQLite'])('the storage of a plugin, in %s', (kind) => {
  let dir: string;
  let backend: StorageBackend;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'voxgraph-storage-'));
    backend = kind === 'memory' ? memoryStorage() : sqliteStorage({ dir });
  });
  afterEach(async () => {
    await backend.close();
    rmSync(dir, { recursive: true });
  });

  it('gives back what was set, checked and completed by the schema', async () => {
    const storage = pluginStorage(backend, 'queue');
    await storage.set('room:lobby', { tracks: ['a'] });
    const schema = z.object({ tracks: z.array(z.string()), repeat: z.boolean().default(false) });
    expect(await storage.get('room:lobby', schema)).toEqual({ tracks: ['a'], repeat: false });
    expect(await storage.get('room:attic', schema)).toBeUndefined();
  });

  it('refuses what does not fit the schema, naming plugin, key and field', async () => {
    const storage = pluginStorage(backend, 'queue');
    await storage.set('room', { tracks: 5 });
    await expect(storage.get('room', z.object({ tracks: z.array(z.string()) }))).rejects.toThrow(
      /value "room" in the storage of plugin "queue" .*tracks: .*array/,
    );
  });

  it('refuses what is no plain JSON, and keys that are none', async () => {
    const storage = pluginStorage(backend, 'queue');
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    for (const value of [undefined, Number.NaN, new Date(0), () => 1, circle, { a: [1n] }])
      expect(codeOf(await storage.set('key', value as never).catch((e: unknown) => e))).toBe('STORED_VALUE_WRONG');
    for (const key of ['', 'x'.repeat(513), 'a\0b', '\ud800'])
      expect(codeOf(await storage.set(key, 1).catch((e: unknown) => e))).toBe('STORED_VALUE_WRONG');
    await expect(storage.set('big', 'x'.repeat(5e6))).rejects.toThrow('larger than');
    expect(await storage.list()).toEqual([]);
  });

  it('keeps plugins apart', async () => {
    const [mine, others] = [pluginStorage(backend, 'mine'), pluginStorage(backend, 'others')];
    await mine.set('key', 1);
    await others.set('key', 2);
    expect(await others.delete('key')).toBe(true);
    expect(await others.delete('key')).toBe(false);
    expect(await mine.get('key', z.number())).toBe(1);
    expect(await others.list()).toEqual([]);
  });

  it('lists keys by prefix in order, whatever they hold', async () => {
    const storage = pluginStorage(backend, 'queue');
    const keys = ['b', 'a%', 'a_', 'ab', 'a', 'a\u{1f600}', 'a\uffee', "a'", 'A'];
    await Promise.all(keys.map((key, i) => storage.set(key, i)));
    expect(await storage.list('a')).toEqual(['a', 'a%', "a'", 'a_', 'ab', 'a\u{1f600}', 'a\uffee']);
    expect(await storage.list('a%')).toEqual(['a%']);
    expect(await storage.list()).toEqual([...keys].sort());
  });

  it('loses no change of many at once, and removes what becomes undefined', async () => {
    const storage = pluginStorage(backend, 'queue');
    const count = z.number();
    await Promise.all(Array.from({ length: 50 }, () => storage.update('n', count, (n = 0) => n + 1)));
    expect(await storage.get('n', count)).toBe(50);
    expect(await storage.update('n', count, () => undefined)).toBeUndefined();
    expect(await storage.list()).toEqual([]);
  });

  it('changes nothing when the change throws', async () => {
    const storage = pluginStorage(backend, 'queue');
    await storage.set('n', 1);
    const change = () => {
      throw new Error('no');
    };
    await expect(storage.update('n', z.number(), change)).rejects.toThrow('no');
    expect(await storage.get('n', z.number())).toBe(1);
  });

  it('does what was asked before it closes, and nothing afterwards', async () => {
    const storage = pluginStorage(backend, 'queue');
    const asked = Promise.all([storage.set('a', 1), storage.set('b', 2), storage.get('a', z.number())]);
    await backend.close();
    await backend.close();
    expect(await asked).toEqual([undefined, undefined, 1]);
    expect(codeOf(await storage.get('a', z.number()).catch((e: unknown) => e))).toBe('STORAGE_FAILED');
  });
});
