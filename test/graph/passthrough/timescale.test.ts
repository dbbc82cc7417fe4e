import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { heard, packetsOf, sendAll } from './rig.js';

const TUNE = fileURLToPath(new URL('../../../media/tune.opus', import.meta.url));

test('a file whose packets are copied is decoded from the moment its speed is changed, and goes on where it was', async () => {
  const original = await packetsOf(TUNE);
  const seconds = original.length / 50;
  const nodes = {
    song: { type: 'source.file', options: { src: TUNE, startSec: seconds - 6 } },
    opus: { type: 'encode.opus', in: { audio: 'song' } },
    call: { type: 'sink.call', in: { audio: 'opus' } },
  };
  const { sent, events } = await sendAll(nodes, {
    ms: 10_000,
    script: [
      [2000, (run) => run.setOptions('song', { speed: 2 })],
      [3000, (run) => run.setOptions('song', { speed: 1 })],
    ],
  });
  const known = new Set(original.map((data) => Buffer.from(data).toString('hex')));
  const copied = sent.map(({ data }) => known.has(Buffer.from(data).toString('hex')));
  expect(copied.slice(2, 99).every(Boolean)).toBe(true);
  expect(copied.slice(101).some(Boolean)).toBe(false);
  // Two seconds as they are, two in one, and the last two: what was read ahead, 80 ms, at the old speed.
  expect(Math.abs(sent.length - 250)).toBeLessThanOrEqual(6);
  // Not a tenth of a second of it is silent.
  const out = await heard(sent.map(({ data }) => data));
  for (let at = 48_000; at + 4800 < out.length - 9600; at += 4800) {
    expect(
      out.subarray(at, at + 4800).reduce((peak, x) => Math.max(peak, Math.abs(x)), 0),
      `at ${at / 48} ms`,
    ).toBeGreaterThan(0.01);
  }
  const node = (type: string) => events.filter((event) => JSON.stringify(event).includes(`"${type}"`));
  expect(node('stream.started')).toHaveLength(1);
});
