import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OggOpusReader } from '../../../src/media/opus/ogg-reader.js';

const PRE_SKIP = 312;
const FRAME = 960;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'voxgraph-ogg-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The checksum of RFC 3533 §6 item 7, bit by bit. */
function crc(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) {
    value ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? 0x04c1_1db7 : 0);
  }
  return value >>> 0;
}

interface PageSpec {
  readonly serial?: number;
  readonly flags?: number;
  readonly granule: number;
  readonly lacing: readonly number[];
  readonly body: Buffer;
}

function page({ serial = 7, flags = 0, granule, lacing, body }: PageSpec, sequence: number): Buffer {
  const head = Buffer.alloc(27 + lacing.length);
  head.write('OggS', 'latin1');
  head[5] = flags;
  head.writeBigInt64LE(BigInt(granule), 6);
  head.writeUInt32LE(serial, 14);
  head.writeUInt32LE(sequence, 18);
  head[26] = lacing.length;
  head.set(lacing, 27);
  const whole = Buffer.concat([head, body]);
  whole.writeUInt32LE(crc(whole), 22);
  return whole;
}

/** Puts packets of one 20 ms frame into pages of so many segments, as a muxer does that does not care where packets end. */
function pagesOf(packets: readonly Buffer[], segments: number, serial = 7): Buffer[] {
  const pages = [page({ serial, flags: 2, granule: 0, lacing: [8], body: Buffer.from('OpusHead') }, 0)];
  const tags = Buffer.alloc(600, 'T');
  pages.push(page({ serial, granule: 0, lacing: [255, 255, 90], body: tags }, 1));
  const pieces = packets.flatMap((packet) => {
    const rest = packet.length % 255;
    const whole = (packet.length - rest) / 255;
    const lengths = [...new Array<number>(whole).fill(255), rest];
    return lengths.map((length, i) => ({ length, data: packet.subarray(i * 255, i * 255 + length), ends: i === whole }));
  });
  let ended = 0;
  let open = false;
  for (let at = 0; at < pieces.length; at += segments) {
    const mine = pieces.slice(at, at + segments);
    const endings = mine.filter(({ ends }) => ends).length;
    ended += endings;
    const last = at + segments >= pieces.length;
    pages.push(
      page(
        {
          serial,
          flags: (open ? 1 : 0) | (last ? 4 : 0),
          // The end is cut off in the middle of the last packet.
          granule: endings === 0 ? -1 : ended * FRAME - (last ? 500 : 0),
          lacing: mine.map(({ length }) => length),
          body: Buffer.concat(mine.map(({ data }) => data)),
        },
        pages.length,
      ),
    );
    open = !mine.at(-1)!.ends;
  }
  return pages;
}

/** A packet of one CELT frame of 20 ms, recognizable. */
function packet(n: number, bytes: number): Buffer {
  const data = Buffer.alloc(bytes, n & 0xff);
  data[0] = 31 << 3;
  data.writeUInt32BE(n, 1);
  return data;
}
const packets = (count: number): Buffer[] => Array.from({ length: count }, (_, n) => packet(n, 40 + ((n * 83) % 700)));

