import { MAX_PAYLOAD_BYTES, type VideoPart } from './payload.js';

const IDR = 5;
const SEI = 6;
const SPS = 7;
const PPS = 8;
const DELIMITER = 9;
const FILLER = 12;
const STAP_A = 24;
const FU_A = 28;
const START = Buffer.from([0, 0, 0, 1]);

/** Cuts a stream in Annex B form (H.264, annex B) into its NAL units, without start codes. */
export function splitAnnexB(data: Uint8Array): Uint8Array[] {
  const units: Uint8Array[] = [];
  let from = -1;
  for (let at = 0; at + 2 < data.length; at++) {
    if (data[at + 2]! > 1) at += 2;
    else if (data[at] === 0 && data[at + 1] === 0 && data[at + 2] === 1) {
      if (from >= 0) units.push(trimmed(data, from, at));
      from = at + 3;
      at += 2;
    }
  }
  if (from >= 0) units.push(trimmed(data, from, data.length));
  return units.filter((unit) => unit.length > 0);
}

/** Zeros before a start code belong to no unit. */
function trimmed(data: Uint8Array, from: number, to: number): Uint8Array {
  let end = to;
  while (end > from && data[end - 1] === 0) end--;
  return data.subarray(from, end);
}

/**
 * Cuts an access unit into RTP payloads (RFC 6184 with packetization-mode 1): small units together (STAP-A), large ones in pieces (FU-A).
 * Delimiters, fillers and supplemental information stay behind: no decoder needs them.
 */
export function packH264(accessUnit: Uint8Array): Buffer[] {
  const payloads: Buffer[] = [];
  let together: Uint8Array[] = [];
  let bytes = 1;
  const flush = () => {
    const [only, ...more] = together;
    if (only) payloads.push(more.length === 0 ? Buffer.from(only) : aggregate(together));
    together = [];
    bytes = 1;
  };
  for (const unit of splitAnnexB(accessUnit)) {
    const type = unit[0]! & 0x1f;
    if (type === SEI || type === DELIMITER || type === FILLER) continue;
    if (bytes + 2 + unit.length > MAX_PAYLOAD_BYTES) flush();
    if (unit.length > MAX_PAYLOAD_BYTES) payloads.push(...fragments(unit));
    else {
      together.push(unit);
      bytes += 2 + unit.length;
    }
  }
  flush();
  return payloads;
}

/** RFC 6184, 5.7.1. */
function aggregate(units: readonly Uint8Array[]): Buffer {
  const payload = Buffer.allocUnsafe(units.reduce((sum, unit) => sum + 2 + unit.length, 1));
  const importance = Math.max(...units.map((unit) => unit[0]! & 0x60));
  payload[0] = importance | STAP_A;
  let at = 1;
  for (const unit of units) {
    at = payload.writeUInt16BE(unit.length, at);
    payload.set(unit, at);
    at += unit.length;
  }
  return payload;
}

/** RFC 6184, 5.8: the unit's header is told in each piece and left out of their bytes. */
function fragments(unit: Uint8Array): Buffer[] {
  const header = unit[0]!;
  const length = unit.length - 1;
  const parts = Math.ceil(length / (MAX_PAYLOAD_BYTES - 2));
  return Array.from({ length: parts }, (_, i) => {
    const from = 1 + Math.round((length * i) / parts);
    const to = 1 + Math.round((length * (i + 1)) / parts);
    const payload = Buffer.allocUnsafe(2 + to - from);
    payload[0] = (header & 0xe0) | FU_A;
    payload[1] = (i === 0 ? 0x80 : 0) | (i === parts - 1 ? 0x40 : 0) | (header & 0x1f);
    payload.set(unit.subarray(from, to), 2);
    return payload;
  });
}

/** Takes a payload apart into Annex B; undefined when it is of a kind that packetization-mode 1 does not have, or is cut off. */
export function unpackH264(payload: Uint8Array): VideoPart | undefined {
  const header = payload[0];
  if (header === undefined || payload.length < 2) return undefined;
  const type = header & 0x1f;
  if (type >= 1 && type <= 23) return { data: [START, payload], begins: mayBegin(type), key: isKey(type) };
  if (type === STAP_A) return unpackAggregate(payload);
  if (type !== FU_A || payload.length < 3) return undefined;
  const fragment = payload[1]!;
  const inside = fragment & 0x1f;
  const rest = payload.subarray(2);
  if ((fragment & 0x80) === 0) return { data: [rest], begins: false, key: false };
  return { data: [START, Uint8Array.of((header & 0xe0) | inside), rest], begins: mayBegin(inside), key: isKey(inside) };
}

function unpackAggregate(payload: Uint8Array): VideoPart | undefined {
  const data: Uint8Array[] = [];
  let key = false;
  for (let at = 1; at + 2 <= payload.length;) {
    const length = (payload[at]! << 8) | payload[at + 1]!;
    at += 2;
    if (length === 0 || at + length > payload.length) return undefined;
    key ||= isKey(payload[at]! & 0x1f);
    data.push(START, payload.subarray(at, at + length));
    at += length;
  }
  return data.length === 0 ? undefined : { data, begins: true, key };
}

/** A slice need not be a frame's first; whether it is, its packet's place behind the last frame's end tells. */
function mayBegin(type: number): boolean {
  return type !== 0;
}

/** A key frame is one that brings its parameter sets, or an IDR picture whose sets were told before. */
function isKey(type: number): boolean {
  return type === SPS || type === PPS || type === IDR;
}
