import { BehaviorSubject } from 'rxjs';
import type { Packet } from '../../media/packet.js';

/** Somebody who hears the room. */
export interface MixListener {
  /** Who it is; a speaker of the same id must not hear himself. */
  readonly participantId: string;
  /** Takes one packet; its bytes are copied. */
  hear(packet: Packet): void;
}

interface Seat {
  readonly listener: MixListener;
  /** Presentation time up to which it has been given audio, microseconds. */
  untilUs: number;
}

/** A packet that begins this much before the end of what was heard, or less, overlaps it; more is another graph's clock. */
const OVERLAP_US = 120_000;
/** A personal mix that has stood still this long, while the common one went on, has ended; `encode.opus` rests for 400 ms. */
const STALE_US = 1_000_000;

/**
 * Decides who hears which packet. Everybody hears the common mix, but who speaks and listens at once hears a mix of his own without his own
 * voice, as soon as it flows. Changing over leaves no gap: the packet of the other mix that overlaps what was heard is left out.
 */
export class MixRouter {
  /** Those who need a mix of their own: the present set on subscribing, then each new one. */
  readonly personal$: BehaviorSubject<ReadonlySet<string>> = new BehaviorSubject<ReadonlySet<string>>(new Set());
  /** Common packets that nobody heard. */
  unheard = 0;
  /** When each personal mix that flows gave its last packet, microseconds of presentation time. */
  readonly #flows = new Map<string, number>();
  /** Copied on change, since every packet walks it. */
  #seats: readonly Seat[] = [];

  /** Brings listeners and speakers up to date. */
  update(listeners: readonly MixListener[], speakers: Iterable<string>): void {
    const before = new Map(this.#seats.map((seat) => [seat.listener, seat]));
    this.#seats = listeners.map((listener) => before.get(listener) ?? { listener, untilUs: -Infinity });
    const listening = new Set(listeners.map(({ participantId }) => participantId));
    const personal = new Set([...speakers].filter((id) => listening.has(id)));
    for (const id of [...this.#flows.keys()]) if (!personal.has(id)) this.#flows.delete(id);
    const present = this.personal$.value;
    const same = present.size === personal.size && [...personal].every((id) => present.has(id));
    if (!same) this.personal$.next(personal);
  }

  /** Gives a packet of the common mix, or of somebody's own, to whoever is to hear it. */
  send(packet: Packet, forParticipantId: string | undefined): void {
    if (forParticipantId !== undefined) {
      // The last packets of a mix that nobody needs any more.
      if (!this.personal$.value.has(forParticipantId)) return;
      this.#flows.set(forParticipantId, packet.ptsUs);
    }
    let heard = false;
    const seats = this.#seats;
    for (let i = 0; i < seats.length; i++) {
      const seat = seats[i]!;
      const id = seat.listener.participantId;
      if (forParticipantId === undefined ? this.#hasOwn(id, packet.ptsUs) : id !== forParticipantId) continue;
      heard = true;
      const overlapUs = seat.untilUs - packet.ptsUs;
      if (overlapUs > 0 && overlapUs <= OVERLAP_US) continue;
      seat.untilUs = packet.ptsUs + packet.durationUs;
      seat.listener.hear(packet);
    }
    if (!heard && forParticipantId === undefined) this.unheard++;
  }

  /** Whether a personal mix flows at this time. One that stands still, or is of a graph that has ended, does not. */
  #hasOwn(id: string, ptsUs: number): boolean {
    const lastUs = this.#flows.get(id);
    if (lastUs === undefined) return false;
    if (Math.abs(ptsUs - lastUs) <= STALE_US) return true;
    this.#flows.delete(id);
    return false;
  }
}
