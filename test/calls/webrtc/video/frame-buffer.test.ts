import { describe, expect, it } from 'vitest';
import { FrameBuffer, type FramePacket } from '../../../../src/calls/webrtc/video/frame-buffer.js';
import { seeded } from '../support/stream.js';

/** Frames of so many packets each, the first of them and every `keyEvery`-th a key frame. */
function film(sizes: readonly number[], keyEvery = Infinity, first = 65_500): FramePacket[] {
  const packets: FramePacket[] = [];
  sizes.forEach((size, frame) => {
    const key = frame === 0 || frame % keyEvery === 0;
    for (let i = 0; i < size; i++) {
      packets.push({
        sequence: first + packets.length,
        timestamp: frame * 3000,
        marker: i === size - 1,
        codec: 'vp8',
        part: { data: [Uint8Array.of(frame, i)], begins: i === 0, key: key && i === 0 },
      });
    }
  });
  return packets;
}

function collect(): { buffer: FrameBuffer; frames: { frame: number; key: boolean; bytes: number }[] } {
  const frames: { frame: number; key: boolean; bytes: number }[] = [];
  const buffer = new FrameBuffer(({ timestamp, key, data }) =>
    frames.push({ frame: timestamp / 3000, key, bytes: data.length / 2 }),
  );
  return { buffer, frames };
}

describe('a frame buffer', () => {
  it('gives whole frames in order, whatever the order of their packets', () => {
    const sizes = Array.from({ length: 60 }, (_, i) => 1 + ((i * 7) % 5));
    const packets = film(sizes);
    const random = seeded(3);
    for (let i = 3; i + 8 < packets.length; i += 6) {
      const swap = i + Math.floor(random() * 8);
      [packets[i], packets[swap]] = [packets[swap]!, packets[i]!];
    }
    const { buffer, frames } = collect();
    for (const packet of packets) {
      buffer.insert(packet);
      // Twice, as a network may have it.
      buffer.insert(packet);
    }
    expect(frames).toEqual(sizes.map((bytes, frame) => ({ frame, key: frame === 0, bytes })));
  });

  it('waits for what is missing, and goes on when it comes', () => {
    const packets = film([2, 3, 1, 1]);
    const { buffer, frames } = collect();
    for (const packet of packets.filter((_, i) => i !== 3)) buffer.insert(packet);
    expect(frames.map(({ frame }) => frame)).toEqual([0]);
    // The second frame has begun, and will not end.
    expect(buffer.blocked).toBe(true);
    const all = collect();
    for (const packet of packets.filter((_, i) => i !== 2)) all.buffer.insert(packet);
    expect(all.buffer.blocked).toBe(true);
    all.buffer.insert(packets[2]!);
    expect(all.frames.map(({ frame }) => frame)).toEqual([0, 1, 2, 3]);
  });

  it('begins at a key frame, and goes on at the next when it gives up', () => {
    const packets = film(new Array<number>(12).fill(2), 5);
    const { buffer, frames } = collect();
    // Joined in the middle of the first frame; packet 14 is lost.
    packets.forEach((packet, i) => {
      if (i > 0 && i !== 14) buffer.insert(packet);
    });
    // The second key frame was whole while packet 14 was missing.
    expect(frames.map(({ frame }) => frame)).toEqual([5, 6, 10, 11]);
    expect(frames.map(({ key }) => key)).toEqual([true, false, true, false]);
    buffer.giveUp();
    expect(buffer.needsKey).toBe(true);
  });

  it('takes a new time stamp for the end of a frame whose marker is missing, and padding for nothing', () => {
    const packets = film([2, 2, 2]).map((packet, i) => (i === 1 ? { ...packet, marker: false } : packet));
    packets.splice(4, 0, { sequence: 0, timestamp: 3000, marker: false, codec: 'vp8', part: undefined });
    const { buffer, frames } = collect();
    packets.forEach((packet, i) => buffer.insert({ ...packet, sequence: 100 + i }));
    expect(frames.map(({ frame, bytes }) => [frame, bytes])).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
    ]);
  });

  it('holds no more than a few seconds, and asks for a key frame then', () => {
    const packets = film(new Array<number>(3000).fill(1));
    const { buffer, frames } = collect();
    for (const packet of packets.filter((_, i) => i !== 10)) buffer.insert(packet);
    expect(frames.length).toBe(10);
    expect(buffer.needsKey).toBe(true);
  });
});
