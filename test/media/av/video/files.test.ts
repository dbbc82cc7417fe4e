import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAudioFile } from '../../../../src/media/av/audio-reader.js';
import { GeneratedPictures } from '../../../../src/media/av/video/generated.js';
import { openMediaWriter, type MediaWriterOptions } from '../../../../src/media/av/video/media-writer.js';
import { openVideo } from '../../../../src/media/av/video/open-video.js';
import { livePictures } from '../../../../src/media/av/video/picture.js';
import { VideoReader, type ReadPicture } from '../../../../src/media/av/video/video-reader.js';
import { createAudioFrame } from '../../../../src/media/frame.js';
import { mean, pixelsOf } from './support.js';

const [WIDTH, HEIGHT, RATE] = [160, 96, 25];
const usual: MediaWriterOptions = {
  video: { width: WIDTH, height: HEIGHT, frameRate: RATE, bitrateKbps: 300, keyFrameSec: 2, effort: 2 },
  audio: { channels: 2 },
};
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voxgraph-video-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  expect(livePictures()).toBe(0);
});

/** Picture n is n brighter than the first; sound is a tone. */
async function write(name: string, seconds: number, options: MediaWriterOptions, asynchronous = false): Promise<string> {
  const path = join(folder, name);
  const writer = await openMediaWriter(path, options);
  const pictures = new GeneratedPictures(`nullsrc=s=${WIDTH}x${HEIGHT}:r=${RATE},geq=lum='40+N':cb=128:cr=128`);
  const sound = createAudioFrame(2);
  sound.silent = false;
  for (let tick = 0; tick < seconds * 50; tick++) {
    sound.ptsUs = tick * 20_000;
    for (const plane of sound.planes) plane.forEach((_, i) => (plane[i] = 0.2 * Math.sin((tick * 960 + i) / 20)));
    writer.write(sound);
    if (tick % 2 > 0) continue;
    const picture = pictures.nextSync()!;
    if (asynchronous) await writer.picture(picture, tick * 20_000);
    else writer.pictureSync(picture, tick * 20_000);
    picture.release();
  }
  await writer.finish();
  pictures.close();
  return path;
}

async function readAll(path: string, asynchronous: boolean): Promise<{ luma: number[]; positions: number[] }> {
  const reader = new VideoReader(await openVideo(path));
  const luma: number[] = [];
  const positions: number[] = [];
  for (let read: ReadPicture | undefined; (read = asynchronous ? await reader.read() : reader.readSync());) {
    luma.push(Math.round(mean(pixelsOf(read.picture).y)));
    positions.push(Math.round(read.positionUs / 1000));
    read.picture.release();
  }
  expect(reader.outcome).toEqual({});
  reader.close();
  return { luma, positions };
}

describe('files with pictures', () => {
  for (const [name, codec] of [
    ['a.mp4', 'h264'],
    ['a.webm', 'vp8'],
    ['a.mkv', 'h264'],
    ['b.webm', 'vp9'],
  ] as const) {
    it(`${name} (${codec}) is written and read back, each picture at its time, in step with the sound`, async () => {
      const path = await write(name, 2, { ...usual, video: { ...usual.video, codec } });
      const { luma, positions } = await readAll(path, false);
      expect(luma).toHaveLength(50);
      // An encoder may be two levels off; the order and the times are exact (Matroska counts in milliseconds).
      luma.forEach((value, i) => expect(Math.abs(value - (40 + i))).toBeLessThanOrEqual(2));
      positions.forEach((ms, i) => expect(Math.abs(ms - i * 40)).toBeLessThanOrEqual(8));
      const reader = await openAudioFile(path);
      expect(reader.info.hasVideo).toBe(true);
      const frame = createAudioFrame(2);
      let samples = 0;
      for (let got; (got = reader.read(frame)) > 0;) samples += got;
      reader.close();
      expect(Math.abs(samples - 96_000)).toBeLessThan(1500);
    });
  }

  it('gives the same bytes each time, and the same pictures whichever way it is read and written', async () => {
    const hash = async (path: string) =>
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
    const [one, two, three] = [
      await write('1.mp4', 1, usual),
      await write('2.mp4', 1, usual),
      await write('3.mp4', 1, usual, true),
    ];
    expect(await hash(two)).toBe(await hash(one));
    expect(await hash(three)).toBe(await hash(one));
    expect(await readAll(one, true)).toEqual(await readAll(one, false));
  });

  it('goes to a position exactly, forwards and backwards, also behind the end', async () => {
    const path = await write('seek.mp4', 2, { ...usual, video: { ...usual.video, keyFrameSec: 10 } });
    const reader = new VideoReader(await openVideo(path));
    for (const frame of [30, 10, 49, 0]) {
      reader.seek(frame * 40_000 + 1000);
      const read = reader.readSync()!;
      expect(Math.round(read.positionUs / 40_000)).toBe(frame);
      expect(Math.abs(mean(pixelsOf(read.picture).y) - (40 + frame))).toBeLessThan(2);
      read.picture.release();
    }
    reader.seek(9e6);
    expect(reader.readSync()).toBeUndefined();
    reader.seek(0);
    const again = await reader.read();
    expect(again!.positionUs).toBe(0);
    again!.picture.release();
    reader.close();
  });

  it('says what it cannot do', async () => {
    await expect(openMediaWriter(join(folder, 'a.mp3'), usual)).rejects.toThrow('holds no moving pictures');
    await expect(openMediaWriter(join(folder, 'a.mp4'), { video: { ...usual.video, width: 33 } })).rejects.toThrow('even number');
    await expect(openVideo('media/tune.opus')).rejects.toThrow('has no pictures');
  });
});
