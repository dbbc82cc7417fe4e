import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openAudioFile } from '../../../src/media/av/index.js';
import { createAudioFrame } from '../../../src/media/frame.js';
import { LevelledReader } from '../../../src/nodes/support/levelled-reader.js';
import { temporaryFolder, writeWav } from './media.js';
import { largestDifference, largestStep, noise, peakOf, sine } from './signals.js';

const folder = temporaryFolder();
/** Ends within a frame. */
const quiet = noise(24_500, 0.1);
const loud = sine(24_500, 300, 0.8);
let quietPath = '';
let loudPath = '';
let tinyPath = '';

beforeAll(async () => {
  quietPath = await writeWav(join(folder, 'quiet.wav'), [quiet]);
  loudPath = await writeWav(join(folder, 'loud.wav'), [loud]);
  tinyPath = await writeWav(join(folder, 'tiny.wav'), [quiet.subarray(0, 100)]);
});

const open = async (path: string) => new LevelledReader(await openAudioFile(path));

function rest(reader: LevelledReader, frames = Infinity): Float32Array {
  const frame = createAudioFrame(1);
  const out: number[] = [];
  for (let k = 0; k < frames; k++) {
    const count = reader.read(frame);
    if (count === 0) break;
    out.push(...frame.planes[0]!.subarray(0, count));
    if (count < 960) expect(peakOf(frame.planes[0]!.subarray(count))).toBe(0);
  }
  return Float32Array.from(out);
}

describe('LevelledReader', () => {
  it('passes a file through until it is told otherwise', async () => {
    const reader = await open(quietPath);
    expect(largestDifference(rest(reader), quiet)).toBe(0);
    expect(reader.outcome).toEqual({ kind: 'ended' });
    reader.close();
  });

  it('gives every sample at its place, louder: none is delayed, and none is missing at the end', async () => {
    for (const [path, wanted] of [
      [quietPath, quiet],
      [tinyPath, quiet.subarray(0, 100)],
    ] as const) {
      const reader = await open(path);
      reader.level(6, -1, 1000);
      expect(reader.positionUs).toBe(0);
      const factor = 10 ** 0.3;
      expect(
        largestDifference(
          rest(reader),
          wanted.map((x) => x * factor),
        ),
      ).toBeLessThan(1e-6);
      expect(reader.outcome).toEqual({ kind: 'ended' });
      reader.close();
    }
  });

  it('knows where it is, though it has read ahead', async () => {
    const reader = await open(quietPath);
    reader.level(0, -1, 1000);
    rest(reader, 3);
    expect(reader.positionUs).toBe(60_000);
    reader.seek(200_000);
    expect(reader.positionUs).toBe(200_000);
    expect(largestDifference(rest(reader, 1), quiet.subarray(9600, 10_560))).toBe(0);
    expect(reader.positionUs).toBe(220_000);
    expect(reader.approach(1)).toBe(true);
    rest(reader);
    reader.seek(0);
    expect(reader.outcome).toBeUndefined();
    expect(largestDifference(rest(reader), quiet)).toBe(0);
    reader.close();
  });

  it('keeps peaks below the ceiling', async () => {
    const reader = await open(loudPath);
    reader.level(12, -3, 1000);
    const out = rest(reader);
    expect(peakOf(out)).toBeLessThanOrEqual(10 ** (-3 / 20));
    expect(peakOf(out)).toBeGreaterThan(0.6);
    reader.close();
  });

  it('glides to another gain in the middle, without a step', async () => {
    const reader = await open(loudPath);
    const before = rest(reader, 5);
    reader.level(-20, -1, 200);
    const out = rest(reader);
    expect(largestDifference(before, loud.subarray(0, 4800))).toBe(0);
    expect(largestStep(out)).toBeLessThan(0.8 * ((2 * Math.PI * 300) / 48_000) + 0.001);
    expect(Math.abs(out[0]! - loud[4800]!)).toBeLessThan(0.01);
    const late = loud.subarray(4800 + 9700).map((x) => x * 0.1);
    expect(largestDifference(out.subarray(9700), late)).toBeLessThan(1e-6);
    reader.close();
  });

  it('tells that it is closed once', async () => {
    let closed = 0;
    const reader = new LevelledReader(await openAudioFile(quietPath), () => closed++);
    reader.level(3, -1, 1);
    rest(reader, 2);
    reader.close();
    reader.close();
    expect(closed).toBe(1);
    expect(rest(reader)).toHaveLength(0);
  });
});
