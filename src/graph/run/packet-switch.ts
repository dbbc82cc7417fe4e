import type { Packet } from '../../media/packet.js';
import type { Beat, BeatSlot } from './domain.js';
import type { Consumer, Outlet } from './outlet.js';
import { copyPacketInto } from './queue.js';
import type { ChangeOver } from './wire-fade.js';

/** Two packets follow each other when the second begins within so many microseconds of the first one's end. */
const SEAM_US = 1000;

/** After so many ticks without a packet the old side rests (a packet lasts at most 60 ms), so that there is nothing to cut. */
const REST_TICKS = 4;

/**
 * Changes a wire of packets over between two packets: the old side's packets pass until one of the new side begins where the last
 * that passed has ended. No time is sent twice, and none is left out when both sides cut at the same places.
 */
export class PacketSwitch implements ChangeOver {
  readonly slot: BeatSlot;
  readonly fault = undefined;
  readonly #target: Consumer<Packet>;
  readonly #leave: () => void;
  readonly #leaveOld: () => void;
  readonly #leaveNew: () => void;
  #held: Packet | undefined;
  #memory: Packet | undefined;
  #endUs = -Infinity;
  #restsFor = 0;
  #side: 'old' | 'new' = 'old';
  #reverted = false;

  /** @param from what fed it, `to` what shall. */
  constructor(from: Outlet<Packet>, to: Outlet<Packet>, target: Consumer<Packet>, domain: Beat) {
    this.#target = target;
    this.#leaveOld = from.connect({ next: (packet) => this.#fromOld(packet), complete: () => (this.#restsFor = REST_TICKS) });
    this.#leaveNew = to.connect({ next: (packet) => this.#fromNew(packet), complete: () => {} });
    this.slot = { settle: { next: () => this.#settle() } };
    this.#leave = domain.add(this.slot);
  }

  get done(): boolean {
    return this.#reverted || this.#side === 'new';
  }

  revert(): void {
    this.#reverted = true;
    this.#side = 'old';
  }

  detach(): void {
    this.#leave();
    this.#leaveOld();
    this.#leaveNew();
  }

  #fromOld(packet: Packet): void {
    if (this.#side === 'new') return;
    this.#restsFor = 0;
    if (this.#reverted) return this.#pass(packet);
    this.#passHeld();
    // It waits for the end of the tick: the new side may have a packet for the same time.
    this.#memory = copyPacketInto(packet, this.#memory);
    this.#held = this.#memory;
  }

  #fromNew(packet: Packet): void {
    if (this.#reverted) return;
    if (this.#side === 'new') return this.#pass(packet);
    const held = this.#held;
    const startUs = held?.ptsUs ?? this.#endUs;
    const follows = held ? Math.abs(packet.ptsUs - startUs) <= SEAM_US : packet.ptsUs >= startUs - SEAM_US;
    const known = held !== undefined || this.#endUs > -Infinity || this.#restsFor >= REST_TICKS;
    if (!follows || !known) return;
    this.#held = undefined;
    this.#side = 'new';
    this.#pass(packet);
  }

  #settle(): void {
    this.#passHeld();
    if (this.#side === 'old' && !this.#reverted && ++this.#restsFor > REST_TICKS) this.#side = 'new';
  }

  #passHeld(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held) this.#pass(held);
  }

  #pass(packet: Packet): void {
    this.#endUs = packet.ptsUs + packet.durationUs;
    this.#target.next(packet);
  }
}
