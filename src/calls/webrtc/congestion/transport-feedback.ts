import { TRANSPORT_CC } from '../rtcp-feedback.js';

/** What became of one packet, as the receiver tells it. */
export interface PacketArrival {
  /** Transport-wide sequence number, 16 bits. */
  readonly sequence: number;
  /** When it came, in microseconds on a clock of the receiver's that starts anywhere; undefined: it did not. */
  readonly arrivalUs: number | undefined;
}

/** Feedback of transport-wide congestion control (draft-holmer-rmcat-transport-wide-cc-extensions-01). */
export interface TransportFeedback {
  /** Counts feedback, modulo 256. */
  readonly count: number;
  /** One entry for each sequence number of a range, in order. */
  readonly packets: readonly PacketArrival[];
}

const TICK_US = 250;
const REFERENCE_US = 64_000;
const NOT_RECEIVED = 0;
const SMALL = 1;
const LARGE = 2;

/** Parses feedback; undefined when it is cut off or contradicts itself. */
export function parseTransportFeedback(data: Buffer): TransportFeedback | undefined {
  if (data.length < 20) return undefined;
  const base = data.readUInt16BE(12);
  const total = data.readUInt16BE(14);
  let arrivalUs = data.readIntBE(16, 3) * REFERENCE_US;
  const symbols: number[] = [];
  let at = 20;
  while (symbols.length < total) {
    if (at + 2 > data.length) return undefined;
    const chunk = data.readUInt16BE(at);
    at += 2;
    if ((chunk & 0x8000) === 0) {
      const run = Math.min(chunk & 0x1fff, total - symbols.length);
      for (let i = 0; i < run; i++) symbols.push((chunk >> 13) & 3);
      // A run of nothing would go round for ever.
      if (run === 0) return undefined;
    } else if ((chunk & 0x4000) === 0) {
      for (let bit = 13; bit >= 0 && symbols.length < total; bit--) symbols.push((chunk >> bit) & 1);
    } else {
      for (let bit = 12; bit >= 0 && symbols.length < total; bit -= 2) symbols.push((chunk >> bit) & 3);
    }
  }
  const packets: PacketArrival[] = [];
  for (let i = 0; i < total; i++) {
    const symbol = symbols[i];
    if (symbol === SMALL) {
      if (at + 1 > data.length) return undefined;
      arrivalUs += data[at++]! * TICK_US;
    } else if (symbol === LARGE) {
      if (at + 2 > data.length) return undefined;
      arrivalUs += data.readInt16BE(at) * TICK_US;
      at += 2;
    }
    packets.push({
      sequence: (base + i) & 0xffff,
      arrivalUs: symbol === SMALL || symbol === LARGE ? arrivalUs : undefined,
    });
  }
  return { count: data[19]!, packets };
}

/**
 * Writes feedback about a range of packets.
 *
 * @param packets in the order of their numbers, without a gap; the first one has come.
 * @param count another one for each feedback.
 */
export function buildTransportFeedback(
  senderSsrc: number,
  mediaSsrc: number,
  count: number,
  packets: readonly PacketArrival[],
): Buffer {
  const [first] = packets;
  const reference = Math.floor((first?.arrivalUs ?? 0) / REFERENCE_US);
  const symbols: number[] = [];
  const deltas: number[] = [];
  let lastTicks = (reference * REFERENCE_US) / TICK_US;
  for (const { arrivalUs } of packets) {
    if (arrivalUs === undefined) {
      symbols.push(NOT_RECEIVED);
      continue;
    }
    const ticks = Math.round(arrivalUs / TICK_US);
    const delta = Math.max(-32_768, Math.min(32_767, ticks - lastTicks));
    lastTicks += delta;
    symbols.push(delta >= 0 && delta <= 255 ? SMALL : LARGE);
    deltas.push(delta);
  }
  const chunks = chunksOf(symbols);
  const deltaBytes = deltas.reduce((sum, delta) => sum + (delta >= 0 && delta <= 255 ? 1 : 2), 0);
  const length = 20 + chunks.length * 2 + deltaBytes;
  const out = Buffer.alloc(Math.ceil(length / 4) * 4);
  out[0] = 0x80 | TRANSPORT_CC;
  out[1] = 205;
  out.writeUInt16BE(out.length / 4 - 1, 2);
  out.writeUInt32BE(senderSsrc >>> 0, 4);
  out.writeUInt32BE(mediaSsrc >>> 0, 8);
  out.writeUInt16BE((first?.sequence ?? 0) & 0xffff, 12);
  out.writeUInt16BE(packets.length, 14);
  out.writeIntBE(reference % 0x80_0000, 16, 3);
  out[19] = count & 0xff;
  let at = 20;
  for (const chunk of chunks) at = out.writeUInt16BE(chunk, at);
  for (const delta of deltas) at = delta >= 0 && delta <= 255 ? out.writeUInt8(delta, at) : out.writeInt16BE(delta, at);
  return out;
}

/** Runs where seven or more are equal, else seven to a chunk. */
function chunksOf(symbols: readonly number[]): number[] {
  const chunks: number[] = [];
  for (let at = 0; at < symbols.length;) {
    const symbol = symbols[at]!;
    let run = 1;
    while (at + run < symbols.length && symbols[at + run] === symbol && run < 0x1fff) run++;
    if (run >= 7 || at + run === symbols.length) {
      chunks.push((symbol << 13) | run);
      at += run;
      continue;
    }
    let chunk = 0xc000;
    for (let i = 0; i < 7; i++) chunk |= (symbols[at + i] ?? NOT_RECEIVED) << (12 - 2 * i);
    chunks.push(chunk);
    at += 7;
  }
  return chunks;
}
