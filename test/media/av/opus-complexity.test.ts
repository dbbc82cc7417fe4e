import { expect, it } from 'vitest';
import { createOpusEncoder } from '../../../src/media/av/opus-encoder.js';
import { createAudioFrame } from '../../../src/media/frame.js';

it('another effort takes over between two packets: none is missing, and the packets then differ', async () => {
  const [one, other] = await Promise.all([createOpusEncoder(), createOpusEncoder()]);
  const frame = createAudioFrame(2);
  frame.silent = false;
  const packets: [Buffer[], Buffer[]] = [[], []];
  const encode = (from: number, to: number) => {
    for (let tick = from; tick < to; tick++) {
      for (const [c, plane] of frame.planes.entries())
        for (let i = 0; i < 960; i++)
          plane[i] = 0.3 * Math.sin(0.05 * (tick * 960 + i) * (1 + c) + 2 * Math.sin(0.001 * (tick * 960 + i)));
      one.encode(frame, (data) => packets[0].push(Buffer.from(data)));
      other.encode(frame, (data) => packets[1].push(Buffer.from(data)));
    }
  };
  encode(0, 10);
  await other.setComplexity(0);
  encode(10, 40);
  expect(packets[1]).toHaveLength(packets[0].length);
  const firstDifferent = packets[0].findIndex((packet, i) => !packet.equals(packets[1][i]!));
  // The successor encodes along for 100 ms first.
  expect(firstDifferent).toBeGreaterThanOrEqual(14);
  expect(firstDifferent).toBeLessThan(20);
  await expect(other.setComplexity(11)).rejects.toThrow('complexity');
  one.close();
  other.close();
});
