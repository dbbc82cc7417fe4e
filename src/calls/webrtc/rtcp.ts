import type { NtpTime } from './ntp.js';
import { parseFeedback, type FeedbackItem } from './rtcp-feedback.js';

/** One reception report block (RFC 3550, 6.4.1). */
export interface ReportBlock {
  /** Whose packets it is about. */
  readonly ssrc: number;
  /** Lost since the previous report, 0…1. */
  readonly fractionLost: number;
  /** Lost since the start; negative when duplicates came. */
  readonly cumulativeLost: number;
  /** Extended highest sequence number received, 32 bits. */
  readonly highestSequence: number;
  /** Interarrival jitter in clock units. */
  readonly jitter: number;
  /** Middle 32 bits of the NTP time of the last sender report, 0 before any. */
  readonly lastSr: number;
  /** Time since that report in 1/65536 s. */
  readonly delaySinceLastSr: number;
}

/** What a sender report says about its sender. */
export interface SenderInfo {
  readonly ssrc: number;
  readonly ntp: NtpTime;
  /** The media time of the same instant. */
  readonly rtpTimestamp: number;
  readonly packets: number;
  readonly octets: number;
}

/** One RTCP packet that is understood here. */
export type RtcpItem =
  | { readonly type: 'sr'; readonly sender: SenderInfo; readonly reports: readonly ReportBlock[] }
  | { readonly type: 'rr'; readonly ssrc: number; readonly reports: readonly ReportBlock[] }
  | { readonly type: 'bye'; readonly ssrcs: readonly number[] }
  | { readonly type: 'nack'; readonly mediaSsrc: number; readonly sequences: readonly number[] }
  | FeedbackItem;

const SR = 200;
const RR = 201;
const SDES = 202;
const BYE = 203;
const RTPFB = 205;
const PSFB = 206;
const GENERIC_NACK = 1;
const BLOCK_BYTES = 24;
const MAX_BLOCKS = 31;

/** Parses a compound packet. What is unknown or cut off is left out; nothing throws. */
export function parseRtcp(data: Buffer): RtcpItem[] {
  const items: RtcpItem[] = [];
  let at = 0;
  while (at + 4 <= data.length) {
    const end = at + 4 + data.readUInt16BE(at + 2) * 4;
    if (data[at]! >> 6 !== 2 || end > data.length) break;
    const item = parseItem(data.subarray(at, end));
    if (item) items.push(item);
    at = end;
  }
  return items;
}

function parseItem(data: Buffer): RtcpItem | undefined {
  const count = data[0]! & 0x1f;
  switch (data[1]) {
    case SR:
      if (data.length < 28) return undefined;
      return {
        type: 'sr',
        sender: {
          ssrc: data.readUInt32BE(4),
          ntp: { seconds: data.readUInt32BE(8), fraction: data.readUInt32BE(12) },
          rtpTimestamp: data.readUInt32BE(16),
          packets: data.readUInt32BE(20),
          octets: data.readUInt32BE(24),
        },
        reports: parseBlocks(data, 28, count),
      };
    case RR:
      if (data.length < 8) return undefined;
      return { type: 'rr', ssrc: data.readUInt32BE(4), reports: parseBlocks(data, 8, count) };
    case BYE: {
      const ssrcs: number[] = [];
      for (let i = 0; i < count && 8 + i * 4 <= data.length; i++) ssrcs.push(data.readUInt32BE(4 + i * 4));
      return { type: 'bye', ssrcs };
    }
    case RTPFB:
      if (count !== GENERIC_NACK || data.length < 12) return parseFeedback(data);
      return { type: 'nack', mediaSsrc: data.readUInt32BE(8), sequences: parseNacks(data) };
    case PSFB:
      return parseFeedback(data);
    default:
      return undefined;
  }
}

function parseBlocks(data: Buffer, start: number, count: number): ReportBlock[] {
  const blocks: ReportBlock[] = [];
  for (let i = 0, at = start; i < count && at + BLOCK_BYTES <= data.length; i++, at += BLOCK_BYTES) {
    blocks.push({
      ssrc: data.readUInt32BE(at),
      fractionLost: data[at + 4]! / 256,
      cumulativeLost: data.readIntBE(at + 5, 3),
      highestSequence: data.readUInt32BE(at + 8),
      jitter: data.readUInt32BE(at + 12),
      lastSr: data.readUInt32BE(at + 16),
      delaySinceLastSr: data.readUInt32BE(at + 20),
    });
  }
  return blocks;
}

