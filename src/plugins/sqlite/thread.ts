/**
 * The thread that owns the database: waiting for the disk happens here, so that it never delays a tick.
 * @module
 */

/** The form of the database; a program that knows only a lower number must not touch it. */
export const DATABASE_VERSION = 1;

/** What the thread is asked, a list at a time: the operation of a storage backend with its arguments. */
export interface ThreadRequest {
  /** Comes back with the answer. */
  readonly id: number;
  /** `close` is the last. */
  readonly what: 'get' | 'set' | 'delete' | 'list' | 'swap' | 'close';
  /** As of the backend's method. */
  readonly args: readonly (string | undefined)[];
}

/** Why SQLite refused: its primary result code, and its sentence. */
export interface ThreadError {
  /** `SQLITE_FULL` is 13, and so on; 0 for what is no error of SQLite. */
  readonly code: number;
  /** For people. */
  readonly message: string;
}

/** One answer. */
export interface ThreadAnswer {
  /** Of the request. */
  readonly id: number;
  /** What the backend's method gives. */
  readonly value?: unknown;
  /** Instead of a value. */
  readonly error?: ThreadError;
}

/** What the thread says. */
export type ThreadMessage =
  /** The database is open. `aside`: what was there was damaged, and lies there now. */
  | { readonly opened: true; readonly aside?: string; readonly reason?: string }
  /** It could not be opened; the thread ends. */
  | { readonly failed: ThreadError }
  /** Answers to a batch, all of it on disk. */
  | { readonly answers: readonly ThreadAnswer[] };

/** What the thread begins with. */
export interface ThreadData {
  /** The database. */
  readonly file: string;
  /** How long it waits for another process, in milliseconds. */
  readonly busyMs: number;
}

