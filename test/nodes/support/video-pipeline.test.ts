import { describe, expect, it } from 'vitest';
import type { NodeContext } from '../../../src/graph/context.js';
import { blankPicture } from '../../../src/media/av/video/blank.js';
import { livePictures, type Picture } from '../../../src/media/av/video/picture.js';
import { ContentFrame } from '../../../src/media/video-frame.js';
import { FrameRateGate } from '../../../src/nodes/support/frame-rate-gate.js';
import { PlaybackClock } from '../../../src/nodes/support/playback-clock.js';
import { VideoPipeline } from '../../../src/nodes/support/video-pipeline.js';

const turn = () => new Promise((done) => setImmediate(done));

function open(offline: boolean) {
  const counters: Record<string, number> = {};
  const ctx = { offline, count: (name: string, by = 1) => void (counters[name] = (counters[name] ?? 0) + by) };
  const done: number[] = [];
  const errors: unknown[] = [];
  let release: (() => void) | undefined;
  let fail = false;
  const work = {
    now: (_: Picture, ptsUs: number) => void done.push(ptsUs),
    later: async (_: Picture, ptsUs: number) => {
      await new Promise<void>((go) => (release = go));
      if (fail) throw new Error('the encoder broke');
      done.push(ptsUs);
    },
  };
  const pipeline = new VideoPipeline(ctx as unknown as NodeContext, work, (reason) => errors.push(reason));
  const push = (ptsUs: number) => {
    const content = blankPicture(16, 16);
    pipeline.push(new ContentFrame(ptsUs, content));
    content.release();
  };
  const finish = async (failing = false) => {
    fail = failing;
    while (!release) await turn();
    const go = release;
    release = undefined;
    go();
    await turn();
    await turn();
  };
  return { pipeline, push, finish, done, errors, counters };
}

describe('VideoPipeline', () => {
  it('offline works within the call, and keeps everything until the work can begin', async () => {
    const { pipeline, push, done, counters } = open(true);
    for (let i = 0; i < 10; i++) push(i);
    expect(done).toEqual([]);
    pipeline.begin({ format: 'yuv420p' });
    push(10);
    expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(counters).toEqual({});
    await pipeline.close();
    expect(livePictures()).toBe(0);
  });

  it('in real time sheds the oldest that waits, and counts it', async () => {
    const { pipeline, push, finish, done, counters } = open(false);
    pipeline.begin({ format: 'yuv420p' });
    for (let i = 0; i < 6; i++) push(i);
    await finish();
    await finish();
    await finish();
    await pipeline.drained();
    expect(done).toEqual([0, 4, 5]);
    expect(counters).toEqual({ shed: 3 });
    await pipeline.close();
    expect(livePictures()).toBe(0);
  });

  it('stops at a failure, tells it once, and holds nothing', async () => {
    const { pipeline, push, finish, errors } = open(false);
    pipeline.begin({ format: 'yuv420p' });
    push(0);
    push(1);
    await finish(true);
    push(2);
    await pipeline.close();
    expect(errors.map(String)).toEqual(['Error: the encoder broke']);
    expect(livePictures()).toBe(0);
  });
});

describe('FrameRateGate', () => {
  it.each([
    [60, 30, 30],
    [30, 30, 30],
    [30, 25, 25],
    [24, 30, 24],
    [29.97, 30, 30],
    [50, 30, 30],
  ])('of %d a second lets %d through as %d', (from, to, wanted) => {
    const gate = new FrameRateGate(to);
    let passed = 0;
    for (let i = 0; i < from; i++) if (gate.admits(Math.round((i * 1e6) / from))) passed++;
    expect(Math.abs(passed - wanted)).toBeLessThanOrEqual(1);
  });
});

describe('PlaybackClock', () => {
  it('runs between two marks at the speed of the sound, stands in a pause, and jumps', () => {
    const clock = new PlaybackClock();
    clock.mark(0, 'a', 0);
    clock.mark(20_000, 'a', 20_000);
    expect(clock.positionAt(33_000)).toBe(33_000);
    clock.mark(40_000, 'a', undefined);
    expect([clock.positionAt(40_000), clock.positionAt(90_000)]).toEqual([40_000, 40_000]);
    clock.mark(60_000, 'a', 5e6);
    clock.mark(80_000, 'a', 5.04e6);
    expect(clock.positionAt(90_000)).toBe(5.06e6);
  });
});
