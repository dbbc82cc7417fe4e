import { describe, expect, it } from 'vitest';
import { longestFreezeSec, rateKbps, sendOverLink } from './shaped-link.js';

const DOWN_AND_BACK = [
  { fromSec: 0, kbps: 2000 },
  { fromSec: 30, kbps: 300 },
  { fromSec: 60, kbps: 2000 },
];

describe('a link shaped from 2 Mbit/s to 300 kbit/s and back', () => {
  it.each([
    { queueMs: 150, seed: 1 },
    { queueMs: 300, seed: 2 },
    { queueMs: 300, seed: 3 },
    { queueMs: 800, seed: 4 },
    { queueMs: 300, seed: 5, delayMs: 80 },
  ])('is followed without a freeze over two seconds (%o)', async (link) => {
    const { frames, told } = await sendOverLink({ phases: DOWN_AND_BACK, seconds: 100, ...link });
    expect(longestFreezeSec(frames, 0.5, 30)).toBeLessThan(0.5);
    expect(longestFreezeSec(frames, 29, 60)).toBeLessThan(2);
    expect(longestFreezeSec(frames, 59, 100)).toBeLessThan(0.5);
    // What the link takes is used, and its queue is not kept full.
    expect(rateKbps(frames, 10, 30)).toBeGreaterThan(1400);
    expect(rateKbps(frames, 36, 60)).toBeGreaterThan(200);
    expect(rateKbps(frames, 36, 60)).toBeLessThan(300);
    const late = frames.filter(({ atSec }) => atSec > 40 && atSec < 60).map(({ delayMs }) => delayMs);
    expect(Math.max(...late)).toBeLessThan(350);
    // Within five seconds it is as good as before: probes find the room, and promise none that is not there.
    expect(rateKbps(frames, 65, 100)).toBeGreaterThan(1400);
    expect(rateKbps(frames, 65, 67)).toBeGreaterThan(1200);
    expect(Math.max(...told.filter(([atSec]) => atSec > 36 && atSec < 60).map(([, kbps]) => kbps))).toBeLessThan(450);
  });
});

describe('a link that loses packets at random', () => {
  it.each([0.01, 0.05])('of %d shows every frame, and no freeze', async (loss) => {
    const { frames, stats } = await sendOverLink({ phases: [{ fromSec: 0, kbps: 2000, loss }], seconds: 60 });
    // All but those that are on their way at the end.
    expect(frames.length).toBeGreaterThan(60 * 30 - 15);
    expect(longestFreezeSec(frames, 1, 59.5)).toBeLessThan(0.5);
    expect(frames.filter(({ key }) => key).length).toBeLessThanOrEqual(2);
    expect(stats.sent[0]!.retransmitted).toBeGreaterThan(100);
    // It is not taken for a full link.
    expect(rateKbps(frames, 10, 60)).toBeGreaterThan(1300);
  });

  it('of 10 % keeps its pictures moving, at a lower rate', async () => {
    const { frames } = await sendOverLink({ phases: [{ fromSec: 0, kbps: 2000, loss: 0.1 }], seconds: 60 });
    expect(longestFreezeSec(frames, 1, 59.5)).toBeLessThan(1);
    expect(rateKbps(frames, 10, 60)).toBeGreaterThan(150);
  });
});

it('the same link gives the same run', async () => {
  const run = { phases: [{ fromSec: 0, kbps: 700, loss: 0.02 }], seconds: 10 };
  expect((await sendOverLink(run)).frames).toEqual((await sendOverLink(run)).frames);
});
