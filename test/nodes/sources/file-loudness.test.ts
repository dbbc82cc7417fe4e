import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NodeContext } from '../../../src/graph/context.js';
import { openAudioFileWriter } from '../../../src/media/av/index.js';
import { loudnessCache } from '../../../src/media/av/loudness-cache.js';
import { LoudnessMeter } from '../../../src/media/dsp/loudness-meter.js';
import { createAudioFrame } from '../../../src/media/frame.js';
import { file } from '../../../src/nodes/sources/file.js';
import { FileLevels } from '../../../src/nodes/support/file-levels.js';
import { renderNode, type RenderedNode } from '../../../src/testing/index.js';
import { createVirtualScheduler } from '../../../src/time/virtual.js';
import { temporaryFolder, writeWav } from '../support/media.js';
import { largestDifference, noise, peakOf } from '../support/signals.js';

const folder = temporaryFolder();
const SECOND = 48_000;
const left = noise(6 * SECOND, 0.05, 1);
const right = noise(6 * SECOND, 0.05, 2);
let quietPath = '';
let loudPath = '';
let taggedPath = '';

beforeAll(async () => {
  quietPath = await writeWav(join(folder, 'quiet.wav'), [left, right]);
  loudPath = await writeWav(join(folder, 'loud.wav'), [left.map((x) => x * 15), right.map((x) => x * 15)]);
  taggedPath = join(folder, 'tagged.flac');
  const writer = await openAudioFileWriter(taggedPath, {
    codec: 'flac',
    channels: 2,
    tags: { REPLAYGAIN_TRACK_GAIN: '-6.00 dB' },
  });
  writer.write({ kind: 'audio', ptsUs: 0, planes: [left, right], silent: false });
  await writer.finish();
});

const lufs = (planes: readonly Float32Array[], fromSec = 0) => {
  const meter = new LoudnessMeter();
  meter.push(planes.map((plane) => plane.subarray(fromSec * SECOND, 6 * SECOND)));
  return meter.integratedLufs();
};
const levelled = ({ events }: RenderedNode) =>
  events.filter(({ event }) => event.type === 'stream.levelled').map(({ event }) => event);

