import { opusSilence } from '../../media/opus-silence.js';
import type { Packet } from '../../media/packet.js';

/** What a room hears of its graph: the packets, or silence of the same length while it is muted, so that nobody's player loses its place. */
export class OwnSound {
  readonly #silences = new Map<number, Uint8Array>();
  #muted = false;

  /** Mutes it or not; says whether that is new. */
  mute(muted: boolean): boolean {
    const changes = muted !== this.#muted;
    this.#muted = muted;
    return changes;
  }

  /** The packet that is heard instead of one of the graph. */
  sent(packet: Packet): Packet {
    if (!this.#muted) return packet;
    const { durationUs } = packet;
    let data = this.#silences.get(durationUs);
    if (!data) this.#silences.set(durationUs, (data = opusSilence(durationUs, 2)));
    return { ...packet, data, levelDbov: -127 };
  }
}
