import { buildTransportFeedback, type PacketArrival } from './transport-feedback.js';

/** Most numbers one feedback tells of; what is older is left out. */
const MOST_PACKETS = 1000;

/** When packets of a connection came: the receiving side of transport-wide congestion control. */
export class ArrivalLog {
  readonly #arrivals = new Map<number, number>();
  #highest = -1;
  #next = -1;
  #count = 0;

  /** Notes an arrival. @param sequence 16 bits, from the packet's header extension. */
  arrived(sequence: number, nowUs: number): void {
    const extended = this.#highest < 0 ? 65_536 + sequence : this.#highest + (((sequence - this.#highest) << 16) >> 16);
    if (this.#next < 0) this.#next = extended;
    // Already told as lost: told again from there.
    if (extended < this.#next && this.#next - extended < MOST_PACKETS) this.#next = extended;
    this.#highest = Math.max(this.#highest, extended);
    this.#arrivals.set(extended, nowUs);
  }

  /** The feedback that is due, or nothing when nothing came. */
  take(senderSsrc: number, mediaSsrc: number): Buffer | undefined {
    if (this.#arrivals.size === 0) return undefined;
    const from = Math.max(this.#next, this.#highest - MOST_PACKETS + 1);
    const packets: PacketArrival[] = [];
    for (let n = from; n <= this.#highest; n++) {
      const arrivalUs = this.#arrivals.get(n);
      if (packets.length > 0 || arrivalUs !== undefined) packets.push({ sequence: n & 0xffff, arrivalUs });
    }
    this.#arrivals.clear();
    this.#next = this.#highest + 1;
    return packets.length === 0 ? undefined : buildTransportFeedback(senderSsrc, mediaSsrc, this.#count++, packets);
  }
}
