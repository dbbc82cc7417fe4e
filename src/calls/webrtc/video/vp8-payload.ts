import { MAX_PAYLOAD_BYTES, type VideoPart } from './payload.js';

/** Bytes of the descriptor that is written here: with an extension that holds a picture id of 15 bits. */
const DESCRIPTOR_BYTES = 4;

/**
 * Cuts a VP8 frame into RTP payloads of about the same size (RFC 7741, 4).
 *
 * @param pictureId counts frames, modulo 2¹⁵.
 */
export function packVp8(frame: Uint8Array, pictureId: number): Buffer[] {
  const parts = Math.max(1, Math.ceil(frame.length / (MAX_PAYLOAD_BYTES - DESCRIPTOR_BYTES)));
  const payloads: Buffer[] = [];
  for (let i = 0, from = 0; i < parts; i++) {
    const to = Math.round((frame.length * (i + 1)) / parts);
    const payload = Buffer.allocUnsafe(DESCRIPTOR_BYTES + to - from);
    // X; S at the start of the frame's first partition, the only one that is told apart here.
    payload[0] = 0x80 | (i === 0 ? 0x10 : 0);
    payload[1] = 0x80;
    payload.writeUInt16BE(0x8000 | (pictureId & 0x7fff), 2);
    payload.set(frame.subarray(from, to), DESCRIPTOR_BYTES);
    payloads.push(payload);
    from = to;
  }
  return payloads;
}

/** Takes the descriptor off a payload; undefined when it is cut off. */
export function unpackVp8(payload: Uint8Array): VideoPart | undefined {
  const first = payload[0];
  if (first === undefined) return undefined;
  let at = 1;
  if (first & 0x80) {
    const extension = payload[at++] ?? 0;
    if (extension & 0x80) at += (payload[at] ?? 0) & 0x80 ? 2 : 1;
    if (extension & 0x40) at++;
    if (extension & 0x30) at++;
  }
  if (at >= payload.length) return undefined;
  const begins = (first & 0x10) !== 0 && (first & 0x07) === 0;
  // The lowest bit of a frame's first byte: 0 for a key frame (RFC 6386, 9.1).
  return { data: [payload.subarray(at)], begins, key: begins && (payload[at]! & 1) === 0 };
}
