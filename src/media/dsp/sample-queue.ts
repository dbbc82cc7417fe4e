/** What a full queue does with more: forgets its oldest samples, or does not take the newest. */
export type SampleOverflow = 'drop-oldest' | 'drop-newest';

/** Samples of one or two channels between a writer and a reader with paces of their own, in a ring of fixed size. */
export class SampleQueue {
  readonly #planes: Float32Array[];
  readonly #overflow: SampleOverflow;
  #first = 0;
  #count = 0;

  /** @param channels planes. @param capacity samples of each. @param overflow what happens when there are more. */
  constructor(channels: number, capacity: number, overflow: SampleOverflow = 'drop-oldest') {
    this.#planes = Array.from({ length: channels }, () => new Float32Array(capacity));
    this.#overflow = overflow;
  }

  /** Samples that wait. */
  get length(): number {
    return this.#count;
  }

  /** Samples it holds at most. */
  get capacity(): number {
    return this.#planes[0]!.length;
  }

  /** Adds samples; returns how many were dropped, old or new. */
  write(planes: readonly Float32Array[], count: number): number {
    const { capacity } = this;
    let from = 0;
    let take = count;
    let dropped = Math.max(0, this.#count + count - capacity);
    if (this.#overflow === 'drop-newest') take = count - dropped;
    else {
      from = Math.max(0, count - capacity);
      take = count - from;
      const old = dropped - from;
      this.#first = (this.#first + old) % capacity;
      this.#count -= old;
    }
    const at = (this.#first + this.#count) % capacity;
    const head = Math.min(take, capacity - at);
    for (let c = 0; c < this.#planes.length; c++) {
      const source = planes[c] ?? planes[0]!;
      this.#planes[c]!.set(source.subarray(from, from + head), at);
      this.#planes[c]!.set(source.subarray(from + head, from + take), 0);
    }
    this.#count += take;
    return dropped;
  }

  /** Takes up to `count` samples into planes; returns how many. */
  read(planes: readonly Float32Array[], count: number): number {
    const { capacity } = this;
    const take = Math.min(count, this.#count);
    const head = Math.min(take, capacity - this.#first);
    for (let c = 0; c < planes.length; c++) {
      const source = this.#planes[c] ?? this.#planes[0]!;
      planes[c]!.set(source.subarray(this.#first, this.#first + head), 0);
      planes[c]!.set(source.subarray(0, take - head), head);
    }
    this.#first = (this.#first + take) % capacity;
    this.#count -= take;
    return take;
  }

  /** Drops everything. */
  clear(): void {
    this.#first = 0;
    this.#count = 0;
  }
}
