import { copyFrameInto, copyPacketInto } from '../../graph/run/queue.js';
import type { PortKind } from '../../graph/ports.js';
import type { AudioFrame } from '../../media/frame.js';
import type { Packet } from '../../media/packet.js';

/** Beats that are kept for readers that beat later than the first: as many as run in one burst, and some. */
const KEPT_BEATS = 8;

/** Takes what is read. Must not throw. */
export type Deliver = (item: unknown) => void;

/** What left in one beat, in memory that is used again. */
interface Slot {
  beat: number;
  count: number;
  readonly items: unknown[];
}

/**
 * An output of a shared node. Whoever makes it beat gets what leaves at once and as it is; for the others it is copied, and they read it on
 * beats of their own.
 */
export class SharedOutlet {
  /** How many read it. */
  readers = 0;
  /** The last beat there is; infinite as long as it goes on. */
  lastBeat = Infinity;
  readonly #slots: readonly Slot[] = Array.from({ length: KEPT_BEATS }, () => ({ beat: -1, count: 0, items: [] }));
  readonly #kind: PortKind;
  #beat = -1;
  #direct: Deliver | undefined;
  #left = false;

  /** @param kind what flows. */
  constructor(kind: PortKind) {
    this.#kind = kind;
  }

  /** A beat begins. @param direct gets what leaves in it at once. */
  begin(beat: number, direct: Deliver | undefined): void {
    this.#beat = beat;
    this.#left = false;
    this.#direct = direct;
    const slot = this.#slots[beat % KEPT_BEATS]!;
    slot.count = 0;
    // Without other readers nothing is kept, and the beat is not there for one that comes later.
    slot.beat = this.#keeps ? beat : -1;
  }

  /** The beat is over. */
  end(): void {
    this.#direct = undefined;
  }

  /** Something leaves. Borrowed. */
  push(item: unknown): void {
    this.#left = true;
    if (this.#keeps) {
      const slot = this.#slots[Math.max(0, this.#beat) % KEPT_BEATS]!;
      slot.items[slot.count] = this.#copy(item, slot.items[slot.count]);
      slot.count++;
    }
    this.#direct?.(item);
  }

  /** Nothing more leaves. */
  complete(): void {
    if (this.lastBeat === Infinity) this.lastBeat = this.#left ? this.#beat : this.#beat - 1;
  }

  /** Hands over what left in an earlier beat. @returns false when that is not kept any more, or never was. */
  replay(beat: number, deliver: Deliver): boolean {
    const slot = this.#slots[beat % KEPT_BEATS]!;
    if (slot.beat !== beat) return false;
    for (let i = 0; i < slot.count; i++) deliver(slot.items[i]);
    return true;
  }

  get #keeps(): boolean {
    return this.readers > (this.#direct ? 1 : 0);
  }

  #copy(item: unknown, into: unknown): unknown {
    if (this.#kind === 'audio') return copyFrameInto(item as AudioFrame, into as AudioFrame | undefined);
    if (this.#kind === 'packets') return copyPacketInto(item as Packet, into as Packet | undefined);
    return item;
  }
}
