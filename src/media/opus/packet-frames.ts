/**
 * Taking Opus packets apart into frames and putting frames together, without decoding: RFC 6716 §3.1 and §3.2.
 * @module
 */

/** The most samples at 48 kHz that one packet may hold: 120 ms. */
const MAX_SAMPLES = 5760;
/** The most bytes of one frame. */
const MAX_FRAME_BYTES = 1275;

/** The frames of one packet. */
export interface OpusFrames {
  /** The table-of-contents byte with code 0: how every one of the frames is encoded. */
  readonly toc: number;
  /** Samples of each frame at 48 kHz. */
  readonly frameSamples: number;
  /** The frames: views on the packet. */
  readonly frames: readonly Uint8Array[];
}

/** Samples of one frame at 48 kHz, by the configuration number of a table-of-contents byte: RFC 6716 §3.1. */
export function opusFrameSamples(toc: number): number {
  const config = toc >> 3;
  if (config < 12) return [480, 960, 1920, 2880][config & 3]!;
  if (config < 16) return config & 1 ? 960 : 480;
  return 120 << (config & 3);
}

/** Samples of a packet at 48 kHz, as it states them; 0 when it states none. */
export function opusPacketSamples(packet: Uint8Array): number {
  const toc = packet[0];
  if (toc === undefined) return 0;
  const code = toc & 3;
  return opusFrameSamples(toc) * (code === 0 ? 1 : code < 3 ? 2 : (packet[1] ?? 0) & 0x3f);
}

/** Channels that a table-of-contents byte states. */
export function opusChannels(toc: number): 1 | 2 {
  return toc & 4 ? 2 : 1;
}

/** Takes a packet apart. Undefined when it breaks a rule of RFC 6716 §3.2 (R1–R7). Padding is dropped. */
export function splitOpus(packet: Uint8Array): OpusFrames | undefined {
  const first = packet[0];
  if (first === undefined) return undefined;
  const toc = first & 0xfc;
  const frames = [oneFrame, twoEqual, twoOfAnyLength, manyFrames][first & 3]!(packet);
  const frameSamples = opusFrameSamples(toc);
  if (!frames || frames.length * frameSamples > MAX_SAMPLES) return undefined;
  return frames.every((frame) => frame.length <= MAX_FRAME_BYTES) ? { toc, frameSamples, frames } : undefined;
}

function oneFrame(packet: Uint8Array): Uint8Array[] {
  return [packet.subarray(1)];
}

function twoEqual(packet: Uint8Array): Uint8Array[] | undefined {
  const half = (packet.length - 1) / 2;
  return Number.isInteger(half) ? [packet.subarray(1, 1 + half), packet.subarray(1 + half)] : undefined;
}

function twoOfAnyLength(packet: Uint8Array): Uint8Array[] | undefined {
  const length = readLength(packet, 1);
  if (!length || length.next + length.bytes > packet.length) return undefined;
  const second = length.next + length.bytes;
  return [packet.subarray(length.next, second), packet.subarray(second)];
}

function manyFrames(packet: Uint8Array): Uint8Array[] | undefined {
  const flags = packet[1] ?? 0;
  const count = flags & 0x3f;
  if (count === 0) return undefined;
  let at = 2;
  let end = packet.length;
  if (flags & 0x40) {
    for (let more = true; more; at++) {
      const byte = packet[at];
      if (byte === undefined) return undefined;
      more = byte === 255;
      end -= more ? 254 : byte;
    }
  }
  const lengths: number[] = [];
  if (flags & 0x80) {
    for (let i = 0; i < count - 1; i++) {
      const length = readLength(packet, at);
      if (!length) return undefined;
      lengths.push(length.bytes);
      at = length.next;
    }
    lengths.push(end - at - lengths.reduce((sum, bytes) => sum + bytes, 0));
  } else lengths.push(...new Array<number>(count).fill((end - at) / count));
  if (lengths.some((bytes) => bytes < 0 || !Number.isInteger(bytes))) return undefined;
  return lengths.map((bytes) => packet.subarray(at, (at += bytes)));
}

/** RFC 6716 §3.2.1: one byte up to 251, else two. */
function readLength(packet: Uint8Array, at: number): { readonly bytes: number; readonly next: number } | undefined {
  const first = packet[at];
  if (first === undefined) return undefined;
  if (first < 252) return { bytes: first, next: at + 1 };
  const second = packet[at + 1];
  return second === undefined ? undefined : { bytes: 4 * second + first, next: at + 2 };
}

/**
 * Puts frames of one kind together: code 0 for one, code 1 or 2 for two, code 3 for more, without padding.
 *
 * @param toc as {@link OpusFrames} has it.
 * @throws RangeError when they are none, or more than 120 ms.
 */
export function joinOpus(toc: number, frames: readonly Uint8Array[]): Uint8Array {
  const count = frames.length;
  if (count === 0 || count * opusFrameSamples(toc) > MAX_SAMPLES) throw new RangeError(`joinOpus: ${count} frames`);
  const equal = frames.every((frame) => frame.length === frames[0]!.length);
  const code = count === 1 ? 0 : count > 2 ? 3 : equal ? 1 : 2;
  const head = [(toc & 0xfc) | code];
  if (code === 3) head.push(count | (equal ? 0 : 0x80));
  if (code >= 2 && !equal) for (const frame of frames.slice(0, -1)) writeLength(frame.length, head);
  const packet = new Uint8Array(head.length + frames.reduce((sum, frame) => sum + frame.length, 0));
  packet.set(head);
  let at = head.length;
  for (const frame of frames) {
    packet.set(frame, at);
    at += frame.length;
  }
  return packet;
}

function writeLength(bytes: number, into: number[]): void {
  if (bytes < 252) into.push(bytes);
  else into.push(252 + (bytes & 3), (bytes - 252) >> 2);
}
