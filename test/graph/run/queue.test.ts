import { describe, expect, it } from 'vitest';
import type { OverflowPolicy } from '../../../src/graph/plan-types.js';
import { BoundedQueue, copyFrameInto, copyPacketInto } from '../../../src/graph/run/queue.js';
import { createAudioFrame } from '../../../src/media/frame.js';
import type { Packet } from '../../../src/media/packet.js';

const numbers = (capacity: number, policy: OverflowPolicy) =>
  new BoundedQueue<{ n: number }>(capacity, policy, (from, into) => Object.assign(into ?? { n: 0 }, from));
const packet = (bytes: number[], extra: Partial<Packet> = {}): Packet => ({
  kind: 'packet',
  codec: 'opus',
  ptsUs: 0,
  durationUs: 20_000,
  key: true,
  data: Uint8Array.from(bytes),
  ...extra,
});

describe('BoundedQueue', () => {
  it.each<[OverflowPolicy, boolean[], number[], number]>([
    ['drop-oldest', [true, true, true, true, true], [3, 4, 5], 2],
    ['drop-newest', [true, true, true, false, false], [1, 2, 3], 2],
    ['block', [true, true, true, false, false], [1, 2, 3], 0],
  ])('%s', (policy, taken, left, dropped) => {
    const queue = numbers(3, policy);
    expect([1, 2, 3, 4, 5].map((n) => queue.push({ n }))).toEqual(taken);
    expect(queue.stats()).toEqual({ depth: 3, capacity: 3, passed: 0, dropped, underruns: 0 });
    expect([queue.pop()?.n, queue.pop()?.n, queue.pop()?.n, queue.pop()]).toEqual([...left, undefined]);
    expect(queue.stats()).toEqual({ depth: 0, capacity: 3, passed: 3, dropped, underruns: 1 });
  });

  it('refuses capacities that are none', () => {
    for (const capacity of [0, -1, 1.5, NaN, Infinity]) expect(() => numbers(capacity, 'block')).toThrow(RangeError);
  });

  it('does what a plain list does, whatever comes', () => {
    let seed = 12345;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (const policy of ['drop-oldest', 'drop-newest', 'block'] as const) {
      for (let round = 0; round < 50; round++) {
        const capacity = 1 + random(7);
        const queue = numbers(capacity, policy);
        const model: number[] = [];
        const stats = { depth: 0, capacity, passed: 0, dropped: 0, underruns: 0 };
        for (let i = 0; i < 200; i++) {
          if (random(2) === 0) {
            const full = model.length === capacity;
            expect(queue.push({ n: i })).toBe(!full || policy === 'drop-oldest');
            if (full && policy !== 'block') stats.dropped++;
            if (full && policy === 'drop-oldest') model.shift();
            if (!full || policy === 'drop-oldest') model.push(i);
          } else {
            const expected = model.shift();
            expect(queue.peek()?.n).toBe(expected);
            expect(queue.pop()?.n).toBe(expected);
            if (expected === undefined) stats.underruns++;
            else stats.passed++;
          }
          expect(queue.stats()).toEqual({ ...stats, depth: model.length });
        }
      }
    }
  });

  it('reuses the memory of its slots for ever', () => {
    const frames = new BoundedQueue(3, 'drop-oldest', copyFrameInto);
    const packets = new BoundedQueue(3, 'drop-oldest', copyPacketInto);
    const seen = new Set<unknown>();
    for (let i = 0; i < 50; i++) {
      frames.push(createAudioFrame(2));
      packets.push(packet([i, i, i]));
      if (i % 2 === 0) continue;
      const [frame, one] = [frames.pop()!, packets.pop()!];
      for (const thing of [frame, frame.planes[0], one, one.data, one.data.buffer]) seen.add(thing);
    }
    expect(seen.size).toBe(3 * 5);
  });

  it('keeps packets of any size apart', () => {
    const queue = new BoundedQueue(2, 'drop-oldest', copyPacketInto);
    const big = packet(
      Array.from({ length: 700 }, (_, i) => i & 255),
      { levelDbov: -20 },
    );
    for (const one of [packet([1]), packet([2, 3]), big, packet([4], { key: false })]) queue.push(one);
    expect(queue.pop()).toEqual(big);
    expect(queue.pop()).toEqual(packet([4], { key: false }));
    queue.push(packet([]));
    expect(queue.pop()).toEqual(packet([]));
  });
});
