import { opusFrameSamples, splitOpus } from './packet-frames.js';

const MAX_FRAMES = 48;
const MAX_SAMPLES = 5760;
const MAX_FRAME_BYTES = 1275;
/** A byte that says how all frames are encoded, one that says how many they are, and up to two for the length of each. */
const MOST_HEAD_BYTES = 2 + 2 * MAX_FRAMES;
const VBR = 0x80;

/**
 * Joins Opus packets to longer ones without decoding, as RFC 6716 §3.2 has it: one that is sent for three costs a third to send. It has one
 * piece of memory, which it writes every packet into.
 */
export class FrameJoiner {
  /** How all of what waits is encoded: a table-of-contents byte with code 0. */
  #toc = -1;
  /** Where each frame that waits is: its packet, and the byte it begins with. */
  readonly #packets: Uint8Array[] = [];
  readonly #starts = new Uint16Array(MAX_FRAMES);
  #frames = 0;
  #bytes = 0;
  /** Whether all are as long as the last. */
  #equal = true;
  #length = 0;
  #memory = new Uint8Array(MOST_HEAD_BYTES + 3 * MAX_FRAME_BYTES);

  /** Whether nothing waits. */
  get empty(): boolean {
    return this.#frames === 0;
  }

  /** Whether a packet can go into one with what waits: encoded in the same way, and not above 120 ms together. */
  fits(packet: Uint8Array): boolean {
    const toc = packet[0]! & 0xfc;
    return this.#frames === 0 || (toc === this.#toc && (this.#frames + 1) * opusFrameSamples(toc) <= MAX_SAMPLES);
  }

  /**
   * Takes a packet that {@link fits}; it must not be written to until {@link take}.
   *
   * @returns false when it is malformed, and was dropped.
   */
  add(packet: Uint8Array): boolean {
    const first = packet[0];
    if (first === undefined) return false;
    if ((first & 3) === 0) {
      if (packet.length - 1 > MAX_FRAME_BYTES) return false;
      this.#add(packet, 1);
    } else {
      const split = splitOpus(packet);
      if (!split || (this.#frames + split.frames.length) * split.frameSamples > MAX_SAMPLES) return false;
      for (const frame of split.frames) this.#add(frame, 0);
    }
    this.#toc = first & 0xfc;
    return true;
  }

  /** The packet of all that waits, in memory that the next one is written into; nothing waits any more. */
  take(): Uint8Array {
    const count = this.#frames;
    if (this.#memory.length < MOST_HEAD_BYTES + this.#bytes) this.#memory = new Uint8Array(MOST_HEAD_BYTES + this.#bytes);
    const into = this.#memory;
    const equal = this.#equal;
    let at = 0;
    into[at++] = this.#toc | (count === 1 ? 0 : count > 2 ? 3 : equal ? 1 : 2);
    if (count > 2) into[at++] = count | (equal ? 0 : VBR);
    for (let i = 0; i < count - 1 && !equal; i++) {
      const bytes = this.#packets[i]!.length - this.#starts[i]!;
      if (bytes < 252) into[at++] = bytes;
      else {
        into[at++] = 252 + (bytes & 3);
        into[at++] = (bytes - 252) >> 2;
      }
    }
    for (let i = 0; i < count; i++) {
      const packet = this.#packets[i]!;
      // A loop: frames are short, and a view of each would be an object made for nothing.
      for (let from = this.#starts[i]!; from < packet.length; from++) into[at++] = packet[from]!;
    }
    this.#frames = 0;
    this.#bytes = 0;
    this.#equal = true;
    return into.subarray(0, at);
  }

  #add(packet: Uint8Array, start: number): void {
    const length = packet.length - start;
    if (this.#frames > 0 && length !== this.#length) this.#equal = false;
    this.#length = length;
    this.#packets[this.#frames] = packet;
    this.#starts[this.#frames++] = start;
    this.#bytes += length;
  }
}
