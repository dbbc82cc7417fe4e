import { describe, expect, it } from 'vitest';
import { packH264, splitAnnexB, unpackH264 } from '../../../../src/calls/webrtc/video/h264-payload.js';
import { MAX_PAYLOAD_BYTES } from '../../../../src/calls/webrtc/video/payload.js';
import { packVp8, unpackVp8 } from '../../../../src/calls/webrtc/video/vp8-payload.js';
import { seeded } from '../support/stream.js';

const random = seeded(7);
const bytes = (length: number, first: number): Buffer => {
  const data = Buffer.from(Array.from({ length }, () => 1 + Math.floor(random() * 255)));
  data[0] = first;
  return data;
};
const annexB = (...units: readonly Buffer[]): Buffer => Buffer.concat(units.flatMap((unit) => [Buffer.from([0, 0, 0, 1]), unit]));

describe('VP8 payloads', () => {
  it.each([1, 500, MAX_PAYLOAD_BYTES, 5000, 100_000])('carry a frame of %i bytes there and back', (length) => {
    const frame = bytes(length, 0x10);
    const payloads = packVp8(frame, 0x7abc);
    expect(Math.max(...payloads.map((payload) => payload.length))).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
    const parts = payloads.map((payload) => unpackVp8(payload)!);
    expect(parts.map(({ begins }) => begins)).toEqual(payloads.map((_, i) => i === 0));
    expect(parts[0]!.key).toBe(true);
    expect(Buffer.concat(parts.flatMap(({ data }) => data))).toEqual(frame);
    expect(payloads.every((payload) => payload.readUInt16BE(2) === (0x8000 | 0x7abc))).toBe(true);
  });

  it('of others are understood, whatever their descriptor holds', () => {
    // RFC 7741, 4.2: short picture id, TL0PICIDX, TID and KEYIDX.
    expect(unpackVp8(Buffer.from([0x90, 0xf0, 0x11, 0x05, 0x20, 0x10, 0xaa]))).toEqual({
      data: [Buffer.from([0x10, 0xaa])],
      begins: true,
      key: true,
    });
    expect(unpackVp8(Buffer.from([0x10, 0x11, 1]))).toMatchObject({ begins: true, key: false });
    // Of the second partition.
    expect(unpackVp8(Buffer.from([0x11, 0x10, 1]))).toMatchObject({ begins: false, key: false });
    for (const cut of [[], [0x90], [0x90, 0x80], [0x90, 0x80, 0x80], [0x90, 0x80, 0x80, 1]])
      expect(unpackVp8(Buffer.from(cut))).toBeUndefined();
  });
});

describe('H.264 payloads', () => {
  const [sps, pps] = [bytes(20, 0x67), bytes(6, 0x68)];

  it('of a key frame aggregate the parameter sets and cut the picture', () => {
    const idr = bytes(4000, 0x65);
    const payloads = packH264(annexB(bytes(2, 0x09), sps, pps, bytes(700, 0x06), idr));
    expect(payloads.map((payload) => payload[0]! & 0x1f)).toEqual([24, 28, 28, 28, 28]);
    expect(Math.max(...payloads.map((payload) => payload.length))).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
    const parts = payloads.map((payload) => unpackH264(payload)!);
    expect(parts.map(({ begins }) => begins)).toEqual([true, true, false, false, false]);
    expect(parts[0]!.key).toBe(true);
    // Without the delimiter and the supplemental information.
    expect(Buffer.concat(parts.flatMap(({ data }) => data))).toEqual(annexB(sps, pps, idr));
  });

  it('of a small picture are one unit', () => {
    const slice = bytes(900, 0x41);
    expect(packH264(annexB(slice))).toEqual([slice]);
    expect(unpackH264(slice)).toMatchObject({ begins: true, key: false });
  });

  it('find units behind three and four bytes of start code, and leave zeros behind them out', () => {
    const stream = Buffer.concat([Buffer.from([0, 0, 1]), sps, Buffer.from([0, 0, 0, 1]), pps, Buffer.from([0, 0])]);
    expect(splitAnnexB(stream)).toEqual([sps, pps]);
    expect(splitAnnexB(Buffer.from([1, 2, 3]))).toEqual([]);
  });

  it('that are cut off, or of a kind that the mode does not have, are refused', () => {
    for (const payload of [[], [0x67], [0x7c, 0x85], [24, 0, 9, 1], [24, 0, 0, 1], [25, 1, 2, 3], [29, 1, 2, 3]])
      expect(unpackH264(Buffer.from(payload))).toBeUndefined();
  });

  it('of any bytes never throw', () => {
    for (let n = 0; n < 5000; n++) {
      const payload = bytes(1 + Math.floor(random() * 40), Math.floor(random() * 256));
      unpackH264(payload);
      unpackVp8(payload);
      packH264(payload);
    }
  });
});
