import type { PictureColors } from '../../../media/packet.js';
import type { VideoPart } from './payload.js';

/** One packet of a video, as far as its frames are concerned. */
export interface FramePacket {
  /** Extended sequence number. */
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly codec: 'vp8' | 'h264';
  /** Undefined: padding, which belongs to no frame. */
  readonly part: VideoPart | undefined;
  /** How the colours from this frame on are coded, if it says so. */
  readonly colors?: PictureColors | undefined;
}

/** A frame whose packets have all come. */
export interface WholeFrame {
  readonly timestamp: number;
  readonly codec: 'vp8' | 'h264';
  readonly key: boolean;
  readonly data: Buffer;
  readonly colors: PictureColors | undefined;
}

/** So many packets are kept at most; a power of two. At 2 Mbit/s they are four seconds. */
const PLACES = 1024;
/** A frame of more packets is none. */
const MOST_IN_FRAME = 512;

/**
 * Puts the packets of a video in order and together to frames. Frames come out in the order of decoding and none is left out, but for a jump
 * to a key frame where what is missing does not come any more.
 */
export class FrameBuffer {
  readonly #places = new Array<FramePacket | undefined>(PLACES).fill(undefined);
  readonly #onFrame: (frame: WholeFrame) => void;
  /** The next packet that is needed; −1: nothing can be decoded before a key frame. */
  #next = -1;
  #highest = -1;
  /** Everything from the next one up to this one is there. */
  #whole = -1;
  /** What is older than this is not waited for. */
  #from = -1;

  /** @param onFrame gets each frame, in order. */
  constructor(onFrame: (frame: WholeFrame) => void) {
    this.#onFrame = onFrame;
  }

  /** Whether packets have come that cannot be used yet, since one before them is missing. */
  get blocked(): boolean {
    if (this.#next < 0) return false;
    this.#whole = Math.max(this.#whole, this.#next - 1);
    while (this.#whole < this.#highest && this.#at(this.#whole + 1)) this.#whole++;
    return this.#whole < this.#highest;
  }

  /** Whether nothing can be decoded before a key frame. */
  get needsKey(): boolean {
    return this.#next < 0;
  }

  /** The first packet that is still of use, by its extended number. */
  get oldest(): number {
    return this.#next >= 0 ? this.#next : this.#from;
  }

  /** Puts a packet in. */
  insert(packet: FramePacket): void {
    const { sequence } = packet;
    if (sequence < this.oldest || sequence <= this.#highest - PLACES) return;
    this.#places[sequence % PLACES] = packet;
    this.#highest = Math.max(this.#highest, sequence);
    if (this.#next >= 0 && this.#highest - this.#next >= PLACES) this.giveUp();
    this.#advance();
    // A key frame that is whole makes what came before it needless.
    if (this.blocked || this.needsKey) this.#jump();
  }

  /** What is missing does not come any more: goes on at a key frame, or waits for one. */
  giveUp(): void {
    if (this.#next >= 0) this.#from = this.#next;
    this.#next = -1;
    this.#whole = -1;
    this.#jump();
  }

  #at(sequence: number): FramePacket | undefined {
    const packet = this.#places[sequence % PLACES];
    return packet?.sequence === sequence ? packet : undefined;
  }

  #advance(): void {
    while (this.#next >= 0) {
      const end = this.#endOf(this.#next);
      if (end === undefined) return;
      this.#emit(this.#next, end);
      this.#next = end + 1;
    }
  }

  /** The last packet of the frame that begins with this one; undefined while it is not whole. */
  #endOf(first: number): number | undefined {
    const start = this.#at(first);
    if (!start) return undefined;
    if (!start.part) return first;
    for (let sequence = first; sequence - first < MOST_IN_FRAME; sequence++) {
      const packet = this.#at(sequence);
      if (!packet) return undefined;
      // Some senders forget the marker.
      if (packet.timestamp !== start.timestamp) return sequence - 1;
      if (packet.marker) return sequence;
    }
    return undefined;
  }

  #emit(first: number, last: number): void {
    const start = this.#at(first)!;
    const data: Uint8Array[] = [];
    let key = false;
    let colors: PictureColors | undefined;
    for (let sequence = first; sequence <= last; sequence++) {
      const packet = this.#at(sequence)!;
      const { part } = packet;
      colors = packet.colors ?? colors;
      this.#places[sequence % PLACES] = undefined;
      if (!part) continue;
      key ||= part.key;
      data.push(...part.data);
    }
    if (data.length === 0) return;
    this.#onFrame({ timestamp: start.timestamp, codec: start.codec, key, data: Buffer.concat(data), colors });
  }

  /** Goes on at the newest key frame that is whole. */
  #jump(): void {
    const oldest = Math.max(this.#highest - PLACES + 1, this.#next >= 0 ? this.#next + 1 : this.#from, 0);
    for (let first = this.#highest; first >= oldest; first--) {
      const packet = this.#at(first);
      if (!packet?.part?.key || !packet.part.begins) continue;
      const before = this.#at(first - 1);
      // The parameter sets of H.264 come in packets of the same time.
      if (before && before.timestamp === packet.timestamp) continue;
      if (this.#endOf(first) === undefined) continue;
      this.#next = first;
      this.#whole = first - 1;
      this.#advance();
      return;
    }
  }
}