/** RFC 4585, 6.2.1: a packet id and a mask of the 16 that follow it. */
function parseNacks(data: Buffer): number[] {
  const sequences: number[] = [];
  for (let at = 12; at + 4 <= data.length; at += 4) {
    const first = data.readUInt16BE(at);
    const mask = data.readUInt16BE(at + 2);
    sequences.push(first);
    for (let bit = 0; bit < 16; bit++) if (mask & (1 << bit)) sequences.push((first + bit + 1) & 0xffff);
  }
  return sequences;
}

function header(out: Buffer, count: number, type: number): Buffer {
  out[0] = 0x80 | count;
  out[1] = type;
  out.writeUInt16BE(out.length / 4 - 1, 2);
  return out;
}

function writeBlocks(out: Buffer, start: number, blocks: readonly ReportBlock[]): void {
  blocks.forEach((block, i) => {
    const at = start + i * BLOCK_BYTES;
    out.writeUInt32BE(block.ssrc, at);
    out[at + 4] = Math.max(0, Math.min(255, Math.floor(block.fractionLost * 256)));
    out.writeIntBE(Math.max(-0x80_0000, Math.min(0x7f_ffff, block.cumulativeLost)), at + 5, 3);
    out.writeUInt32BE(block.highestSequence >>> 0, at + 8);
    out.writeUInt32BE(Math.min(0xffff_ffff, Math.round(block.jitter)), at + 12);
    out.writeUInt32BE(block.lastSr >>> 0, at + 16);
    out.writeUInt32BE(Math.min(0xffff_ffff, block.delaySinceLastSr), at + 20);
  });
}

/** A sender report with at most 31 report blocks. */
export function buildSenderReport(sender: SenderInfo, blocks: readonly ReportBlock[] = []): Buffer {
  const used = blocks.slice(0, MAX_BLOCKS);
  const out = header(Buffer.alloc(28 + used.length * BLOCK_BYTES), used.length, SR);
  out.writeUInt32BE(sender.ssrc >>> 0, 4);
  out.writeUInt32BE(sender.ntp.seconds, 8);
  out.writeUInt32BE(sender.ntp.fraction, 12);
  out.writeUInt32BE(sender.rtpTimestamp >>> 0, 16);
  out.writeUInt32BE(sender.packets >>> 0, 20);
  out.writeUInt32BE(sender.octets >>> 0, 24);
  writeBlocks(out, 28, used);
  return out;
}

/** A receiver report with at most 31 report blocks. */
export function buildReceiverReport(ssrc: number, blocks: readonly ReportBlock[]): Buffer {
  const used = blocks.slice(0, MAX_BLOCKS);
  const out = header(Buffer.alloc(8 + used.length * BLOCK_BYTES), used.length, RR);
  out.writeUInt32BE(ssrc >>> 0, 4);
  writeBlocks(out, 8, used);
  return out;
}

/** A source description with the one item that is mandatory, CNAME (RFC 3550, 6.5.1). */
export function buildSdes(ssrc: number, cname: string): Buffer {
  const name = Buffer.from(cname, 'utf8').subarray(0, 255);
  // An item list ends with at least one zero and is padded to a word.
  const itemBytes = Math.floor((2 + name.length) / 4) * 4 + 4;
  const out = header(Buffer.alloc(8 + itemBytes), 1, SDES);
  out.writeUInt32BE(ssrc >>> 0, 4);
  out[8] = 1;
  out[9] = name.length;
  name.copy(out, 10);
  return out;
}

/** A BYE: these sources stop. */
export function buildBye(ssrcs: readonly number[]): Buffer {
  const used = ssrcs.slice(0, MAX_BLOCKS);
  const out = header(Buffer.alloc(4 + used.length * 4), used.length, BYE);
  used.forEach((ssrc, i) => out.writeUInt32BE(ssrc >>> 0, 4 + i * 4));
  return out;
}

/** A generic NACK (RFC 4585, 6.2.1) for sequence numbers in rising order (around the wrap, too). */
export function buildNack(senderSsrc: number, mediaSsrc: number, sequences: readonly number[]): Buffer {
  const entries: { first: number; mask: number }[] = [];
  for (const sequence of sequences) {
    const last = entries.at(-1);
    const distance = last ? (sequence - last.first) & 0xffff : 0;
    if (last && distance >= 1 && distance <= 16) last.mask |= 1 << (distance - 1);
    else entries.push({ first: sequence, mask: 0 });
  }
  const out = header(Buffer.alloc(12 + entries.length * 4), GENERIC_NACK, RTPFB);
  out.writeUInt32BE(senderSsrc >>> 0, 4);
  out.writeUInt32BE(mediaSsrc >>> 0, 8);
  entries.forEach((entry, i) => {
    out.writeUInt16BE(entry.first, 12 + i * 4);
    out.writeUInt16BE(entry.mask, 14 + i * 4);
  });
  return out;
}
