import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqliteStorage, type SqliteStorage } from '../../../src/plugins/sqlite/sqlite-storage.js';
import type { Problem } from '../../../src/errors.js';

let dir: string;
let open: SqliteStorage[];
let problems: Problem[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'voxgraph-sqlite-'));
  open = [];
  problems = [];
});
afterEach(async () => {
  await Promise.all(open.map((storage) => storage.close()));
  rmSync(dir, { recursive: true });
});

function storageIn(folder = dir): SqliteStorage {
  const storage = sqliteStorage({ dir: folder, onProblem: (found) => problems.push(found) });
  open.push(storage);
  return storage;
}

/** A database with 200 values, closed. */
async function filled(): Promise<string> {
  const storage = sqliteStorage({ dir });
  await Promise.all(Array.from({ length: 200 }, (_, i) => storage.set('queue', `key ${i}`, `"${'x'.repeat(200)}"`)));
  await storage.close();
  return join(dir, 'plugins.db');
}

describe('the SQLite storage', () => {
  it('makes its folder and files, for their owner only, and keeps values between openings', async () => {
    const deep = join(dir, 'a', 'b');
    await storageIn(deep).set('queue', 'key', '1');
    await open.pop()!.close();
    for (const name of readdirSync(deep)) expect(statSync(join(deep, name)).mode & 0o777).toBe(0o600);
    expect(statSync(deep).mode & 0o777).toBe(0o700);
    expect(await storageIn(deep).get('queue', 'key')).toBe('1');
    expect(problems).toEqual([]);
  });

  it('lets two work on one database: each sees what the other wrote, and no swap is lost', async () => {
    const [one, other] = [storageIn(), storageIn()];
    await one.set('queue', 'n', '0');
    const count = async (storage: SqliteStorage) => {
      for (let done = 0; done < 30;) {
        const before = (await storage.get('queue', 'n'))!;
        if (await storage.swap('queue', 'n', before, String(Number(before) + 1))) done++;
      }
    };
    await Promise.all([count(one), count(other)]);
    expect(await one.get('queue', 'n')).toBe('60');
  });

  it('lets everything else go on while the disk stands still', async () => {
    const storage = storageIn();
    await storage.set('queue', 'before', '1');
    // Somebody else has the database locked: whoever writes to it waits in the system, as for a slow disk.
    const other = new DatabaseSync(join(dir, 'plugins.db'));
    other.exec('BEGIN IMMEDIATE');
    let written = 0;
    const all = Promise.all(Array.from({ length: 100 }, (_, i) => storage.set('queue', `key ${i}`, '1').then(() => written++)));
    for (let turn = 0; turn < 1000; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBe(0);
    other.exec('COMMIT');
    other.close();
    await all;
    expect(written).toBe(100);
  });

  it('says which folder it cannot use, and tries anew the next time', async () => {
    writeFileSync(join(dir, 'file'), '');
    const storage = storageIn(join(dir, 'file', 'data'));
    await expect(storage.open()).rejects.toThrow(/database of the plugins in .*file.data cannot be opened/);
    await expect(storage.get('a', 'b')).rejects.toThrow('cannot be opened');
    rmSync(join(dir, 'file'));
    await storage.set('a', 'b', '1');
    expect(await storage.get('a', 'b')).toBe('1');
  });

  it('leaves a database of a newer form alone', async () => {
    const file = await filled();
    const bytes = readFileSync(file);
    bytes.writeUInt32BE(99, 60);
    writeFileSync(file, bytes);
    await expect(storageIn().open()).rejects.toThrow('written by a newer voxgraph (form 99)');
    expect(readdirSync(dir).filter((name) => name.includes('damaged'))).toEqual([]);
  });

  it.each([
    ['no database at all', (file: string) => writeFileSync(file, 'this is my shopping list')],
    ['empty', (file: string) => truncateSync(file, 0)],
    ['cut short', (file: string) => truncateSync(file, 20_000)],
    [
      'overwritten in its middle',
      (file: string) => {
        const handle = openSync(file, 'r+');
        writeSync(handle, Buffer.alloc(8192, 7), 0, 8192, 8192);
        closeSync(handle);
      },
    ],
  ])('sets a database aside that is %s, tells it, and begins anew', async (_, damage) => {
    const file = await filled();
    damage(file);
    const damaged = readFileSync(file);
    const [one, other] = [storageIn(), storageIn()];
    await Promise.all([one.open(), other.open()]);
    expect(problems.map(({ code }) => code)).toEqual(['STORAGE_DAMAGED']);
    expect(problems[0]!.message).toContain(join(dir, 'plugins.damaged-1.db'));
    expect(readFileSync(join(dir, 'plugins.damaged-1.db')).equals(damaged)).toBe(true);
    await one.set('queue', 'key', '1');
    expect(await other.get('queue', 'key')).toBe('1');
    expect(await one.list('queue', '')).toEqual(['key']);
  });

  it('never overwrites what was set aside before', async () => {
    for (let time = 1; time <= 2; time++) {
      writeFileSync(join(dir, 'plugins.db'), `damage ${time}`);
      const storage = storageIn();
      await storage.open();
      await storage.close();
    }
    expect(readFileSync(join(dir, 'plugins.damaged-1.db'), 'utf8')).toBe('damage 1');
    expect(readFileSync(join(dir, 'plugins.damaged-2.db'), 'utf8')).toBe('damage 2');
  });

  it('rejects what a folder cannot take, and goes on', async () => {
    const storage = storageIn();
    await storage.set('queue', 'before', '1');
    mkdirSync(join(dir, 'plugins.damaged-1.db'));
    const results = await Promise.allSettled([
      storage.set('queue', 'good', '1'),
      storage.set('queue', 'bad', null as unknown as string),
      storage.set('queue', 'fine', '2'),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await storage.list('queue', '')).toEqual(['before', 'fine', 'good']);
  });

  it('says nothing on the terminal, and keeps no process that is done', () => {
    const program = `
      import { registerHooks } from 'node:module';
      registerHooks({ resolve: (s, c, next) => { try { return next(s, c); } catch { return next(s.replace(/\\.js$/, '.ts'), c); } } });
      const { sqliteStorage } = await import(${JSON.stringify(new URL('../../../src/plugins/sqlite/sqlite-storage.ts', import.meta.url).href)});
      const storage = sqliteStorage({ dir: ${JSON.stringify(dir)} });
      await storage.set('a', 'b', '1');
      console.log(await storage.get('a', 'b'));`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      timeout: 15_000,
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '1\n', stderr: '' });
  });
});
