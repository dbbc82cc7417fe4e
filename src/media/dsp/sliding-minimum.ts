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

  /** Takes a value of at most 1 and gives the smallest. */
  next(value: number): number {
    const mask = this.#mask;
    const now = this.#now++;
    if (this.#head !== this.#tail && this.#ends[this.#head & mask] === now) this.#head++;
    // A value of 1 is what is assumed where nothing is held.
    if (value < 1 || this.#head !== this.#tail) {
      while (this.#head !== this.#tail && this.#values[(this.#tail - 1) & mask]! >= value) this.#tail--;
      this.#values[this.#tail & mask] = value;
      this.#ends[this.#tail & mask] = now + this.#window;
      this.#tail++;
    }
    return this.#head === this.#tail ? 1 : this.#values[this.#head & mask]!;
  }

  /** Forgets everything. */
  clear(): void {
    this.#head = 0;
    this.#tail = 0;
    this.#now = 0;
  }
}
