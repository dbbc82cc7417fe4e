/**
 * The smallest of the last `window` values, in constant time for each on average: a queue that holds only values that may yet become
 * the smallest (D. Lemire, "Streaming Maximum-Minimum Filter Using No More than Three Comparisons per Element", 2006). Before
 * the first value all are 1.
 */
export class SlidingMinimum {
  readonly #window: number;
  readonly #values: Float64Array;
  readonly #ends: Float64Array;
  readonly #mask: number;
  #head = 0;
  #tail = 0;
  #now = 0;

  /** @param window how many values it looks at, at least 1. */
  constructor(window: number) {
    this.#window = window;
    const size = 2 ** Math.ceil(Math.log2(window + 1));
    this.#values = new Float64Array(size);
    this.#ends = new Float64Array(size);
    this.#mask = size - 1;
  }

  /** Replaces each of the first `count` values, which are at most 1, by the smallest of those up to it. */
  run(values: Float64Array, count: number): void {
    const mask = this.#mask;
    const held = this.#values;
    const ends = this.#ends;
    const window = this.#window;
    let head = this.#head;
    let tail = this.#tail;
    let now = this.#now;
    for (let i = 0; i < count; i++, now++) {
      const value = values[i]!;
      if (head !== tail && ends[head & mask] === now) head++;
      // A value of 1 is what is assumed where nothing is held.
      if (value < 1 || head !== tail) {
        while (head !== tail && held[(tail - 1) & mask]! >= value) tail--;
        held[tail & mask] = value;
        ends[tail & mask] = now + window;
        tail++;
      }
      if (head !== tail) values[i] = held[head & mask]!;
    }
    this.#head = head;
    this.#tail = tail;
    this.#now = now;
  }

  /** Forgets everything. */
  clear(): void {
    this.#head = 0;
    this.#tail = 0;
    this.#now = 0;
  }
}
