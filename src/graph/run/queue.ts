import { copyAudioFrame, createAudioFrame, type AudioFrame } from '../../media/frame.js';
import type { Packet } from '../../media/packet.js';
import type { OverflowPolicy } from '../plan-types.js';

/** What a queue reports; exact. */
export interface QueueStats {
  /** Items waiting now. */
  readonly depth: number;
  /** The most it can hold. */
  readonly capacity: number;
  /** Items handed on so far. */
  readonly passed: number;
  /** Items lost to the overflow policy so far. */
  readonly dropped: number;
  /** How often the consumer found it empty. */
  readonly underruns: number;
}

/**
 * A bounded ring of owned items between two clock domains: what goes in is copied into memory that is reused for ever. Nothing
 * here allocates after the first round.
 */
export class BoundedQueue<T> {
  readonly #slots: (T | undefined)[];
  readonly #copy: (from: T, into: T | undefined) => T;
  readonly #policy: OverflowPolicy;
  readonly #drop: ((item: T) => void) | undefined;
  #head = 0;
  #depth = 0;
  #passed = 0;
  #dropped = 0;
  #underruns = 0;

  /**
   * @param capacity how many items it holds, at least 1.
   * @param policy what happens to one more; `block` makes {@link push} answer false and leave the queue as it is.
   * @param copy copies an item into a slot's old memory where there is some, and returns the copy.
   * @param drop told of each item that goes to waste.
   */
  constructor(capacity: number, policy: OverflowPolicy, copy: (from: T, into: T | undefined) => T, drop?: (item: T) => void) {
    if (!Number.isInteger(capacity) || capacity < 1)
      throw new RangeError(`a queue's capacity must be a whole number from 1, not ${capacity}`);
    this.#slots = new Array<T | undefined>(capacity).fill(undefined);
    this.#policy = policy;
    this.#copy = copy;
    this.#drop = drop;
  }

  /** How many items wait. */
  get depth(): number {
    return this.#depth;
  }

  /** True when {@link push} may refuse an item that is not lost by that. */
  get blocks(): boolean {
    return this.#policy === 'block';
  }

  /** Takes a copy of `item`. False when it was not taken (`drop-newest` counts it as dropped, `block` does not). */
  push(item: T): boolean {
    const capacity = this.#slots.length;
    if (this.#depth === capacity) {
      if (this.#policy === 'block') return false;
      this.#dropped++;
      if (this.#policy === 'drop-newest') return false;
      this.#drop?.(this.#slots[this.#head]!);
      this.#head = (this.#head + 1) % capacity;
      this.#depth--;
    }
    const at = (this.#head + this.#depth) % capacity;
    this.#slots[at] = this.#copy(item, this.#slots[at]);
    this.#depth++;
    return true;
  }

  /** The oldest item without taking it. */
  peek(): T | undefined {
    return this.#depth === 0 ? undefined : this.#slots[this.#head];
  }

  /** The oldest item, borrowed until the next push; undefined, and counted, when there is none. */
  pop(): T | undefined {
    if (this.#depth === 0) {
      this.#underruns++;
      return undefined;
    }
    const item = this.#slots[this.#head];
    this.#head = (this.#head + 1) % this.#slots.length;
    this.#depth--;
    this.#passed++;
    return item;
  }

  /** Figures so far. */
  stats(): QueueStats {
    return {
      depth: this.#depth,
      capacity: this.#slots.length,
      passed: this.#passed,
      dropped: this.#dropped,
      underruns: this.#underruns,
    };
  }
}

/** Copies an audio frame into a queue's slot. */
export function copyFrameInto(from: AudioFrame, into: AudioFrame | undefined): AudioFrame {
  return copyAudioFrame(from, into ?? createAudioFrame(from.planes.length));
}

/** Copies a packet into a queue's slot; its bytes get a larger buffer only when they must, a new view when their number changes. */
export function copyPacketInto(from: Packet, into: Packet | undefined): Packet {
  const bytes = bytesFor(from.data.length, into?.data);
  bytes.set(from.data);
  if (!into) return { ...from, data: bytes };
  Object.assign(into, from);
  // An optional field of the packet before must not live on.
  if (from.levelDbov === undefined) delete into.levelDbov;
  into.data = bytes;
  return into;
}

function bytesFor(length: number, old: Uint8Array | undefined): Uint8Array {
  if (old?.length === length) return old;
  if (old && old.buffer.byteLength >= length) return new Uint8Array(old.buffer, 0, length);
  return new Uint8Array(new ArrayBuffer(Math.max(512, length)), 0, length);
}