describe('source.file with targetLufs', () => {
  it('brings files to the target within 1 LU, by one gain and with no delay', async () => {
    for (const [src, targetLufs] of [
      [quietPath, -16],
      [quietPath, -30],
      [loudPath, -16],
      [loudPath, -23],
    ] as const) {
      const rendered = await renderNode(file, { options: { src, targetLufs } });
      const { planes } = rendered.outputs.audio!;
      expect(Math.abs(lufs(planes) - targetLufs)).toBeLessThan(1);
      const { gainDb, from } = levelled(rendered)[0]!;
      expect(from).toBe('scan');
      const factor = 10 ** (Number(gainDb) / 20) * (src === loudPath ? 15 : 1);
      expect(peakOf(planes[0]!)).toBeLessThan(10 ** (-1 / 20));
      expect(
        largestDifference(
          planes[0]!.subarray(0, left.length),
          left.map((x) => x * factor),
        ),
      ).toBeLessThan(2e-3);
    }
  });

  it('limits peaks rather than staying quiet', async () => {
    const src = await writeWav(
      join(folder, 'peaks.wav'),
      [left, right].map((plane) => plane.map((x, i) => (i % 48_000 === 24_000 ? 0.95 : x))),
    );
    const { outputs } = await renderNode(file, { options: { src, targetLufs: -20, truePeakDb: -2 } });
    expect(peakOf(outputs.audio!.planes[0]!)).toBeLessThanOrEqual(10 ** (-2 / 20));
    expect(Math.abs(lufs(outputs.audio!.planes) + 20)).toBeLessThan(1);
  });

  it('leaves files alone without it, to the bit', async () => {
    const rendered = await renderNode(file, { options: { src: quietPath } });
    expect(largestDifference(rendered.outputs.audio!.planes[0]!.subarray(0, left.length), left)).toBe(0);
    expect(levelled(rendered)).toEqual([]);
  });

  it('believes tags and does not scan', async () => {
    const rendered = await renderNode(file, { options: { src: taggedPath, targetLufs: -16 } });
    // The tag says −12 LUFS, whatever the file holds.
    expect(levelled(rendered)).toEqual([{ type: 'stream.levelled', src: taggedPath, lufs: -12, gainDb: -4, from: 'tags' }]);
    const factor = 10 ** (-4 / 20);
    const { planes } = rendered.outputs.audio!;
    expect(
      largestDifference(
        planes[0]!.subarray(0, left.length),
        left.map((x) => x * factor),
      ),
    ).toBeLessThan(1e-5);
  });

  it('loops, seeks and changes files at the loudness of each', async () => {
    const rendered = await renderNode(file, {
      options: { src: quietPath, targetLufs: -20, loop: true, startSec: 1, endSec: 2.501 },
      optionChanges: [{ atMs: 4000, options: { src: loudPath } }],
      commands: [{ atMs: 5000, command: { type: 'seek', positionMs: 1200 } }],
      durationMs: 6000,
    });
    const { planes } = rendered.outputs.audio!;
    expect(Math.abs(lufs(planes.map((plane) => plane.subarray(0, 4 * SECOND))) + 20)).toBeLessThan(1);
    expect(Math.abs(lufs(planes, 4.1) + 20)).toBeLessThan(1);
    const factor = 10 ** (Number(levelled(rendered)[0]!.gainDb) / 20);
    const part = left.subarray(SECOND, SECOND + 72_048);
    const wanted = Float32Array.from({ length: 3 * SECOND }, (_, i) => part[i % part.length]! * factor);
    expect(largestDifference(planes[0]!.subarray(0, 3 * SECOND), wanted)).toBeLessThan(1e-3);
  });

  it('glides to a new target, also from none', async () => {
    const rendered = await renderNode(file, {
      options: { src: quietPath },
      optionChanges: [{ atMs: 500, options: { targetLufs: -16 } }],
    });
    const { planes } = rendered.outputs.audio!;
    expect(largestDifference(planes[0]!.subarray(0, SECOND / 2), left.subarray(0, SECOND / 2))).toBe(0);
    expect(Math.abs(lufs(planes, 4.5) + 16)).toBeLessThan(1);
  });

  it('starts with what could be scanned in 300 ms and glides to the loudness of the whole', async () => {
    const scheduler = createVirtualScheduler();
    const events: { [key: string]: unknown }[] = [];
    const ctx = { scheduler, offline: false, emit: (event: object) => void events.push({ ...event }) } as unknown as NodeContext;
    // Half of it is 20 dB quieter than the other half.
    const plane = noise(60 * SECOND, 0.5).map((x, i) => (i < 30 * SECOND ? x * 0.1 : x));
    const path = await writeWav(join(folder, 'rising.wav'), [plane]);
    const opening = new FileLevels(ctx, { targetLufs: -16, truePeakDb: -1 }).open(path, 'rising', {});
    const watching = await loudnessCache.open(path);
    const turn = () => new Promise((done) => setImmediate(done));
    while (watching.soFar().scannedUs < 10e6) await turn();
    scheduler.advanceTo(301_000);
    const reader = await opening;
    expect(events).toMatchObject([{ type: 'stream.levelled', from: 'estimate' }]);
    const estimate = Number(events[0]!.lufs);
    const frame = createAudioFrame(1);
    const out: number[] = [];
    for (let k = 0; events.length < 2; k++) {
      await turn();
      scheduler.advanceBy(5);
      if (k % 4 !== 0) continue;
      reader.read(frame);
      out.push(...frame.planes[0]!);
    }
    expect(events[1]).toMatchObject({ type: 'stream.levelled', from: 'scan' });
    expect(Number(events[1]!.lufs)).toBeGreaterThan(estimate + 10);
    for (let k = 0; k < 300; k++) {
      reader.read(frame);
      out.push(...frame.planes[0]!);
    }
    const played = Float32Array.from(out);
    const energy = (samples: Float32Array, fromSec: number) =>
      Math.hypot(...samples.subarray(fromSec * SECOND, (fromSec + 0.2) * SECOND));
    const gainDb = (sec: number) => 20 * Math.log10(energy(played, sec) / energy(plane, sec));
    expect(gainDb(0.1)).toBeCloseTo(Number(events[0]!.gainDb), 0);
    expect(gainDb(Math.floor(played.length / SECOND) - 1)).toBeCloseTo(Number(events[1]!.gainDb), 0);
    reader.close();
    watching.release();
    scheduler.close();
  });
});
