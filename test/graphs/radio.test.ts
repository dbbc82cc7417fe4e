import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBack, renderGraph, rmsDb, scratch, toneDb, GRAPHS } from './render-graph.js';

const folder = scratch();
const speaker = { hz: 500, amplitude: 0.25, fromSec: 1, toSec: 2 };

describe('graphs/radio.json', () => {
  it('plays its music 3 dB quieter, the same bytes every time', async () => {
    const first = await renderGraph('radio', join(folder, 'first.ogg'), 4);
    const second = await renderGraph('radio', join(folder, 'second.ogg'), 4);
    expect(first.problems).toEqual([]);
    expect(second.hash).toBe(first.hash);
    expect(first.planes).toHaveLength(2);
    // Whole packets: what the encoder still held fills one more.
    expect(first.planes[0]!.length - 4 * 48_000).toBeGreaterThanOrEqual(0);
    expect(first.planes[0]!.length - 4 * 48_000).toBeLessThan(960);
    const tune = await readBack(join(GRAPHS, '../media/tune.opus'));
    // The echo adds little: a twelfth of the sound 312 ms ago.
    expect(Math.abs(rmsDb(first.planes, 0, 4) - (rmsDb(tune.planes, 0, 4) - 3))).toBeLessThan(0.5);
  });

  it('goes down by 12 dB under a speaker and comes back', async () => {
    const params = { robot: 0, echo: 0 };
    const alone = await renderGraph('radio', join(folder, 'alone.ogg'), 4, { params });
    const under = await renderGraph('radio', join(folder, 'under.ogg'), 4, { params, speaker });
    const fall = (hz: number, fromSec: number, toSec: number) =>
      toneDb(under.planes, hz, fromSec, toSec) - toneDb(alone.planes, hz, fromSec, toSec);
    // 73.4 Hz is the bass of the tune's first bar: far from the speaker's tone.
    expect(fall(73.42, 1.2, 1.9)).toBeGreaterThan(-13);
    expect(fall(73.42, 1.2, 1.9)).toBeLessThan(-11);
    expect(Math.abs(fall(73.42, 0.3, 0.9))).toBeLessThan(0.5);
    expect(Math.abs(rmsDb(under.planes, 3, 4) - rmsDb(alone.planes, 3, 4))).toBeLessThan(0.2);
    // The voice itself arrives at its level.
    expect(Math.abs(toneDb(under.planes, 500, 1.2, 1.9) - 20 * Math.log10(0.25))).toBeLessThan(1);
  });

  it('makes a robot of the speaker unless told not to', async () => {
    const params = { musicGainDb: -60, duckDb: -60 };
    const robot = await renderGraph('radio', join(folder, 'robot.ogg'), 2, { params, speaker });
    const plain = await renderGraph('radio', join(folder, 'plain.ogg'), 2, { params: { ...params, robot: 0 }, speaker });
    // On its own pitch of 110 Hz the nearest harmonics to 500 Hz are 440 and 550.
    const harmonics = (planes: readonly Float32Array[]) => Math.max(toneDb(planes, 440, 1.2, 1.9), toneDb(planes, 550, 1.2, 1.9));
    expect(harmonics(robot.planes)).toBeGreaterThan(toneDb(robot.planes, 500, 1.2, 1.9) + 10);
    expect(harmonics(plain.planes)).toBeLessThan(toneDb(plain.planes, 500, 1.2, 1.9) - 30);
  });

  it('plays over the end of its file without a gap', async () => {
    const params = { music: '../media/voice.opus', echo: 0 };
    const looped = await renderGraph('radio', join(folder, 'looped.ogg'), 13, { params });
    const once = await readBack(join(GRAPHS, '../media/voice.opus'));
    const length = once.planes[0]!.length / 48_000;
    expect(Math.abs(rmsDb(looped.planes, length + 0.5, length + 2) - rmsDb(looped.planes, 0.5, 2))).toBeLessThan(0.3);
  });
});
