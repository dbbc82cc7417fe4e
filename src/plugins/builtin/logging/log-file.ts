import { write } from 'node:fs';
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Scheduler } from '../../../time/scheduler.js';

/** Where lines go. */
export interface LogSink {
  /** True when a write needs nothing but a disk. */
  readonly endsSoon: boolean;
  /** Resolves when it is written; one that waits for a reader rejects once `closing` says so. */
  write(text: string, closing: () => boolean): Promise<void>;
  /** Resolves when it is closed. */
  close(): Promise<void>;
}

/** How long a full pipe is given, in milliseconds. */
const FULL_MS = 50;

/** A file that is renamed to `FILE.1`, `FILE.2` … when it has grown, and begun anew. */
export class RotatingFile implements LogSink {
  readonly endsSoon = true;
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #keep: number;
  #file: FileHandle | undefined;
  #size = 0;

  /** @param keep how many older files stay. */
  constructor(path: string, maxBytes: number, keep: number) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#keep = keep;
  }

  async write(text: string): Promise<void> {
    let rest = Buffer.from(text);
    while (rest.length > 0) {
      const file = await this.#open();
      const room = this.#maxBytes - this.#size;
      // A line is never in two files; one that is larger than a file has one of its own.
      const end = rest.length <= room ? rest.length : rest.lastIndexOf(0x0a, room - 1) + 1;
      if (end <= 0 && this.#size > 0) {
        await this.#rotate();
        continue;
      }
      const part = rest.subarray(0, end > 0 ? end : rest.indexOf(0x0a) + 1 || rest.length);
      await file.appendFile(part);
      this.#size += part.length;
      rest = rest.subarray(part.length);
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #open(): Promise<FileHandle> {
    if (this.#file) return this.#file;
    await mkdir(dirname(this.#path), { recursive: true });
    // What is in it may be meant for nobody else.
    this.#file = await open(this.#path, 'a', 0o600);
    this.#size = (await this.#file.stat()).size;
    return this.#file;
  }

  async #rotate(): Promise<void> {
    await this.close();
    if (this.#keep === 0) await rm(this.#path, { force: true });
    for (let n = this.#keep; n > 0; n--) {
      const from = n === 1 ? this.#path : `${this.#path}.${n - 1}`;
      if (await exists(from)) await rename(from, `${this.#path}.${n}`);
    }
  }
}

/** Standard error, written by the thread pool: a pipe that nobody reads must not stop the sound. */
export class StandardError implements LogSink {
  readonly endsSoon = false;
  readonly #scheduler: Scheduler;

  /** @param scheduler for the pauses while a pipe is full. */
  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  async write(text: string, closing: () => boolean): Promise<void> {
    let rest = Buffer.from(text);
    while (rest.length > 0) {
      try {
        const written = await new Promise<number>((resolve, reject) =>
          write(2, rest, 0, rest.length, null, (error, bytes) => (error ? reject(error) : resolve(bytes))),
        );
        rest = rest.subarray(written);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || closing()) throw error;
        await new Promise<void>((resume) => void this.#scheduler.after(FULL_MS, resume));
      }
    }
  }

  async close(): Promise<void> {}
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