// Source text and not a file: it must be found from dist/, from src/ under a test runner and inside a bundle.
export const THREAD = `'use strict';
const fs = require('node:fs');
const { parentPort, receiveMessageOnPort, workerData } = require('node:worker_threads');
const { DatabaseSync } = require('node:sqlite');

const { file, busyMs } = workerData;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;
const codeOf = (error) => (error && typeof error.errcode === 'number' ? error.errcode & 255 : 0);
const told = (error) => ({ code: codeOf(error), message: error && error.message ? error.message : String(error) });
const damage = (message) => Object.assign(new Error(message), { errcode: SQLITE_CORRUPT });

function connect(path) {
  const db = new DatabaseSync(path);
  try {
    db.exec('PRAGMA busy_timeout = ' + busyMs + '; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = 1');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

// Made aside and renamed, so that a database that is there is a whole one; one without a byte was damaged by somebody.
function create() {
  const fresh = file + '.new';
  for (const end of ['', '-wal', '-shm']) fs.rmSync(fresh + end, { force: true });
  fs.closeSync(fs.openSync(fresh, 'w', 0o600));
  const db = connect(fresh);
  try {
    db.exec(
      'CREATE TABLE entries (namespace TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (namespace, key)) STRICT, WITHOUT ROWID;' +
        'PRAGMA user_version = ${DATABASE_VERSION}',
    );
  } finally {
    db.close();
  }
  fs.renameSync(fresh, file);
}

function open() {
  if (!fs.existsSync(file)) create();
  if (fs.statSync(file).size === 0) throw damage('the file is empty');
  const db = connect(file);
  try {
    const check = db.prepare('PRAGMA quick_check(1)').get().quick_check;
    if (check !== 'ok') throw damage(check);
    const version = db.prepare('PRAGMA user_version').get().user_version;
    if (version > ${DATABASE_VERSION}) throw new Error('it was written by a newer voxgraph (form ' + version + ')');
    if (version !== ${DATABASE_VERSION}) throw damage('it is no database of voxgraph');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

// The log first: without its database it is only kept, but a new database must not take an old log for its own.
function setAside() {
  let aside;
  for (let n = 1; ; n++) {
    aside = file.replace(/(\\.db)?$/, '.damaged-' + n + '$1');
    if (!fs.existsSync(aside) && !fs.existsSync(aside + '-wal')) break;
  }
  for (const end of ['-wal', '-shm', '']) if (fs.existsSync(file + end)) fs.renameSync(file + end, aside + end);
  return aside;
}

// One process at a time opens: two that find the same damage must not set aside what the other has just made.
function openAlone() {
  fs.closeSync(fs.openSync(file + '.lock', 'a', 0o600));
  const guard = new DatabaseSync(file + '.lock');
  try {
    guard.exec('PRAGMA busy_timeout = ' + busyMs + '; BEGIN EXCLUSIVE');
    try {
      return { db: open() };
    } catch (error) {
      if (![SQLITE_CORRUPT, SQLITE_NOTADB].includes(codeOf(error))) throw error;
      const aside = setAside();
      return { db: open(), aside, reason: error.message };
    }
  } finally {
    guard.close();
  }
}

let db;
try {
  const opened = openAlone();
  db = opened.db;
  parentPort.postMessage({ opened: true, aside: opened.aside, reason: opened.reason });
} catch (error) {
  parentPort.postMessage({ failed: told(error) });
  parentPort.close();
}

function operations() {
  const get = db.prepare('SELECT text FROM entries WHERE namespace = ? AND key = ?');
  const set = db.prepare('INSERT INTO entries VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET text = excluded.text');
  const remove = db.prepare('DELETE FROM entries WHERE namespace = ? AND key = ?');
  const from = db.prepare('SELECT key FROM entries WHERE namespace = ? AND key >= ? ORDER BY key');
  const textOf = (namespace, key) => get.get(namespace, key)?.text;
  return {
    get: textOf,
    set: (namespace, key, text) => void set.run(namespace, key, text),
    delete: (namespace, key) => remove.run(namespace, key).changes > 0,
    list: (namespace, prefix) => {
      const keys = [];
      for (const { key } of from.iterate(namespace, prefix)) {
        if (!key.startsWith(prefix)) break;
        keys.push(key);
      }
      return keys;
    },
    swap: (namespace, key, expected, next) => {
      if (textOf(namespace, key) !== expected) return false;
      if (next === undefined) remove.run(namespace, key);
      else set.run(namespace, key, next);
      return true;
    },
  };
}

const WRITES = ['set', 'delete', 'swap'];

// All that came while the disk was busy becomes one commit: the disk is waited for once.
function together(batch, run) {
  const writes = batch.some(({ what }) => WRITES.includes(what));
  if (!writes) return batch.map(run);
  db.exec('BEGIN IMMEDIATE');
  try {
    const answers = batch.map(run);
    db.exec('COMMIT');
    return answers;
  } catch (error) {
    if (db.isTransaction ?? true) try { db.exec('ROLLBACK'); } catch {}
    throw error;
  }
}

if (db) {
  const ops = operations();
  const run = ({ id, what, args }) => ({ id, value: ops[what](...args) });
  const alone = (request) => {
    try {
      return together([request], run)[0];
    } catch (error) {
      return { id: request.id, error: told(error) };
    }
  };
  const serve = (batch) => {
    try {
      return together(batch, run);
    } catch (error) {
      return batch.length === 1 ? [{ id: batch[0].id, error: told(error) }] : batch.map(alone);
    }
  };
  parentPort.on('message', (first) => {
    const batch = [...first];
    for (let more; (more = receiveMessageOnPort(parentPort)); ) batch.push(...more.message);
    const closing = batch.find(({ what }) => what === 'close');
    const work = batch.filter(({ what }) => what !== 'close');
    const answers = work.length > 0 ? serve(work) : [];
    if (closing) {
      try { db.close(); } catch {}
      answers.push({ id: closing.id });
    }
    parentPort.postMessage({ answers });
    if (closing) parentPort.close();
  });
}
`;
