import { expect, it } from 'vitest';
import { ByteQueue } from '../../../src/media/net/byte-queue.js';

const bytes = (from: number, count: number) => Buffer.from(Array.from({ length: count }, (_, i) => (from + i) % 251));

function drain(queue: ByteQueue, size: number): Buffer {
  const parts: Buffer[] = [];
  while (queue.length > 0) parts.push(queue.take(size));
  return Buffer.concat(parts);
}

it.each([1, 7, 100, 1000])('gives what came, in order, in pieces of %i', (size) => {
  const queue = new ByteQueue();
  for (let at = 0; at < 900; at += 90) queue.push(bytes(at, 90));
  queue.push(Buffer.alloc(0));
  expect(queue.length).toBe(900);
  expect(drain(queue, size)).toEqual(bytes(0, 900));
  expect(queue.take(10)).toHaveLength(0);
});

it('goes back by what was taken, across chunks, and gives it again', () => {
  const queue = new ByteQueue();
  for (let at = 0; at < 900; at += 90) queue.push(bytes(at, 90));
  queue.skip(500);
  expect(queue.rewind(501)).toBe(false);
  expect(queue.rewind(333)).toBe(true);
  expect(queue.length).toBe(733);
  expect(drain(queue, 64)).toEqual(bytes(167, 733));
  expect(queue.rewind(900)).toBe(true);
  expect(drain(queue, 64)).toEqual(bytes(0, 900));
});

it('keeps only so much of what was taken', () => {
  const queue = new ByteQueue();
  for (let i = 0; i < 1000; i++) {
    queue.push(Buffer.alloc(1000, i));
    queue.take(1000);
  }
  expect(queue.rewind(128 * 1024)).toBe(true);
  queue.skip(128 * 1024);
  expect(queue.rewind(140_000)).toBe(false);
  queue.clear();
  expect(queue.rewind(1)).toBe(false);
});
