/**
 * RTCP feedback about video: requests for key frames, and the receiver's bit rate.
 * @module
 */

const RTPFB = 205;
const PSFB = 206;
const PLI = 1;
const FIR = 4;
const APPLICATION = 15;
const REMB_ID = 0x52_45_4d_42;
/** Format of transport-wide congestion control among the RTPFB packets. */
export const TRANSPORT_CC = 15;

/** Feedback that is understood here. */
export type FeedbackItem =
  | { readonly type: 'pli'; readonly mediaSsrc: number }
  /** One entry for each stream a key frame is wanted of; `count` tells a repetition from a new request. */
  | { readonly type: 'fir'; readonly entries: readonly { readonly ssrc: number; readonly count: number }[] }
  | { readonly type: 'remb'; readonly bitrateBps: number; readonly ssrcs: readonly number[] }
  /** See `parseTransportFeedback`. */
  | { readonly type: 'transport-cc'; readonly data: Buffer };

/** Parses one payload-specific feedback packet (RFC 4585, 6.3), or one of transport-wide congestion control; undefined: unknown, or cut off. */
export function parseFeedback(data: Buffer): FeedbackItem | undefined {
  const format = data[0]! & 0x1f;
  if (data.length < 12) return undefined;
  if (data[1] === RTPFB) return format === TRANSPORT_CC && data.length >= 20 ? { type: 'transport-cc', data } : undefined;
  if (format === PLI) return { type: 'pli', mediaSsrc: data.readUInt32BE(8) };
  if (format === FIR) {
    const entries: { ssrc: number; count: number }[] = [];
    for (let at = 12; at + 8 <= data.length; at += 8) entries.push({ ssrc: data.readUInt32BE(at), count: data[at + 4]! });
    return { type: 'fir', entries };
  }
  if (format !== APPLICATION || data.length < 20 || data.readUInt32BE(12) !== REMB_ID) return undefined;
  const ssrcs: number[] = [];
  for (let i = 0, at = 20; i < data[16]! && at + 4 <= data.length; i++, at += 4) ssrcs.push(data.readUInt32BE(at));
  // draft-alvestrand-rmcat-remb: 6 bits of exponent, 18 bits of mantissa.
  const mantissa = ((data[17]! & 0x03) << 16) | data.readUInt16BE(18);
  return { type: 'remb', bitrateBps: mantissa * 2 ** (data[17]! >> 2), ssrcs };
}

/** A picture loss indication (RFC 4585, 6.3.1): a key frame is wanted. */
export function buildPli(senderSsrc: number, mediaSsrc: number): Buffer {
  const out = Buffer.alloc(12);
  begin(out, PLI, PSFB);
  out.writeUInt32BE(senderSsrc >>> 0, 4);
  out.writeUInt32BE(mediaSsrc >>> 0, 8);
  return out;
}

/** A full intra request (RFC 5104, 4.3.1): a key frame is wanted. @param count another one for each new request, modulo 256. */
export function buildFir(senderSsrc: number, mediaSsrc: number, count: number): Buffer {
  const out = Buffer.alloc(20);
  begin(out, FIR, PSFB);
  out.writeUInt32BE(senderSsrc >>> 0, 4);
  out.writeUInt32BE(mediaSsrc >>> 0, 12);
  out[16] = count & 0xff;
  return out;
}

/** A receiver's estimated maximum bit rate (draft-alvestrand-rmcat-remb-03). */
export function buildRemb(senderSsrc: number, bitrateBps: number, ssrcs: readonly number[]): Buffer {
  const out = Buffer.alloc(20 + ssrcs.length * 4);
  begin(out, APPLICATION, PSFB);
  out.writeUInt32BE(senderSsrc >>> 0, 4);
  out.writeUInt32BE(REMB_ID, 12);
  const exponent = Math.max(0, Math.ceil(Math.log2((bitrateBps + 1) / 2 ** 18)));
  const mantissa = Math.floor(bitrateBps / 2 ** exponent);
  out[16] = ssrcs.length;
  out[17] = (exponent << 2) | (mantissa >> 16);
  out.writeUInt16BE(mantissa & 0xffff, 18);
  ssrcs.forEach((ssrc, i) => out.writeUInt32BE(ssrc >>> 0, 20 + i * 4));
  return out;
}

function begin(out: Buffer, format: number, type: number): void {
  out[0] = 0x80 | format;
  out[1] = type;
  out.writeUInt16BE(out.length / 4 - 1, 2);
}
