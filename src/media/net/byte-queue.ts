/** Chunks of bytes that came, taken in pieces of any size. Bounded by whoever fills it. */
export class ByteQueue {
  readonly #chunks: Buffer[] = [];
  #length = 0;

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
    if (!first) return Buffer.alloc(0);
    if (first.length <= size) {
      this.#chunks.shift();
      this.#length -= first.length;
      return first;
    }
    this.#chunks[0] = first.subarray(size);
    this.#length -= size;
    return first.subarray(0, size);
  }

  /** Drops the first `count` bytes, or all when there are fewer. */
  skip(count: number): void {
    for (let left = count; left > 0 && this.#length > 0;) left -= this.take(left).length;
  }

  /** Drops everything. */
  clear(): void {
    this.#chunks.length = 0;
    this.#length = 0;
  }
}
