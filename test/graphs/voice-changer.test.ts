import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBack, renderGraph, rmsDb, scratch, toneDb, GRAPHS } from './render-graph.js';

const folder = scratch();

describe('graphs/voice-changer.json', () => {
  it('ends with the voice, about as loud, the same bytes every time', async () => {
    const first = await renderGraph('voice-changer', join(folder, 'first.ogg'), undefined);
    const second = await renderGraph('voice-changer', join(folder, 'second.ogg'), undefined);
    const voice = await readBack(join(GRAPHS, '../media/voice.opus'));
    expect(first.problems).toEqual([]);
    expect(second.hash).toBe(first.hash);
    expect(Math.abs(first.planes[0]!.length - voice.planes[0]!.length)).toBeLessThanOrEqual(960);
    expect(Math.abs(rmsDb(first.planes, 0.5, 2) - rmsDb(voice.planes, 0.5, 2))).toBeLessThan(6);
    // The first pause is from 1.8 s to 3.4 s; robot and echo have died away by its end.
    expect(rmsDb(first.planes, 2.9, 3.3)).toBeLessThan(-55);
  });

  it('speaks on the pitch it is told', async () => {
    const { planes } = await renderGraph('voice-changer', join(folder, 'pitch.ogg'), 2, { params: { pitchHz: 150 } });
    const harmonics = [150, 300, 450, 600].map((hz) => toneDb(planes, hz, 0.6, 1.8));
    const between = [75, 225, 375, 525].map((hz) => toneDb(planes, hz, 0.6, 1.8));
    const power = (levels: number[]) => 10 * Math.log10(levels.reduce((sum, db) => sum + 10 ** (db / 10), 0));
    expect(power(harmonics)).toBeGreaterThan(power(between) + 15);
  });

  it('rings instead when told to', async () => {
    const speaker = { hz: 1000, amplitude: 0.3, fromSec: 0.5, toSec: 1.5 };
    const params = { voice: join(GRAPHS, '../media/voice.opus'), mode: 'ring', pitchHz: 60 };
    const ring = await renderGraph('voice-changer', join(folder, 'ring.ogg'), 2, { params, speaker });
    // A product of two sines is their sum and difference.
    expect(toneDb(ring.planes, 1060, 0.7, 1.4)).toBeGreaterThan(-22);
    expect(toneDb(ring.planes, 940, 0.7, 1.4)).toBeGreaterThan(-22);
    expect(toneDb(ring.planes, 1000, 0.7, 1.4)).toBeLessThan(-30);
  });
});
