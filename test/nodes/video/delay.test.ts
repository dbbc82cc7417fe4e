import { describe, expect, it } from 'vitest';
import { livePictures } from '../../../src/media/av/video/picture.js';
import { videoDelay } from '../../../src/nodes/video/delay.js';
import { renderNode, type RenderNodeSettings } from '../../../src/testing/index.js';

/** Pictures at 50 a second whose luma is 20 and their number. */
async function delayed(delayMs: number, more: RenderNodeSettings = {}) {
  const live = livePictures();
  const rendered = await renderNode(videoDelay, {
    options: { delayMs },
    inputs: { video: { video: (index) => (index < 10 ? { yuv: [20 + index, 128, 128] as const } : 'complete') } },
    frameRate: 50,
    durationMs: 400,
    ...more,
  });
  expect(livePictures()).toBe(live);
  return {
    counters: rendered.counters,
    seen: rendered.outputs['video']!.pictures.map(({ ptsUs, y }) => [ptsUs / 1000, y[0]! - 20] as const),
  };
}

describe('video.delay', () => {
  it.each([0, 20, 60, 41.25, 7])('of %d ms gives each picture once, so much later to the microsecond', async (delayMs) => {
    const { seen, counters } = await delayed(delayMs);
    expect(seen).toEqual(Array.from({ length: 10 }, (_, i) => [i * 20 + delayMs, i]));
    expect(counters).toEqual({});
  });

  it('waits for a longer delay, and leaves out what a shorter one skips', async () => {
    const longer = await delayed(20, { optionChanges: [{ atMs: 100, options: { delayMs: 80 } }] });
    expect(longer.seen.map(([, picture]) => picture)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(longer.seen.at(-1)).toEqual([180 + 80, 9]);
    const shorter = await delayed(80, { optionChanges: [{ atMs: 100, options: { delayMs: 20 } }] });
    expect(shorter.seen.map(([, picture]) => picture)).toEqual([0, 4, 5, 6, 7, 8, 9]);
    expect(shorter.counters).toEqual({ dropped: 3 });
  });
});