function open(content: Buffer | readonly Buffer[]): OggOpusReader | undefined {
  const path = join(folder, 'test.opus');
  writeFileSync(path, Buffer.isBuffer(content) ? content : Buffer.concat(content));
  return OggOpusReader.open(path, PRE_SKIP);
}
function numbers(reader: OggOpusReader): number[] {
  const found: number[] = [];
  for (let data = reader.read(); data; data = reader.read()) found.push(Buffer.from(data).readUInt32BE(1));
  reader.close();
  return found;
}
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('OggOpusReader', () => {
  test.each([1, 2, 3, 7, 50, 255])('gives every packet, whole, from pages of %d segments', (segments) => {
    const all = packets(400);
    // Page after page without an end of a packet, first of all, is no usual beginning.
    if (segments < 3) all.unshift(packet(9999, 100));
    const reader = open(pagesOf(all, segments))!;
    expect(reader.position).toBe(-PRE_SKIP);
    for (const wanted of all) expect(Buffer.compare(reader.read()!, wanted)).toBe(0);
    expect(reader.read()).toBeUndefined();
    expect(reader.read()).toBeUndefined();
    reader.close();
  });

  test('gives a packet whose length is a multiple of 255', () => {
    const all = [packet(0, 255), packet(1, 510), packet(2, 40), packet(3, 765)];
    for (const segments of [2, 3, 20]) expect(numbers(open(pagesOf(all, segments))!)).toEqual([0, 1, 2, 3]);
  });

  test.each([2, 9, 60, 255])('seeks to at most the position, in pages of %d segments, and knows where it is', (segments) => {
    const all = packets(3000);
    const reader = open(pagesOf([packet(0, 50), ...all.slice(1)], segments))!;
    for (const position of [0, -5000, 1, 959, 960, 48_000, 777_777, 1_500_000, 2_400_000, 2_879_000, 12_345]) {
      reader.seek(position);
      const first = Buffer.from(reader.read()!).readUInt32BE(1);
      expect(reader.position).toBe(first * FRAME - PRE_SKIP);
      expect(reader.position).toBeLessThanOrEqual(Math.max(-PRE_SKIP, position));
      expect(reader.position).toBeGreaterThan(position - 300 * FRAME);
      expect(Buffer.from(reader.read()!).readUInt32BE(1)).toBe(first + 1);
    }
    reader.seek(10_000_000);
    expect(numbers(reader).length).toBeLessThan(300);
  });

  test('passes over a damaged page, and what belongs to it on the pages beside', () => {
    const pages = pagesOf(packets(60), 5);
    const sound = numbers(open(pages)!);
    expect(sound).toEqual(range(0, 60));
    const at = 6;
    for (const damage of [
      (bytes: Buffer) => void (bytes[40]! ^= 1),
      (bytes: Buffer) => void bytes.write('XXXX'),
      (bytes: Buffer) => void (bytes[26] = 255),
      (bytes: Buffer) => void (bytes[22]! ^= 0x80),
    ]) {
      const damaged = pages.map((each) => Buffer.from(each));
      damage(damaged[at]!);
      const found = numbers(open(damaged)!);
      expect(found.length).toBeGreaterThan(50);
      expect(found.length).toBeLessThan(60);
      expect(found.slice(0, 3)).toEqual([0, 1, 2]);
      expect(found.at(-1)).toBe(59);
      expect(found).toEqual(found.toSorted((a, b) => a - b));
    }
    const lost = pages.filter((_, i) => i !== at);
    expect(numbers(open(lost)!).at(-1)).toBe(59);
  });

  test('reads on behind rubbish between pages, and to the last whole page of a file that is cut off', () => {
    const pages = pagesOf(packets(60), 5);
    const rubbish = Buffer.concat([Buffer.alloc(1000, 'O'), Buffer.from('OggS OggS'), Buffer.alloc(70_000, 'g')]);
    expect(numbers(open([...pages.slice(0, 8), rubbish, ...pages.slice(8)])!)).toEqual(range(0, 60));
    const whole = Buffer.concat(pages);
    const cut = numbers(open(whole.subarray(0, whole.length - 10))!);
    expect(cut).toEqual(range(0, cut.length));
    expect(cut.length).toBeGreaterThan(50);
  });

  test('takes no file that is unusual', () => {
    const pages = pagesOf(packets(30), 20);
    expect(open(pages)).toBeDefined();
    // Two streams behind each other, two beside each other, one whose beginning is missing, none at all.
    expect(open([...pages, ...pagesOf(packets(30), 20, 8)])).toBeUndefined();
    expect(open(pages.flatMap((each, i) => [each, pagesOf(packets(30), 20, 8)[i]!]))).toBeUndefined();
    expect(open([...pages.slice(0, 2), ...pages.slice(5)])).toBeUndefined();
    expect(open(pages.slice(0, 2))).toBeUndefined();
    expect(open([Buffer.from('rubbish'), ...pages])).toBeUndefined();
    expect(open(Buffer.alloc(100_000, 'OggS'))).toBeUndefined();
  });

  test('gives no packet once it is closed', () => {
    const reader = open(pagesOf(packets(5000), 20))!;
    reader.read();
    reader.close();
    reader.close();
    expect(numbers(reader).length).toBeLessThan(1000);
  });
});
