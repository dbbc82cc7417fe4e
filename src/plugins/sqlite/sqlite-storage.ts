import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { problem, reasonOf, voxError, type Problem } from '../../errors.js';
import type { StorageBackend } from '../storage.js';
import { THREAD, type ThreadData, type ThreadError, type ThreadMessage, type ThreadRequest } from './thread.js';

/** The database's name in the data folder. */
export const DATABASE_NAME = 'plugins.db';

/** How long another process is waited for. */
const BUSY_MS = 10_000;

/** What SQLite's result codes mean for people; others keep SQLite's own sentence. */
const MEANINGS: Readonly<Record<number, string>> = {
  5: 'another process has held the database for too long',
  8: 'the database may not be written',
  11: 'the database is damaged; it is set aside at the next start',
  13: 'the disk is full',
};

/** Where a database is, and who hears of it. */
export interface SqliteStorageOptions {
  /** The data folder; made if it is not there, for its owner only. */
  readonly dir: string;
  /** Hears `STORAGE_DAMAGED`: what was there was damaged and has been set aside. */
  readonly onProblem?: (problem: Problem) => void;
}

/** A {@link StorageBackend} in a file. */
export interface SqliteStorage extends StorageBackend {
  /**
   * Opens the database, which otherwise the first operation does.
   * @throws VoxError `STORAGE_UNAVAILABLE`.
   */
  open(): Promise<void>;
}

/**
 * Values in an SQLite database. What resolved is on disk and outlives a kill, and a loss of power as far as the disk tells the truth.
 * Several processes may use one folder. The disk is waited for in a thread, and everything asked meanwhile is written as one commit.
 */
export function sqliteStorage(options: SqliteStorageOptions): SqliteStorage {
  return new Sqlite(options);
}

interface Waiting {
  resolve(value: unknown): void;
  reject(reason: Error): void;
}

class Sqlite implements SqliteStorage {
  readonly #options: SqliteStorageOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #opened: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #outbox: ThreadRequest[] = [];
  #ids = 0;

  constructor(options: SqliteStorageOptions) {
    this.#options = options;
  }

  open(): Promise<void> {
    if (this.#closing) return Promise.reject(new Error('it is closed'));
    this.#opened ??= this.#start().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async get(namespace: string, key: string): Promise<string | undefined> {
    return (await this.#ask('get', namespace, key)) as string | undefined;
  }

  async set(namespace: string, key: string, text: string): Promise<void> {
    await this.#ask('set', namespace, key, text);
  }

  async delete(namespace: string, key: string): Promise<boolean> {
    return (await this.#ask('delete', namespace, key)) as boolean;
  }

  async list(namespace: string, prefix: string): Promise<string[]> {
    // SQLite sorts by code points.
    return ((await this.#ask('list', namespace, prefix)) as string[]).sort();
  }

  async swap(namespace: string, key: string, expected: string | undefined, next: string | undefined): Promise<boolean> {
    return (await this.#ask('swap', namespace, key, expected, next)) as boolean;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#opened?.catch(() => {});
    const worker = this.#worker;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    // Behind everything that was asked.
    void this.#post(worker, 'close', []).catch(() => {});
    await ended;
  }

  async #ask(what: ThreadRequest['what'], ...args: readonly (string | undefined)[]): Promise<unknown> {
    // Not `await` when it is open already: what is asked in one go must reach the thread in that order, and as one batch.
    if (!this.#worker || this.#closing) await this.open();
    return this.#post(this.#worker!, what, args);
  }

  #post(worker: Worker, what: ThreadRequest['what'], args: readonly (string | undefined)[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = ++this.#ids;
      this.#waiting.set(id, { resolve, reject });
      // What is asked in one go is one message: each costs this thread some microseconds.
      if (this.#outbox.push({ id, what, args }) > 1) return;
      queueMicrotask(() => {
        worker.ref();
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        worker.postMessage(this.#outbox);
        this.#outbox = [];
      });
    });
  }

  async #start(): Promise<void> {
    const { dir } = this.#options;
    try {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      const workerData: ThreadData = { file: join(dir, DATABASE_NAME), busyMs: BUSY_MS };
      const threads = process.getBuiltinModule('node:worker_threads');
      const worker = new threads.Worker(THREAD, {
        eval: true,
        workerData,
        // Without the process's own flags, and without the warning that SQLite in Node is new.
        execArgv: ['--disable-warning=ExperimentalWarning'],
        name: 'voxgraph-storage',
      });
      await this.#whenOpen(worker);
      this.#worker = worker;
      if (this.#waiting.size === 0) worker.unref();
    } catch (error) {
      throw voxError('STORAGE_UNAVAILABLE', { dir, reason: reasonOf(error) });
    }
  }

  #whenOpen(worker: Worker): Promise<void> {
    return new Promise((resolve, reject) => {
      worker.on('message', (message: ThreadMessage) => {
        if ('answers' in message) return this.#answered(worker, message.answers);
        if ('failed' in message) return reject(asError(message.failed));
        const { aside, reason = '' } = message;
        if (aside !== undefined) this.#options.onProblem?.(problem('STORAGE_DAMAGED', { aside, reason }));
        resolve();
      });
      const gone = (reason: Error) => {
        reject(reason);
        this.#lost(worker, reason);
      };
      worker.on('error', gone);
      worker.on('exit', () => gone(new Error('its thread ended')));
    });
  }

  #answered(worker: Worker, answers: Extract<ThreadMessage, { answers: unknown }>['answers']): void {
    for (const { id, value, error } of answers) {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(asError(error));
      else waiting?.resolve(value);
    }
    // Only what is under way keeps the process.
    if (this.#waiting.size === 0 && !this.#closing) worker.unref();
  }

  /** The next operation starts another thread. */
  #lost(worker: Worker, reason: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#opened = undefined;
    this.#outbox = [];
    for (const waiting of this.#waiting.values()) waiting.reject(reason);
    this.#waiting.clear();
  }
}

function asError({ code, message }: ThreadError): Error {
  return new Error(MEANINGS[code] ?? message);
}
