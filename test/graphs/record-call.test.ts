import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBack, renderGraph, rmsDb, scratch, toneDb } from './render-graph.js';

const folder = scratch();
const speaker = { hz: 700, amplitude: 0.25, fromSec: 1, toSec: 2 };

describe('graphs/record-call.json', () => {
  it('records what the call hears, music and voices, the same bytes every time', async () => {
    const hashes: string[] = [];
    for (const name of ['first', 'second']) {
      const recording = join(folder, `${name}.flac`);
      const call = await renderGraph('record-call', join(folder, `${name}.ogg`), 3, { params: { recording }, speaker });
      const file = await readBack(recording);
      expect(call.problems).toEqual([]);
      expect(file.planes).toHaveLength(2);
      expect(file.planes[0]!.length).toBe(3 * 48_000);
      // The same sound, once through Opus and once without loss.
      expect(Math.abs(rmsDb(call.planes, 0, 3) - rmsDb(file.planes, 0, 3))).toBeLessThan(0.5);
      expect(Math.abs(toneDb(file.planes, 700, 1.2, 1.9) - 20 * Math.log10(0.25))).toBeLessThan(0.5);
      expect(rmsDb(file.planes, 0, 0.9)).toBeGreaterThan(-38);
      hashes.push(`${call.hash} ${file.hash}`);
    }
    expect(hashes[1]).toBe(hashes[0]);
  });

  it('takes the format from the name and the bit rate from its param', async () => {
    const recording = join(folder, 'small.mp3');
    await renderGraph('record-call', join(folder, 'small.ogg'), 2, { params: { recording, recordingKbps: 64 } });
    const { planes } = await readBack(recording);
    expect(Math.abs(planes[0]!.length - 2 * 48_000)).toBeLessThan(2400);
  });
});
