import type { Packet } from '../../media/packet.js';
import type { Beat, BeatSlot } from './domain.js';
import type { Consumer, Outlet } from './outlet.js';
import { copyPacketInto } from './queue.js';
import type { ChangeOver } from './wire-fade.js';

/** Two packets are of the same picture when their times differ by no more than this, in microseconds. */
const SAME_US = 1000;

/** The old side's pictures are held back so long, in ticks: encoders work beside the beat, and the new one may be slower. */
const HOLD_TICKS = 6;

/** After so many ticks without a packet the old side has none any more. */
const REST_TICKS = 50;

/**
 * Changes a wire of encoded pictures over at a key frame of the new side: whoever decodes them can begin nowhere else. Until then the old
 * side's are given, a little late, so that no picture is given twice and none left out.
 */
export class PictureSwitch implements ChangeOver {
  readonly slot: BeatSlot;
  readonly fault = undefined;
  readonly #target: Consumer<Packet>;
  readonly #domain: Beat;
  readonly #leaves: readonly (() => void)[];
  #held: { readonly packet: Packet; readonly tick: number }[] = [];
  #lastUs = -Infinity;
  #restsFor = 0;
  #side: 'old' | 'new' = 'old';
  #reverted = false;

  /** @param from what fed it, `to` what shall. */
  constructor(from: Outlet<Packet>, to: Outlet<Packet>, target: Consumer<Packet>, domain: Beat) {
    this.#target = target;
    this.#domain = domain;
    this.slot = { settle: { next: () => this.#settle() } };
    this.#leaves = [
      from.connect({ next: (packet) => this.#fromOld(packet), complete: () => (this.#restsFor = REST_TICKS) }),
      to.connect({ next: (packet) => this.#fromNew(packet), complete: () => {} }),
      domain.add(this.slot),
    ];
  }

  get done(): boolean {
    return this.#reverted || this.#side === 'new';
  }

  revert(): void {
    this.#reverted = true;
    this.#side = 'old';
    this.#passOlderThan(Infinity);
  }

  detach(): void {
    for (const leave of this.#leaves) leave();
    if (this.#side === 'old') this.#passOlderThan(Infinity);
  }

  #fromOld(packet: Packet): void {
    if (this.#side === 'new') return;
    this.#restsFor = 0;
    if (this.#reverted) return this.#pass(packet);
    this.#held.push({ packet: copyPacketInto(packet, undefined), tick: this.#domain.tick.index });
  }

  #fromNew(packet: Packet): void {
    if (this.#reverted) return;
    if (this.#side === 'new') return this.#pass(packet);
    if (!packet.key || packet.ptsUs <= this.#lastUs + SAME_US) return;
    this.#passOlderThan(packet.ptsUs - SAME_US);
    this.#held = [];
    this.#side = 'new';
    this.#pass(packet);
  }

  #settle(): void {
    if (this.#side === 'new' || this.#reverted) return;
    const { index } = this.#domain.tick;
    while (this.#held[0] && index - this.#held[0].tick >= HOLD_TICKS) this.#pass(this.#held.shift()!.packet);
    // Nothing comes from where it came, and nothing may for long: the consumer sees what is there.
    if (++this.#restsFor > REST_TICKS) this.#side = 'new';
  }

  #passOlderThan(ptsUs: number): void {
    while (this.#held[0] && this.#held[0].packet.ptsUs < ptsUs) this.#pass(this.#held.shift()!.packet);
  }

  #pass(packet: Packet): void {
    this.#lastUs = packet.ptsUs;
    this.#target.next(packet);
  }
}
