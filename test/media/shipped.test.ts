import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBack, rmsDb } from '../graphs/render-graph.js';

const media = join(import.meta.dirname, '../../media');

describe('media/tune.opus', () => {
  it('is 80 s of stereo at a level like other music, at most 700 kB', async () => {
    const path = join(media, 'tune.opus');
    const { planes } = await readBack(path);
    expect(statSync(path).size).toBeLessThanOrEqual(700_000);
    expect(planes.map((plane) => plane.length)).toEqual([80 * 48_000, 80 * 48_000]);
    expect(rmsDb(planes, 0, 80)).toBeGreaterThan(-19);
    expect(rmsDb(planes, 0, 80)).toBeLessThan(-17);
    for (const plane of planes) expect(plane.reduce((most, x) => Math.max(most, Math.abs(x)), 0)).toBeLessThan(0.95);
    // Left and right are not the same.
    expect(rmsDb([planes[0]!.map((x, i) => x - planes[1]![i]!)], 0, 80)).toBeGreaterThan(-40);
  });

  it('goes from its end to its beginning as smoothly as anywhere else', async () => {
    const { planes } = await readBack(join(media, 'tune.opus'));
    for (const plane of planes) {
      // A click is a jump of the second difference; beats have some too, so compare with the rest.
      const bend = (i: number) => {
        const at = (k: number) => plane[(k + plane.length) % plane.length]!;
        return Math.abs(at(i + 1) - 2 * at(i) + at(i - 1));
      };
      let most = 0;
      for (let i = 1; i < plane.length - 1; i++) most = Math.max(most, bend(i));
      expect(Math.max(bend(-2), bend(-1), bend(0), bend(1))).toBeLessThan(most / 2);
    }
  });
});

describe('media/voice.opus', () => {
  it('speaks in mono, with pauses of silence, at most 100 kB', async () => {
    const path = join(media, 'voice.opus');
    const { planes } = await readBack(path);
    expect(statSync(path).size).toBeLessThanOrEqual(100_000);
    expect(planes).toHaveLength(1);
    expect(rmsDb(planes, 0.5, 1.8)).toBeGreaterThan(-26);
    expect(rmsDb(planes, 2.2, 3.2)).toBeLessThan(-60);
  });
});
