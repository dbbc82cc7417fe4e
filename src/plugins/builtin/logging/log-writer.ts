import type { Scheduler } from '../../../time/scheduler.js';
import type { LogSink } from './log-file.js';

/** After a failure the next try comes so much later. */
const RETRY_MS = 1000;

/** Takes lines at once and writes them when it can, in order. What is too much is dropped and counted. */
export class LogWriter {
  readonly #sink: LogSink;
  readonly #maxPending: number;
  readonly #scheduler: Scheduler;
  readonly #failed: (error: unknown) => void;
  readonly #waiting: string[] = [];
  #pending = 0;
  #dropped = 0;
  #running: Promise<void> | undefined;
  #retrying = false;
  #closed = false;

  /**
   * @param maxPending characters that may wait.
   * @param failed told of each failure to write.
   */
  constructor(sink: LogSink, maxPending: number, scheduler: Scheduler, failed: (error: unknown) => void) {
    this.#sink = sink;
    this.#maxPending = maxPending;
    this.#scheduler = scheduler;
    this.#failed = failed;
  }

  /** Takes a line; never waits. */
  add(line: string, droppedLine: (count: number) => string): void {
    if (this.#closed) return;
    if (this.#pending + line.length > this.#maxPending) {
      this.#dropped++;
      return;
    }
    if (this.#dropped > 0) {
      const told = droppedLine(this.#dropped);
      this.#dropped = 0;
      this.#push(told);
    }
    this.#push(line);
    if (!this.#retrying) this.#start();
  }

  /** Writes what waits, once, and closes. Idempotent. */
  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    const done = this.#close();
    if (this.#sink.endsSoon) this.#scheduler.hold(done);
    return done;
  }

  async #close(): Promise<void> {
    await this.#running;
    if (this.#waiting.length > 0) await this.#write();
    await this.#sink.close().catch(this.#failed);
  }

  #push(line: string): void {
    this.#waiting.push(line);
    this.#pending += line.length;
  }

  #start(): void {
    if (this.#running) return;
    this.#running = this.#write().finally(() => {
      this.#running = undefined;
      if (this.#waiting.length > 0 && !this.#retrying && !this.#closed) this.#start();
    });
    // Work that is done faster than it would be heard must not outrun a disk.
    if (this.#sink.endsSoon) this.#scheduler.hold(this.#running);
  }

  async #write(): Promise<void> {
    const count = this.#waiting.length;
    const text = this.#waiting.slice(0, count).join('');
    try {
      await this.#sink.write(text, () => this.#closed);
      this.#waiting.splice(0, count);
      this.#pending -= text.length;
    } catch (error) {
      this.#failed(error);
      if (this.#closed) return;
      this.#retrying = true;
      this.#scheduler.after(RETRY_MS, () => {
        this.#retrying = false;
        if (!this.#closed) this.#start();
      });
    }
  }
}
