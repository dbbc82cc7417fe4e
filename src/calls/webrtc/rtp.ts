/** The fixed part of an RTP header is 12 bytes (RFC 3550, 5.1). */
export const RTP_HEADER_BYTES = 12;

/** One parsed RTP header. Offsets count from the first byte of the datagram. A caller may reuse one object for every packet. */
export interface RtpHeaderView {
  /** Payload type, 0…127. */
  payloadType: number;
  /** The marker bit; for audio: first packet of a talk spurt. */
  marker: boolean;
  /** Sequence number, 16 bits. */
  sequence: number;
  /** Media time in clock units, 32 bits unsigned. */
  timestamp: number;
  /** Synchronization source, 32 bits unsigned. */
  ssrc: number;
  /** True when the last payload byte counts padding bytes. */
  padding: boolean;
  /** Where the payload starts. */
  payloadOffset: number;
  /** The "defined by profile" word of the header extension, 0 without one; 0xbede is the one-byte form of RFC 8285. */
  extensionProfile: number;
  /** Where the extension's elements start; 0 without one. */
  extensionOffset: number;
}

/** An empty {@link RtpHeaderView} to parse into. */
export function createRtpHeaderView(): RtpHeaderView {
  return {
    payloadType: 0,
    marker: false,
    sequence: 0,
    timestamp: 0,
    ssrc: 0,
    padding: false,
    payloadOffset: 0,
    extensionProfile: 0,
    extensionOffset: 0,
  };
}

/** Parses an RTP header (RFC 3550, 5.1) of `data` into `out`; false when it is none, or is cut off. */
export function parseRtpHeader(data: Buffer, out: RtpHeaderView): boolean {
  if (data.length < RTP_HEADER_BYTES) return false;
  const first = data[0]!;
  if (first >> 6 !== 2) return false;
  let offset = RTP_HEADER_BYTES + (first & 0x0f) * 4;
  out.extensionProfile = 0;
  out.extensionOffset = 0;
  if (first & 0x10) {
    if (data.length < offset + 4) return false;
    out.extensionProfile = data.readUInt16BE(offset);
    out.extensionOffset = offset + 4;
    offset += 4 + data.readUInt16BE(offset + 2) * 4;
  }
  if (data.length < offset) return false;
  out.padding = (first & 0x20) !== 0;
  out.marker = (data[1]! & 0x80) !== 0;
  out.payloadType = data[1]! & 0x7f;
  out.sequence = data.readUInt16BE(2);
  out.timestamp = data.readUInt32BE(4);
  out.ssrc = data.readUInt32BE(8);
  out.payloadOffset = offset;
  return true;
}

/** RFC 5761, 4: with RTP and RTCP on one port, a second byte of 192…223 tells RTCP. `data` is RTP or RTCP already. */
export function isRtcp(data: Buffer): boolean {
  const type = data[1] ?? 0;
  return type >= 192 && type <= 223;
}

/** RFC 7983: a first byte of 128…191 tells RTP and RTCP from STUN (0…3) and DTLS (20…63). */
export function isMedia(data: Buffer): boolean {
  const first = data[0] ?? 0;
  return first >= 128 && first <= 191;
}

/** `next` minus `previous` on a circle of 16 bits, −32768…32767. */
export function sequenceDelta(next: number, previous: number): number {
  return ((next - previous) << 16) >> 16;
}

/** `next` minus `previous` on a circle of 32 bits, −2³¹…2³¹−1. */
export function timestampDelta(next: number, previous: number): number {
  return (next - previous) | 0;
}
