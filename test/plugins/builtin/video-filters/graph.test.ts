import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createEngine } from '../../../../src/engine.js';
import { readImage } from '../../../../src/media/av/video/image.js';
import { createPluginLoader } from '../../../../src/plugins/loader/plugin-loader.js';
import { temporaryFolder } from '../../../nodes/support/media.js';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The first picture of a rendering as red, green and blue, with its size. */
async function firstPicture(graph: string, frames: string) {
  const engine = createEngine({ loader: createPluginLoader() });
  const session = await engine.render(graph, { frames: join(folder, frames), durationUs: 200_000 });
  expect(await session.ended).toBe('finished');
  await engine.close();
  const [first] = readdirSync(join(folder, frames)).sort();
  const picture = await readImage(join(folder, frames, first!));
  const { width, height, native } = picture;
  const stride = native.linesize[0]!;
  const pixels = Array.from({ length: height }, (_, row) =>
    Uint8Array.from(native.data![0]!.subarray(row * stride, row * stride + width * 3)),
  );
  picture.release();
  return { width, height, pixels };
}

/** The mean difference of the largest and the smallest of red, green and blue. */
const colour = (pixels: readonly Uint8Array[]) => {
  let sum = 0;
  let count = 0;
  for (const row of pixels)
    for (let at = 0; at < row.length; at += 3, count++)
      sum += Math.max(row[at]!, row[at + 1]!, row[at + 2]!) - Math.min(row[at]!, row[at + 1]!, row[at + 2]!);
  return sum / count;
};

/** The mean step of green from one pixel to the next. */
const sharpness = (pixels: readonly Uint8Array[]) => {
  let sum = 0;
  let count = 0;
  for (const row of pixels) for (let at = 4; at < row.length; at += 3, count++) sum += Math.abs(row[at]! - row[at - 3]!);
  return sum / count;
};

it('graphs/video-filters.json renders grey, blurred pictures; without the plugin they are neither', async () => {
  const plain = join(folder, 'plain.json');
  const text = readFileSync('graphs/video-filters.json', 'utf8');
  writeFileSync(plain, text.replace(/"filters": \[.*\] \}/, '"filters": [] }'));
  const filtered = await firstPicture('graphs/video-filters.json', 'filtered');
  const before = await firstPicture(plain, 'plain');
  expect([filtered.width, filtered.height]).toEqual([640, 360]);
  expect(colour(before.pixels)).toBeGreaterThan(60);
  expect(colour(filtered.pixels)).toBeLessThan(4);
  expect(sharpness(filtered.pixels)).toBeLessThan(sharpness(before.pixels) / 2);
});
