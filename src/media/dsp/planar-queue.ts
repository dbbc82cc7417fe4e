/**
 * A first-in, first-out store of planar samples that grows as needed and keeps its memory: between producers and consumers that work
 * in blocks of different lengths.
 */
export class PlanarQueue {
  #planes: Float32Array[];
  #capacity: number;
  #from = 0;
  #length = 0;

  /**
   * @param channels planes in and out.
   * @param capacity samples it holds before it first grows.
   */
  constructor(channels: number, capacity = 8192) {
    this.#capacity = capacity;
    this.#planes = Array.from({ length: channels }, () => new Float32Array(capacity));
  }

  /** Samples waiting. */
  get length(): number {
    return this.#length;
  }

  /** The planes that hold the waiting samples, from {@link start} on. Valid until something is put in. */
  get planes(): readonly Float32Array[] {
    return this.#planes;
  }

  /** Index of the first waiting sample in {@link planes}. */
  get start(): number {
    return this.#from;
  }

  /** Puts in `count` samples from index `from` of `source`; a single plane feeds every channel. */
  push(source: readonly Float32Array[], from: number, count: number): void {
    const at = this.#reserve(count);
    this.#planes.forEach((plane, c) => {
      const input = source[c] ?? source[0]!;
      plane.set(from === 0 && count === input.length ? input : input.subarray(from, from + count), at);
    });
  }

  /** Puts in `count` zeros. */
  pushSilence(count: number): void {
    const at = this.#reserve(count);
    for (const plane of this.#planes) plane.fill(0, at, at + count);
  }

  /** Moves at most `count` samples to index `to` of `target`; returns how many there were. */
  pull(target: readonly Float32Array[], to: number, count: number): number {
    const got = Math.min(count, this.#length);
    this.#planes.forEach((plane, c) => target[c]?.set(plane.subarray(this.#from, this.#from + got), to));
    this.drop(got);
    return got;
  }

  /** Forgets the first `count` samples. */
  drop(count: number): void {
    const gone = Math.min(count, this.#length);
    this.#length -= gone;
    this.#from = this.#length === 0 ? 0 : this.#from + gone;
  }

  /** Forgets everything. */
  clear(): void {
    this.drop(this.#length);
  }

  /** Makes room for `count` more; returns where they go. */
  #reserve(count: number): number {
    const wanted = this.#length + count;
    if (this.#from + wanted > this.#capacity) {
      const begin = this.#from;
      const end = begin + this.#length;
      // Moving costs as much as has waited, so it happens only when as much has been taken.
      if (wanted > this.#capacity || begin < this.#length) {
        this.#capacity = Math.max(this.#capacity, wanted) * 2;
        this.#planes = this.#planes.map((plane) => {
          const larger = new Float32Array(this.#capacity);
          larger.set(plane.subarray(begin, end));
          return larger;
        });
      } else for (const plane of this.#planes) plane.copyWithin(0, begin, end);
      this.#from = 0;
    }
    const at = this.#from + this.#length;
    this.#length += count;
    return at;
  }
}
