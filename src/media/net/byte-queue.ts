/** What was taken is kept for going back by so many bytes: FFmpeg looks at the beginning more than once. */
const HISTORY_BYTES = 128 * 1024;

/** Chunks of bytes that came, taken in pieces of any size. Bounded by whoever fills it. */
export class ByteQueue {
  readonly #chunks: Buffer[] = [];
  readonly #history: Buffer[] = [];
  #length = 0;
  #historyLength = 0;

  /** Bytes that wait. */
  get length(): number {
    return this.#length;
  }

  /** Adds a chunk, which is kept as it is. */
  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** Takes up to `size` of the first bytes: a view of one chunk, so possibly fewer than wait. Empty when nothing waits. */
  take(size: number): Buffer {
    const first = this.#chunks[0];
    if (!first || size <= 0) return Buffer.alloc(0);
    const taken = first.subarray(0, size);
    if (taken.length === first.length) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(size);
    this.#length -= taken.length;
    this.#remember(taken);
    return taken;
  }

  /** Drops the first `count` bytes, or all when there are fewer. */
  skip(count: number): void {
    for (let left = count; left > 0 && this.#length > 0;) left -= this.take(left).length;
  }

  /** Puts the last `count` bytes back that were taken. False, with nothing changed, when they are no longer there. */
  rewind(count: number): boolean {
    if (count > this.#historyLength) return false;
    for (let left = count; left > 0;) {
      const last = this.#history.pop()!;
      const back = last.subarray(Math.max(0, last.length - left));
      if (back.length < last.length) this.#history.push(last.subarray(0, last.length - back.length));
      this.#chunks.unshift(back);
      left -= back.length;
    }
    this.#historyLength -= count;
    this.#length += count;
    return true;
  }

  /** Drops everything. */
  clear(): void {
    this.#chunks.length = 0;
    this.#history.length = 0;
    this.#length = 0;
    this.#historyLength = 0;
  }

  #remember(taken: Buffer): void {
    this.#history.push(taken);
    this.#historyLength += taken.length;
    while (this.#historyLength - (this.#history[0]?.length ?? 0) >= HISTORY_BYTES)
      this.#historyLength -= this.#history.shift()!.length;
  }
}
