/** Samples per millisecond at Opus' RTP clock. */
const PER_MS = 48;
/** A packet of at most this many bytes carries no audio: discontinuous transmission (RFC 6716, 2.1.9). */
const DTX_BYTES = 2;
const MAX_SAMPLES = 120 * PER_MS;

/** Samples of one frame at 48 kHz by the configuration number of a TOC byte (RFC 6716, 3.1). */
function frameSamplesOf(toc: number): number {
  const config = toc >> 3;
  if (config < 12) return [10, 20, 40, 60][config & 3]! * PER_MS;
  if (config < 16) return (config & 1 ? 20 : 10) * PER_MS;
  return 120 << (config & 3);
}

/** How many samples at 48 kHz an Opus packet holds, 0 when it is malformed (RFC 6716, 3.1 and 3.2). */
export function opusSamples(packet: Uint8Array): number {
  const toc = packet[0];
  if (toc === undefined) return 0;
  const code = toc & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : (packet[1] ?? 0) & 0x3f;
  const samples = frames * frameSamplesOf(toc);
  return samples > MAX_SAMPLES ? 0 : samples;
}

/** Whether the packet only says that nothing is being sent. */
export function isOpusDtx(packet: Uint8Array): boolean {
  return packet.length <= DTX_BYTES;
}

/**
 * Whether a packet carries a low-bitrate copy of the audio before it (in-band forward error correction): the LBRR flags
 * that open a SILK frame (RFC 6716, 4.2.3 and 4.2.4).
 */
export function opusHasFec(packet: Uint8Array): boolean {
  const toc = packet[0];
  // Configurations from 16 on are CELT only, which has none.
  if (toc === undefined || toc >> 3 >= 16) return false;
  const first = firstFrame(packet, toc & 3);
  const flags = packet[first];
  if (first < 0 || flags === undefined) return false;
  const silkFrames = Math.max(1, frameSamplesOf(toc) / (20 * PER_MS)) | 0;
  const mono = (flags >> (7 - silkFrames)) & 1;
  const side = toc & 4 ? (flags >> (6 - 2 * silkFrames)) & 1 : 0;
  return (mono | side) === 1;
}

/** Offset of the first frame's first byte, or −1 when that frame is empty or cut off (RFC 6716, 3.2). */
function firstFrame(packet: Uint8Array, code: number): number {
  if (code === 0 || code === 1) return packet.length > 1 ? 1 : -1;
  if (code === 2) {
    const [length, bytes] = frameLength(packet, 1);
    return length > 0 ? 1 + bytes : -1;
  }
  const count = packet[1] ?? 0;
  let at = 2;
  if (count & 0x40) {
    while (packet[at] === 255) at++;
    at++;
  }
  if (!(count & 0x80)) return packet.length > at ? at : -1;
  // Variable bit rate: one length for each frame but the last.
  const frames = count & 0x3f;
  let firstLength = 1;
  for (let i = 0; i < frames - 1; i++) {
    const [length, bytes] = frameLength(packet, at);
    if (i === 0) firstLength = length;
    at += bytes;
  }
  return firstLength > 0 && packet.length > at ? at : -1;
}

function frameLength(packet: Uint8Array, at: number): [length: number, bytes: number] {
  const first = packet[at] ?? 0;
  return first < 252 ? [first, 1] : [first + 4 * (packet[at + 1] ?? 0), 2];
}
