import { ByteQueue } from './byte-queue.js';

/** Bytes that come from the network on one side and are waited for on the other. */
export class ReadBuffer {
  readonly #queue = new ByteQueue();
  readonly #waiting = new Set<{ readonly bytes: number; readonly done: () => void }>();
  #over = false;

  /** Bytes that can be read at once. */
  get length(): number {
    return this.#queue.length;
  }

  /** True when nothing more will come. */
  get over(): boolean {
    return this.#over;
  }

  /** Adds what came. */
  push(chunk: Buffer): void {
    if (this.#over) return;
    this.#queue.push(chunk);
    this.#wake();
  }

  /** Nothing more comes; what waits can still be read. */
  end(): void {
    this.#over = true;
    this.#wake();
  }

  /** Drops everything; more will come. */
  restart(): void {
    this.#queue.clear();
    this.#over = false;
  }

  /** Goes back by so many bytes. False, with nothing changed, when they are no longer there. */
  rewind(count: number): boolean {
    return this.#queue.rewind(count);
  }

  /** Drops the first bytes. */
  skip(count: number): void {
    this.#queue.skip(count);
  }

  /** Up to `size` bytes, at once when there are some; null at the end. */
  read(size: number): Buffer | null | Promise<Buffer | null> {
    if (this.#queue.length > 0) return this.#queue.take(size);
    if (this.#over) return null;
    return this.ready(1).then(() => (this.#queue.length > 0 ? this.#queue.take(size) : null));
  }

  /** Resolves when so many bytes wait, or nothing more comes. */
  ready(bytes: number): Promise<void> {
    if (this.#over || this.#queue.length >= bytes) return Promise.resolve();
    return new Promise((done) => this.#waiting.add({ bytes, done }));
  }

  #wake(): void {
    for (const waiting of this.#waiting) {
      if (!this.#over && this.#queue.length < waiting.bytes) continue;
      this.#waiting.delete(waiting);
      waiting.done();
    }
  }
}
