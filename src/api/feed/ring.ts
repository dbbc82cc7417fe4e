/** A fact as the feed sends it. */
export interface RingEntry {
  /** Its number. */
  readonly seq: number;
  /** The message. */
  readonly message: Buffer;
  /** Whether it is for everybody. */
  readonly forAll: boolean;
}

/** The last facts, bounded in number and size: who was away for a moment goes on where he was. */
export class FeedRing {
  readonly #entries: RingEntry[] = [];
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  #bytes = 0;
  #last: number;
  #first: number;

  /** @param seq the number of the fact before the first. */
  constructor(seq: number, { maxEntries = 2000, maxBytes = 4 * 1024 * 1024 } = {}) {
    this.#last = seq;
    this.#first = seq + 1;
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
  }

  /** The number of the newest fact. */
  get last(): number {
    return this.#last;
  }

  /** Bytes that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** One more. */
  add(entry: RingEntry): void {
    this.#entries.push(entry);
    this.#bytes += entry.message.length;
    this.#last = entry.seq;
    while (this.#entries.length > this.#maxEntries || (this.#bytes > this.#maxBytes && this.#entries.length > 0)) {
      const gone = this.#entries.shift()!;
      this.#bytes -= gone.message.length;
      this.#first = gone.seq + 1;
    }
  }

  /** Those behind number `after`; undefined when some of them are gone, or when there never was such a number. */
  behind(after: number): readonly RingEntry[] | undefined {
    if (after > this.#last || after < this.#first - 1) return undefined;
    return this.#entries.filter(({ seq }) => seq > after);
  }
}
