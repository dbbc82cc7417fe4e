import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderGraph, rmsDb, scratch, toneDb } from './render-graph.js';

const folder = scratch();

describe('graphs/duck.json', () => {
  it('plays the tune, the same bytes every time', async () => {
    const first = await renderGraph('duck', join(folder, 'first.opus'), 3);
    const second = await renderGraph('duck', join(folder, 'second.opus'), 3);
    expect(first.problems).toEqual([]);
    expect(second.hash).toBe(first.hash);
    expect(rmsDb(first.planes, 0, 3)).toBeGreaterThan(-24);
    expect(rmsDb(first.planes, 0, 3)).toBeLessThan(-15);
  });

  it('makes way by 12 dB', async () => {
    const speaker = { hz: 1000, amplitude: 0.2, fromSec: 1, toSec: 2 };
    const alone = await renderGraph('duck', join(folder, 'alone.opus'), 2);
    const under = await renderGraph('duck', join(folder, 'under.opus'), 2, { speaker });
    const fall = toneDb(under.planes, 73.42, 1.2, 1.9) - toneDb(alone.planes, 73.42, 1.2, 1.9);
    expect(fall).toBeGreaterThan(-13);
    expect(fall).toBeLessThan(-11);
    expect(Math.abs(toneDb(under.planes, 1000, 1.2, 1.9) - 20 * Math.log10(0.2))).toBeLessThan(1);
  });
});
