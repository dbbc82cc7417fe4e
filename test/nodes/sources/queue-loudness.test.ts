import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { LoudnessMeter } from '../../../src/media/dsp/loudness-meter.js';
import { playlist } from '../../../src/nodes/sources/playlist.js';
import { queue } from '../../../src/nodes/sources/queue.js';
import { renderNode } from '../../../src/testing/index.js';
import { temporaryFolder, writeWav } from '../support/media.js';
import { noise, peakOf } from '../support/signals.js';

const folder = temporaryFolder();
const SECOND = 48_000;
const LENGTH = 4 * SECOND;
const quiet = join(folder, 'a-quiet.wav');
const loud = join(folder, 'b-loud.wav');

beforeAll(async () => {
  const planes = (factor: number) => [noise(LENGTH, 0.05 * factor, 1), noise(LENGTH, 0.05 * factor, 2)];
  await writeWav(quiet, planes(1));
  await writeWav(loud, planes(15));
  writeFileSync(join(folder, 'list.m3u'), 'a-quiet.wav\nb-loud.wav\n');
});

const lufs = (planes: readonly Float32Array[], from: number, to: number) => {
  const meter = new LoudnessMeter();
  meter.push(planes.map((plane) => plane.subarray(from, to)));
  return meter.integratedLufs();
};

describe('a queue with targetLufs', () => {
  it.each([
    ['source.queue', queue, { tracks: [quiet, loud, quiet] }],
    ['source.playlist', playlist, { src: join(folder, 'list.m3u') }],
  ] as const)('brings each file to it within 1 LU, from its first sample on: %s', async (_name, node, given) => {
    const rendered = await renderNode(node, { options: { ...given, targetLufs: -20, onEmpty: 'end' }, durationMs: 20_000 });
    const { planes } = rendered.outputs.audio!;
    const tracks = 'tracks' in given ? 3 : 2;
    expect(planes[0]!.length).toBe(tracks * LENGTH);
    for (let k = 0; k < tracks; k++) {
      expect(Math.abs(lufs(planes, k * LENGTH, (k + 1) * LENGTH) + 20)).toBeLessThan(1);
      expect(Math.abs(lufs(planes, k * LENGTH, k * LENGTH + SECOND / 2) + 20)).toBeLessThan(1);
    }
    const levelled = rendered.events.filter(({ event }) => event.type === 'stream.levelled').map(({ event }) => event);
    expect(levelled.map(({ src, from }) => [String(src).split('/').at(-1), from])).toEqual(
      ['a-quiet.wav', 'b-loud.wav', 'a-quiet.wav'].slice(0, tracks).map((name) => [name, 'scan']),
    );
    expect(rendered.problems).toEqual([]);
  });

  it('keeps peaks below the ceiling, glides to a new target, and leaves files alone without one', async () => {
    const rendered = await renderNode(queue, {
      options: { tracks: [loud], targetLufs: -8, truePeakDb: -3, onEmpty: 'end' },
    });
    expect(peakOf(rendered.outputs.audio!.planes[0]!)).toBeLessThanOrEqual(10 ** (-3 / 20));
    const changed = await renderNode(queue, {
      options: { tracks: [quiet, quiet], onEmpty: 'end' },
      optionChanges: [{ atMs: 500, options: { targetLufs: -26 } }],
    });
    const { planes } = changed.outputs.audio!;
    const plain = lufs([noise(LENGTH, 0.05, 1), noise(LENGTH, 0.05, 2)], 0, LENGTH);
    expect(Math.abs(lufs(planes, 0, 0.45 * SECOND) - plain)).toBeLessThan(0.5);
    expect(Math.abs(lufs(planes, LENGTH, 2 * LENGTH) + 26)).toBeLessThan(1);
  });
});
