/**
 * Pages of an Ogg file: RFC 3533 §6.
 * @module
 */

/** The fixed part of a page's header. */
export const OGG_HEADER_BYTES = 27;
/** The longest page. */
export const OGG_PAGE_BYTES = OGG_HEADER_BYTES + 255 + 255 * 255;

const CONTINUED = 1;
const FIRST = 2;
const LAST = 4;
const VERSION_AT = 4;
const FLAGS_AT = 5;
const GRANULE_AT = 6;
const SERIAL_AT = 14;
const CRC_AT = 22;
const COUNT_AT = 26;
const POLYNOMIAL = 0x04c1_1db7;

/** The checksum's register after each byte, with none to three zero bytes behind it: four bytes are looked up at once. */
const CRC = Array.from({ length: 4 }, () => new Uint32Array(256));
for (let byte = 0; byte < 256; byte++) {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? POLYNOMIAL : 0);
  CRC[0]![byte] = value;
}
for (let behind = 1; behind < 4; behind++)
  for (let byte = 0; byte < 256; byte++) {
    const value = CRC[behind - 1]![byte]!;
    CRC[behind]![byte] = (value << 8) ^ CRC[0]![value >>> 24]!;
  }

const [CRC0, CRC1, CRC2, CRC3] = CRC as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];

function checksum(data: Uint8Array, from: number, to: number, crc: number): number {
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const top = crc ^ ((data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!);
    crc = CRC3[top >>> 24]! ^ CRC2[(top >>> 16) & 0xff]! ^ CRC1[(top >>> 8) & 0xff]! ^ CRC0[top & 0xff]!;
  }
  for (; at < to; at++) crc = (crc << 8) ^ CRC0[(crc >>> 24) ^ data[at]!]!;
  return crc;
}

/** A page that lies in memory. */
export interface OggPage {
  /** Its bytes, header and all. */
  readonly bytes: Uint8Array;
  readonly serial: number;
  /** Where the last packet that ends on it ends, in the codec's units; −1 when none does. */
  readonly granule: number;
  /** Its first packet began on the page before. */
  readonly continued: boolean;
  /** First and last page of its stream. */
  readonly first: boolean;
  readonly last: boolean;
  /** How many pieces of up to 255 bytes its body has; the lengths begin at {@link OGG_HEADER_BYTES}. */
  readonly segments: number;
}

/**
 * How long the page at `at` is, as its header says.
 *
 * @returns 0 when there is none; undefined when more of the file must be read to tell.
 */
export function oggPageBytes(data: Uint8Array, at: number, end: number): number | undefined {
  if (at + OGG_HEADER_BYTES > end) return undefined;
  // "OggS", and the only version there is.
  if (data[at] !== 0x4f || data[at + 1] !== 0x67 || data[at + 2] !== 0x67 || data[at + 3] !== 0x53) return 0;
  if (data[at + VERSION_AT] !== 0) return 0;
  const segments = data[at + COUNT_AT]!;
  const body = at + OGG_HEADER_BYTES + segments;
  if (body > end) return undefined;
  let bytes = 0;
  for (let i = at + OGG_HEADER_BYTES; i < body; i++) bytes += data[i]!;
  return body + bytes - at;
}

/** Parses a whole page; undefined when its checksum is wrong. */
export function parseOggPage(bytes: Uint8Array): OggPage | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let crc = checksum(bytes, 0, CRC_AT, 0);
  for (let i = 0; i < 4; i++) crc = (crc << 8) ^ CRC0[crc >>> 24]!;
  crc = checksum(bytes, CRC_AT + 4, bytes.length, crc);
  if (crc >>> 0 !== view.getUint32(CRC_AT, true)) return undefined;
  const flags = bytes[FLAGS_AT]!;
  return {
    bytes,
    serial: view.getUint32(SERIAL_AT, true),
    granule: Number(view.getBigInt64(GRANULE_AT, true)),
    continued: (flags & CONTINUED) !== 0,
    first: (flags & FIRST) !== 0,
    last: (flags & LAST) !== 0,
    segments: bytes[COUNT_AT]!,
  };
}
