/** So many of the last packets are remembered; a power of two, and more than a second of any rate here. */
const REMEMBERED = 8192;

/** When the last packets of a connection were sent, by their transport-wide number. */
export class SentPackets {
  readonly #sentUs = new Float64Array(REMEMBERED);
  readonly #bytes = new Uint16Array(REMEMBERED);
  /** The number in each place, plus one; 0: nothing is known of it. */
  readonly #sequences = new Uint32Array(REMEMBERED);
  readonly #found = { sentUs: 0, bytes: 0 };

  /** Notes a packet. */
  note(sequence: number, bytes: number, nowUs: number): void {
    const place = sequence % REMEMBERED;
    this.#sequences[place] = (sequence & 0xffff) + 1;
    this.#sentUs[place] = nowUs;
    this.#bytes[place] = bytes;
  }

  /**
   * What is known of a packet; the same object each time. Undefined: nothing.
   *
   * @param settled its fate is known for good; of one that is lost so far, another report may tell that it came.
   */
  take(sequence: number, settled: boolean): { readonly sentUs: number; readonly bytes: number } | undefined {
    const place = sequence % REMEMBERED;
    if (this.#sequences[place] !== (sequence & 0xffff) + 1) return undefined;
    if (settled) this.#sequences[place] = 0;
    this.#found.sentUs = this.#sentUs[place]!;
    this.#found.bytes = this.#bytes[place]!;
    return this.#found;
  }
}
