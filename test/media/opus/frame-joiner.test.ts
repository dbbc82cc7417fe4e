import { randomBytes, randomInt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { FrameJoiner } from '../../../src/media/opus/frame-joiner.js';
import { joinOpus, splitOpus } from '../../../src/media/opus/packet-frames.js';

/** CELT fullband, 20 ms, stereo: configuration 31; and with 10 ms. */
const TOC = (31 << 3) | 4;
const TOC_10 = (30 << 3) | 4;

describe('FrameJoiner', () => {
  test('makes what joinOpus makes, again and again', () => {
    const joiner = new FrameJoiner();
    for (let round = 0; round < 300; round++) {
      const same = randomInt(2) === 0 ? randomInt(300) : -1;
      const frames = Array.from({ length: 1 + randomInt(6) }, () => randomBytes(same < 0 ? randomInt(1276) : same));
      expect(joiner.empty).toBe(true);
      for (const frame of frames) {
        const packet = joinOpus(TOC, [frame]);
        expect(joiner.fits(packet)).toBe(true);
        expect(joiner.add(packet)).toBe(true);
      }
      expect(Buffer.from(joiner.take()).equals(joinOpus(TOC, frames))).toBe(true);
    }
  });

  test('takes packets of several frames', () => {
    const joiner = new FrameJoiner();
    const frames = [80, 90, 100, 100].map((length) => randomBytes(length));
    joiner.add(joinOpus(TOC_10, frames.slice(0, 2)));
    joiner.add(joinOpus(TOC_10, frames.slice(2)));
    expect(splitOpus(joiner.take())!.frames.map((frame) => Buffer.from(frame))).toEqual(frames);
  });

  test('says what does not fit, and drops what is malformed', () => {
    const joiner = new FrameJoiner();
    const packet = joinOpus(TOC, [randomBytes(50)]);
    for (let i = 0; i < 6; i++) joiner.add(packet);
    // 120 ms are the most; another kind never goes with it.
    expect(joiner.fits(packet)).toBe(false);
    expect(joiner.fits(joinOpus(TOC_10, [randomBytes(50)]))).toBe(false);
    expect(joiner.add(joinOpus(TOC, [randomBytes(10), randomBytes(10)]))).toBe(false);
    expect(joiner.add(new Uint8Array(0))).toBe(false);
    expect(joiner.add(Uint8Array.of(TOC | 3))).toBe(false);
    expect(joiner.add(new Uint8Array(1400).fill(TOC, 0, 1))).toBe(false);
    expect(splitOpus(joiner.take())!.frames).toHaveLength(6);
  });
});
