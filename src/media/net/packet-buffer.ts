/** Taken packets are let go of when there are so many. */
const MOST_TAKEN = 256;

/** Packets that come from the network on one side and are waited for, one by one, on the other. */
export class PacketBuffer {
  #packets: Buffer[] = [];
  #first = 0;
  #bytes = 0;
  #over = false;
  readonly #waiting = new Set<() => void>();

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a packet. */
  push(packet: Buffer): void {
    if (this.#over) return;
    this.#packets.push(packet);
    this.#bytes += packet.length;
    this.#wake();
  }

  /** Nothing more comes; what waits can still be taken. */
  end(): void {
    this.#over = true;
    this.#wake();
  }

  /** The next packet, at once when there is one; null at the end. */
  take(): Buffer | null | Promise<Buffer | null> {
    return this.#next() ?? (this.#over ? null : this.ready().then(() => this.#next() ?? null));
  }

  /** Resolves when a packet waits, or nothing more comes. */
  ready(): Promise<void> {
    if (this.#over || this.#first < this.#packets.length) return Promise.resolve();
    return new Promise((done) => this.#waiting.add(done));
  }

  #next(): Buffer | undefined {
    const packet = this.#packets[this.#first];
    if (!packet) return undefined;
    this.#bytes -= packet.length;
    if (++this.#first === this.#packets.length || this.#first === MOST_TAKEN) {
      this.#packets = this.#packets.slice(this.#first);
      this.#first = 0;
    }
    return packet;
  }

  #wake(): void {
    for (const done of this.#waiting) done();
    this.#waiting.clear();
  }
}
