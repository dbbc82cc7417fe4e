/** How many sent packets are kept for retransmission; a power of two. */
const MOST_PACKETS = 512;
const FIRST_BYTES = 8192;
/** What 512 datagrams of a usual path need. */
const MOST_BYTES = 1 << 20;

/**
 * The newest datagrams of one stream, one behind the other in one block of memory that is used again and again: packets that
 * live for ten seconds are what a garbage collector has most trouble with. It grows to what 512 packets need, one megabyte at most.
 */
export class SentPackets {
  #memory = Buffer.allocUnsafeSlow(FIRST_BYTES);
  readonly #starts = new Uint32Array(MOST_PACKETS);
  readonly #lengths = new Uint32Array(MOST_PACKETS);
  /** Number of the next packet, and how many before it are remembered. */
  #next = 0;
  #count = 0;
  #head = 0;

  /**
   * Memory for the next packet. It is written into again when the packet is forgotten.
   *
   * @param index of the packet: each one more than the last.
   */
  add(index: number, length: number): Buffer {
    if (index !== this.#next) this.#count = 0;
    else if (this.#count === MOST_PACKETS) this.#count--;
    let start = this.#place(length);
    while (start < 0) {
      if (this.#memory.length < MOST_BYTES || this.#count === 0) this.#grow(length);
      else this.#count--;
      start = this.#place(length);
    }
    const slot = index % MOST_PACKETS;
    this.#starts[slot] = start;
    this.#lengths[slot] = length;
    this.#head = start + length;
    this.#next = index + 1;
    this.#count++;
    return this.#memory.subarray(start, start + length);
  }

  /** A packet that is still remembered. */
  get(index: number): Buffer | undefined {
    if (index >= this.#next || index < this.#next - this.#count) return undefined;
    const slot = index % MOST_PACKETS;
    const start = this.#starts[slot]!;
    return this.#memory.subarray(start, start + this.#lengths[slot]!);
  }

  /** Where so many bytes are free, behind the last packet or at the beginning; −1: nowhere. */
  #place(length: number): number {
    const size = this.#memory.length;
    if (this.#count === 0) return length <= size ? 0 : -1;
    const head = this.#head;
    const oldest = this.#starts[(this.#next - this.#count) % MOST_PACKETS]!;
    if (head <= oldest) return head + length <= oldest ? head : -1;
    if (head + length <= size) return head;
    return length <= oldest ? 0 : -1;
  }

  #grow(length: number): void {
    const old = this.#memory;
    this.#memory = Buffer.allocUnsafeSlow(Math.max(old.length * 2, length));
    this.#head = 0;
    for (let index = this.#next - this.#count; index < this.#next; index++) {
      const slot = index % MOST_PACKETS;
      const start = this.#starts[slot]!;
      this.#starts[slot] = this.#head;
      this.#head += old.copy(this.#memory, this.#head, start, start + this.#lengths[slot]!);
    }
  }
}
