// How late the beats of a graph are while plugins store nothing, while they store a lot on a disk that stands still again and again, and
// while the main thread writes the same itself.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DATA } from '../lib/machine.ts';
import { createEngine, createRealtimeScheduler, graphFromObject, sqliteStorage } from '../../dist/bundle/index.js';

const [seconds = 5, rounds = 3] = process.argv.slice(2).map(Number);
/** In each 20 ms so many values are stored: 1,000 a second, 2 MB. */
const BURST = 20;
const VALUE = JSON.stringify('x'.repeat(2000));
const SCHEMA =
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; CREATE TABLE IF NOT EXISTS t (k TEXT PRIMARY KEY, v TEXT)';

mkdirSync(DATA, { recursive: true });
const folder = mkdtempSync(join(DATA, 'storage-'));
const storage = sqliteStorage({ dir: folder });
const scheduler = createRealtimeScheduler();
const engine = createEngine({ scheduler, storage });
const plan = graphFromObject(
  {
    version: 1,
    nodes: {
      tone: { type: 'source.tone' },
      gain: { type: 'effect.gain', in: { audio: 'tone' }, options: { gainDb: -3 } },
      opus: { type: 'encode.opus', in: { audio: 'gain' } },
      call: { type: 'sink.call', in: { audio: 'opus' } },
    },
  },
  { registry: engine.registry },
);

/** A disk that nobody can write to for 30 of each 60 ms: somebody else has the database locked. */
function standsStill(file: string): Worker {
  const code = `
    const { DatabaseSync } = require('node:sqlite');
    const db = new DatabaseSync(${JSON.stringify(file)}, { timeout: 5000 });
    const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    for (;;) {
      try { db.exec('BEGIN IMMEDIATE'); wait(30); db.exec('COMMIT'); } catch {}
      wait(30);
    }`;
  return new Worker(code, { eval: true });
}

type Write = () => () => Promise<number>;

/** Stores a burst each 20 ms, whether or not the one before is there. Resolves at its end with how many values were acknowledged. */
const byThread: Write = () => {
  const disk = standsStill(join(folder, 'plugins.db'));
  const open = new Set<Promise<void>>();
  let written = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < BURST; i++) {
      const one = storage.set('bench', `key-${i}`, VALUE).then(() => {
        written++;
        open.delete(one);
      });
      open.add(one);
    }
  }, 20);
  return async () => {
    clearInterval(timer);
    await disk.terminate();
    await Promise.all(open);
    return written;
  };
};

/** The same, where the beats are. */
const byMainThread: Write = () => {
  const db = new DatabaseSync(join(folder, 'main.db'));
  db.exec(SCHEMA);
  const disk = standsStill(join(folder, 'main.db'));
  const put = db.prepare('INSERT INTO t VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v');
  let written = 0;
  const timer = setInterval(() => {
    db.exec('BEGIN IMMEDIATE');
    for (let i = 0; i < BURST; i++) put.run(`key-${i}`, VALUE);
    db.exec('COMMIT');
    written += BURST;
  }, 20);
  return async () => {
    clearInterval(timer);
    await disk.terminate();
    db.close();
    return written;
  };
};

const nothing: Write = () => async () => 0;

async function beats(write: Write) {
  const session = await engine.run(plan, { call: 'room:bench' });
  const end = write();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const { stats } = await session.stats();
  const written = await end();
  await session.stop();
  await session.ended;
  const { lateness, ticks, skipped } = stats.beat!;
  return { p50Us: lateness.p50Us, p99Us: lateness.p99Us, maxUs: lateness.maxUs, ticks, skipped, writesPerSec: written / seconds };
}

const found: Record<'without' | 'byThread' | 'inMainThread', object[]> = { without: [], byThread: [], inMainThread: [] };
// The first opens the database, and is for the compiler.
await storage.set('bench', 'first', VALUE);
await beats(byThread);
for (let i = 0; i < rounds; i++) {
  found.without.push(await beats(nothing));
  found.byThread.push(await beats(byThread));
  found.inMainThread.push(await beats(byMainThread));
}
await engine.close();
scheduler.close();
rmSync(folder, { recursive: true, force: true });
console.log(JSON.stringify(found));
