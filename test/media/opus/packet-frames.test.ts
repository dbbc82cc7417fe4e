import { describe, expect, test } from 'vitest';
import { joinOpus, opusChannels, opusFrameSamples, splitOpus } from '../../../src/media/opus/packet-frames.js';
import { OpusUnits, type OpusUnit } from '../../../src/media/opus/units.js';

/** CELT fullband, 20 ms, stereo: configuration 31. */
const TOC = (31 << 3) | 4;
/** The same with 10 ms. */
const TOC_10 = (30 << 3) | 4;
const bytes = (length: number, from = 1) => Uint8Array.from({ length }, (_, i) => (from + i) & 0xff);

describe('frames of an Opus packet', () => {
  test('lengths and channels follow the table of RFC 6716, 3.1', () => {
    const lengths = Array.from({ length: 32 }, (_, config) => opusFrameSamples(config << 3) / 48);
    const silk = [10, 20, 40, 60];
    const celt = [2.5, 5, 10, 20];
    expect(lengths).toEqual([...silk, ...silk, ...silk, 10, 20, 10, 20, ...celt, ...celt, ...celt, ...celt]);
    expect([opusChannels(0xf8), opusChannels(0xfc)]).toEqual([1, 2]);
  });

  test.each([
    ['one', [bytes(7)], 0],
    ['two of equal length', [bytes(5), bytes(5, 9)], 1],
    ['two of any length', [bytes(300), bytes(2)], 2],
    ['three of equal length', [bytes(4), bytes(4), bytes(4)], 3],
    ['three of any length', [bytes(251), bytes(252), bytes(1275)], 3],
    ['three with an empty one', [bytes(0), bytes(3), bytes(0)], 3],
  ])('%s: joined and taken apart again', (_, frames, code) => {
    const packet = joinOpus(TOC, frames);
    expect(packet[0]).toBe(TOC | code);
    const split = splitOpus(packet)!;
    expect(split.toc).toBe(TOC);
    expect(split.frames.map((frame) => [...frame])).toEqual(frames.map((frame) => [...frame]));
  });

  test('the packing is byte for byte that of the RFC', () => {
    expect([...joinOpus(TOC, [bytes(2), bytes(3)])]).toEqual([TOC | 2, 2, 1, 2, 1, 2, 3]);
    expect([...joinOpus(TOC, [bytes(1), bytes(1), bytes(1)])]).toEqual([TOC | 3, 3, 1, 1, 1]);
    expect([...joinOpus(TOC, [bytes(1), bytes(2), bytes(1)]).subarray(0, 4)]).toEqual([TOC | 3, 0x83, 1, 2]);
    // 253 = 252 + 1 and nothing times four; 259 = 255 + 1 × 4.
    expect([...joinOpus(TOC, [bytes(253), bytes(259), bytes(1)]).subarray(1, 6)]).toEqual([0x83, 253, 0, 255, 1]);
  });

  test('padding is dropped', () => {
    const padded = Uint8Array.from([TOC | 3, 0x40 | 2, 3, 7, 8, 0, 0, 0]);
    expect(splitOpus(padded)!.frames.map((frame) => [...frame])).toEqual([[7], [8]]);
    const long = new Uint8Array(2 + 2 + 2 + 255).fill(0);
    long.set([TOC | 3, 0x40 | 1, 255, 1]);
    // 254 + 1 bytes of padding, and two of the frame.
    expect(splitOpus(long)!.frames.map(({ length }) => length)).toEqual([2]);
  });

  test.each([
    ['nothing', []],
    ['two equal ones of an odd length', [TOC | 1, 1, 2, 3]],
    ['a length beyond the end', [TOC | 2, 9, 1]],
    ['no length', [TOC | 2]],
    ['a count of nothing', [TOC | 3, 0]],
    ['more than 120 ms', [TOC | 3, 7, 1, 1, 1, 1, 1, 1, 1]],
    ['frames that do not divide the rest', [TOC | 3, 2, 1, 2, 3]],
    ['endless padding', [TOC | 3, 0x41, 255]],
    ['more padding than packet', [TOC | 3, 0x41, 9, 1]],
  ])('malformed: %s', (_, packet) => {
    expect(splitOpus(Uint8Array.from(packet))).toBeUndefined();
  });

  test('no packet holds nothing or more than 120 ms', () => {
    expect(() => joinOpus(TOC, [])).toThrow(RangeError);
    expect(() => joinOpus(TOC, new Array<Uint8Array>(7).fill(bytes(1)))).toThrow(RangeError);
  });

  test('any bytes are either refused or give frames within the packet', () => {
    let seed = 7;
    const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
    for (let i = 0; i < 20_000; i++) {
      const packet = Uint8Array.from({ length: Math.floor(random() * 40) }, () => random() * 256);
      const split = splitOpus(packet);
      if (!split) continue;
      expect(split.frames.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(packet.length);
    }
  });
});

describe('units of 20 ms', () => {
  const unitsOf = (...packets: Uint8Array[]) => {
    const cutter = new OpusUnits();
    const units: OpusUnit[] = [];
    const taken = packets.map((packet) => cutter.push(packet, (unit) => units.push(unit)));
    return { units, taken };
  };

  test('a packet of 20 ms is one, itself', () => {
    const packet = joinOpus(TOC, [bytes(9)]);
    const { units } = unitsOf(packet);
    expect(units).toEqual([{ decode: [packet], span: 1, coded: packet, channels: 2 }]);
    expect(units[0]!.coded).toBe(packet);
  });

  test('60 ms of three frames are three', () => {
    const frames = [bytes(3), bytes(4), bytes(5)];
    const { units } = unitsOf(joinOpus(TOC, frames));
    expect(units.map(({ coded }) => [...coded!])).toEqual(frames.map((frame) => [...joinOpus(TOC, [frame])]));
  });

  test('two of 10 ms are joined, three and a half of them leave one over', () => {
    const half = joinOpus(TOC_10, [bytes(3)]);
    const { units } = unitsOf(half, half, half);
    expect(units).toHaveLength(1);
    expect([...units[0]!.coded!]).toEqual([...joinOpus(TOC_10, [bytes(3), bytes(3)])]);
    expect(units[0]!.decode).toHaveLength(2);
  });

  test('two kinds in 20 ms can only be decoded', () => {
    const { units } = unitsOf(joinOpus(TOC_10, [bytes(3)]), joinOpus(TOC_10 & ~4, [bytes(3)]));
    expect(units.map(({ coded, decode }) => [coded, decode.length])).toEqual([[undefined, 2]]);
  });

  test('a frame of 60 ms covers three', () => {
    const { units } = unitsOf(joinOpus(3 << 3, [bytes(30)]));
    expect(units.map(({ span, coded }) => [span, coded])).toEqual([
      [3, undefined],
      [0, undefined],
      [0, undefined],
    ]);
  });

  test('what is malformed is dropped', () => {
    expect(unitsOf(Uint8Array.from([TOC | 1, 1, 2, 3]), joinOpus(TOC, [bytes(2)])).taken).toEqual([false, true]);
  });
});
