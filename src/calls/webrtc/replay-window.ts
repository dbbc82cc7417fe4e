/** How many packets behind the newest one are still accepted (RFC 3711, 3.3.2 asks for at least 64). */
export const REPLAY_WINDOW_PACKETS = 128;

/**
 * The replay protection of RFC 3711, 3.3.2: remembers which of the last 128 packet indices were accepted. An index is at
 * most 48 bits, so it is exact as a number; each slot holds the index that was last accepted there.
 */
export class ReplayWindow {
  #newest = -1;
  readonly #seen = new Float64Array(REPLAY_WINDOW_PACKETS).fill(-1);

  /** The newest accepted index, −1 before any. */
  get newest(): number {
    return this.#newest;
  }

  /** What a packet of this index is. Ask before decrypting; nothing is remembered yet. */
  check(index: number): 'new' | 'duplicate' | 'too-old' {
    if (index > this.#newest) return 'new';
    if (index <= this.#newest - REPLAY_WINDOW_PACKETS) return 'too-old';
    return this.#seen[index % REPLAY_WINDOW_PACKETS] === index ? 'duplicate' : 'new';
  }

  /** Remembers an index; call it only when the packet was authentic. */
  accept(index: number): void {
    this.#seen[index % REPLAY_WINDOW_PACKETS] = index;
    if (index > this.#newest) this.#newest = index;
  }
}
