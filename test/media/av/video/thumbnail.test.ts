import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { blankPicture } from '../../../../src/media/av/video/blank.js';
import { Canvas } from '../../../../src/media/av/video/canvas.js';
import { readImage } from '../../../../src/media/av/video/image.js';
import { livePictures } from '../../../../src/media/av/video/picture.js';
import { ThumbnailMaker, thumbnailSize } from '../../../../src/media/av/video/thumbnail.js';
import { mean, pixelsOf } from './support.js';

const before = livePictures();
const folder = mkdtempSync(join(tmpdir(), 'voxgraph-thumbnail-'));
afterEach(() => {
  expect(livePictures()).toBe(before);
});

/** What a viewer of the file sees. */
async function seen(jpeg: Buffer) {
  const path = join(folder, 'made.jpg');
  writeFileSync(path, jpeg);
  const picture = await readImage(path);
  const { y } = pixelsOf(picture);
  const { width, height } = picture;
  picture.release();
  rmSync(path);
  return { y, width, height };
}

describe('thumbnails', () => {
  it('are small, of the same aspect ratio and the same brightness', async () => {
    const maker = new ThumbnailMaker();
    const canvas = new Canvas(640, 360, [50, 128, 128]);
    canvas.fill(320, 0, 320, 360, [200, 128, 128]);
    const made = (await maker.make(canvas.picture, 0))!;
    const { y, width, height } = await seen(made.jpeg);
    expect([width, height, made.width, made.height]).toEqual([240, 136, 240, 136]);
    expect(made.jpeg.length).toBeLessThan(6000);
    // Files have 0 to 255 where pictures on wires have 16 to 235.
    const column = (x: number) => mean(Array.from({ length: height }, (_, row) => y[row * width + x]!));
    expect(column(60)).toBeCloseTo(((50 - 16) * 255) / 219, -1);
    expect(column(180)).toBeCloseTo(((200 - 16) * 255) / 219, -1);
    canvas.picture.release();
    await maker.close();
  });

  it('follow another size, and many of them leave nothing behind', async () => {
    const maker = new ThumbnailMaker();
    for (let n = 0; n < 40; n++) {
      const [w, h] = n % 20 < 10 ? [320, 180] : [90, 160];
      const picture = blankPicture(w!, h!, [100, 128, 128]);
      const made = (await maker.make(picture, n * 33_333))!;
      expect([made.width, made.height]).toEqual(n % 20 < 10 ? [240, 136] : [90, 160]);
      picture.release();
    }
    await maker.close();
  });

  it('have a size for whatever there is', () => {
    expect(thumbnailSize({ width: 1080, height: 1920 })).toEqual({ width: 136, height: 240 });
    expect(thumbnailSize({ width: 4000, height: 2 })).toEqual({ width: 240, height: 2 });
    expect(thumbnailSize({ width: 0, height: 0 })).toEqual({ width: 240, height: 136 });
  });
});
