import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_PERMISSIONS } from '../../../src/graph/permissions.js';
import { BeatLine } from '../../../src/host/shared/beat-line.js';
import type { SharedNode } from '../../../src/host/shared/node.js';
import { SharedPool } from '../../../src/host/shared/pool.js';
import { SharedReader } from '../../../src/host/shared/reader.js';
import type { AudioFrame } from '../../../src/media/frame.js';
import { SharingRig } from './rig.js';

describe('readers of one node', () => {
  let rig: SharingRig;
  let pool: SharedPool;
  let node: SharedNode;
  const listener = { told: () => {}, watches: () => false };
  beforeEach(async () => {
    rig = new SharingRig();
    const { registry, scheduler } = rig;
    pool = new SharedPool({ registry, scheduler, permissions: DEFAULT_PERMISSIONS });
    const plan = rig.plan({
      radio: { type: 'source.live' },
      out: { type: 'sink.heard', in: { audio: 'radio' }, options: { as: 'x' } },
    });
    ({ node } = await pool.join({ node: plan.nodes[0]!, baseDir: '/', feeds: {} }, listener));
    await node.ready;
  });
  afterEach(() => rig.host.close());

  const reading = (line = new BeatLine()) => {
    const got: number[] = [];
    const times: number[] = [];
    const reader = new SharedReader(node, 'audio', line, 'audio', (item) => {
      got.push((item as AudioFrame).planes[0]![0]!);
      times.push((item as AudioFrame).ptsUs);
    });
    return { got, times, read: (index: number) => reader.read({ index, ptsUs: index * 20_000 }), close: () => reader.close() };
  };

  it('each gets every frame, in whatever order they beat within a burst', () => {
    const [a, b] = [reading(), reading()];
    a.read(0);
    b.read(0);
    for (const index of [1, 2, 3, 4, 5]) a.read(index);
    for (const index of [1, 2, 3, 4, 5]) b.read(index);
    expect([a.got, b.got]).toEqual([
      [0, 1, 2, 3, 4, 5],
      [0, 1, 2, 3, 4, 5],
    ]);
  });

  it('beats that one skipped are made up for the others, as far as a burst goes', () => {
    const [a, b] = [reading(), reading()];
    a.read(0);
    b.read(0);
    expect(a.read(9)).toBe('read');
    const found = [1, 2, 5, 6, 7, 8, 9].map((index) => b.read(index));
    expect(found).toEqual(['missing', 'missing', 'read', 'read', 'read', 'read', 'read']);
    expect(b.got.slice(1)).toEqual([1, 2, 3, 4, 5]);
    expect([a.got.at(-1), a.times.at(-1)]).toEqual([5, 180_000]);
    expect(b.times.at(-1)).toBe(180_000);
  });

  it('a reader alone skips as its graph does: nothing of the sound is lost', () => {
    const a = reading();
    a.read(0);
    a.read(9);
    a.read(10);
    expect([a.got, a.times]).toEqual([
      [0, 1, 2],
      [0, 180_000, 200_000],
    ]);
  });

  it('one that comes after a long pause of all is in the present, and the others with it', () => {
    const a = reading();
    a.read(0);
    a.read(1);
    rig.scheduler.advanceBy(60_000);
    const late = [reading(), reading(), reading()];
    const found = late.map((one) => one.read(0));
    expect([node.made, found]).toEqual([3000, ['read', 'read', 'read']]);
    expect(late[0]!.got).toEqual(late[2]!.got);
    a.close();
    for (const one of late) one.close();
  });

  it('one whose first beat is late does not draw the others ahead', () => {
    const a = reading();
    for (let index = 0; index < 10; index++) {
      a.read(index);
      rig.scheduler.advanceBy(20);
    }
    // Four more are due by the clock; the others will ask for them when they can.
    rig.scheduler.advanceBy(80);
    reading().read(0);
    expect(node.made).toBe(10);
  });

  it('ends with the node, after what is left', async () => {
    const [a, b] = [reading(), reading()];
    for (const index of [0, 1, 2]) a.read(index);
    await node.run.stop();
    expect([0, 1, 2, 3].map((index) => b.read(index))).toEqual(['read', 'read', 'read', 'ended']);
    expect(a.read(3)).toBe('ended');
    expect(node.over).toBe(true);
  });
});
