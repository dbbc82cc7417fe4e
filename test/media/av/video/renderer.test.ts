import { afterEach, describe, expect, it } from 'vitest';
import { filterWork, graphWork } from '../../../../src/media/av/video/filter-work.js';
import { livePictures, type Picture } from '../../../../src/media/av/video/picture.js';
import { VideoStage } from '../../../../src/media/av/video/recipe.js';
import { VideoRenderer } from '../../../../src/media/av/video/renderer.js';
import { blankPicture } from '../../../../src/media/av/video/blank.js';
import { pixelsOf } from './support.js';

const made: { release(): void }[] = [];
const before = livePictures();
const grey = (luma: number, width = 64, height = 48): Picture => {
  const picture = blankPicture(width, height, [luma, 128, 128]);
  made.push(picture);
  return picture;
};
const lighter = (value: number) => filterWork([{ name: 'lutyuv', options: { y: `val+${value}` } }]);

afterEach(() => {
  for (const one of made.splice(0)) one.release();
  expect(livePictures()).toBe(before);
});

describe('VideoRenderer', () => {
  it('makes recipes of recipes in one pass, and gives pictures that need nothing as they are', () => {
    const stages = [new VideoStage(), new VideoStage()];
    const renderer = new VideoRenderer({ format: 'yuv420p' });
    const source = grey(50);
    const one = stages[0]!.recipe(lighter(10), [source], 0);
    const two = stages[1]!.recipe(lighter(7), [one], 0);
    one.release();
    const result = renderer.renderSync(two, 0)!;
    two.release();
    expect(pixelsOf(result).y[0]).toBe(67);
    result.release();
    renderer.closeSync();
    const plain = new VideoRenderer();
    const same = plain.renderSync(source, 0)!;
    expect(pixelsOf(same).y[0]).toBe(50);
    same.release();
    plain.closeSync();
  });

  it('keeps its filters while only live values change, and what it made while nothing does', () => {
    const stage = new VideoStage();
    const renderer = new VideoRenderer({ format: 'yuv420p' });
    const source = grey(100);
    const bright = (value: number) => filterWork([{ name: 'eq', live: { brightness: value } }]);
    const run = (work: ReturnType<typeof bright>, ptsUs: number) => {
      const recipe = stage.recipe(work, [source], ptsUs);
      const result = renderer.renderSync(recipe, ptsUs)!;
      recipe.release();
      made.push(result);
      return result;
    };
    const dark = bright(0);
    const first = run(dark, 0);
    expect(run(dark, 33_333)).toBe(first);
    const second = run(bright(0.2), 66_667);
    expect(pixelsOf(first).y[0]).toBe(100);
    expect(pixelsOf(second).y[0]).toBe(150);
    renderer.closeSync();
  });

  it('joins several pictures, of which one may be there twice', async () => {
    const stage = new VideoStage();
    const renderer = new VideoRenderer({ format: 'yuv420p' });
    const [left, right] = [grey(40), grey(200)];
    const beside = graphWork('beside', (inputs, output) => `[${inputs[0]}][${inputs[1]}]hstack[${output}]`, {
      size: ([a, b]) => ({ width: a!.width + b!.width, height: a!.height }),
    });
    const recipe = stage.recipe(beside, [left, right], 0);
    expect([recipe.width, recipe.height]).toEqual([128, 48]);
    for (let i = 0; i < 5; i++) {
      const result = (await renderer.render(recipe, i * 33_333))!;
      const { y } = pixelsOf(result);
      expect([result.width, y[0], y[127]]).toEqual([128, 40, 200]);
      result.release();
    }
    recipe.release();
    await renderer.close();
  });

  it('makes what several consumers share once', async () => {
    const stage = new VideoStage();
    const [a, b] = [new VideoRenderer({ format: 'yuv420p' }), new VideoRenderer({ format: 'yuv420p', width: 32, height: 24 })];
    const recipe = stage.recipe(lighter(1), [grey(20)], 0);
    recipe.shared = true;
    const [one, two] = await Promise.all([a.render(recipe, 0), b.render(recipe, 0)]);
    const own = await recipe.picture();
    expect(pixelsOf(own!).y[0]).toBe(21);
    expect([one!.width, two!.width, pixelsOf(two!).y[0]]).toEqual([64, 32, 21]);
    one!.release();
    two!.release();
    recipe.release();
    await Promise.all([a.close(), b.close(), stage.close()]);
  });

  it('fits pictures of another shape with bars, by cutting, or by squeezing', () => {
    const source = grey(200, 64, 64);
    const corner = (fit: 'contain' | 'cover' | 'stretch') => {
      const renderer = new VideoRenderer({ format: 'yuv420p', width: 128, height: 64, fit });
      const result = renderer.renderSync(source, 0)!;
      const { y } = pixelsOf(result);
      const found = [result.width, result.height, y[0], y[64]];
      result.release();
      renderer.closeSync();
      return found;
    };
    expect(corner('contain')).toEqual([128, 64, 16, 200]);
    expect(corner('cover')).toEqual([128, 64, 200, 200]);
    expect(corner('stretch')).toEqual([128, 64, 200, 200]);
  });

  it('lets a picture through where filters cannot be built, and says why, once', async () => {
    const told: string[] = [];
    const stage = new VideoStage();
    const renderer = new VideoRenderer({ format: 'yuv420p' });
    const wrong = filterWork([{ name: 'crop', options: { w: 1000, h: 1000 } }], { failed: (reason) => told.push(reason) });
    const ok = stage.recipe(lighter(5), [grey(30)], 0);
    const bad = stage.recipe(wrong, [ok], 0);
    ok.release();
    for (let i = 0; i < 3; i++) {
      const result = (await renderer.render(bad, i))!;
      expect([result.width, pixelsOf(result).y[0]]).toEqual([64, 35]);
      result.release();
    }
    bad.release();
    expect(told).toHaveLength(1);
    await renderer.close();
  });

  it('refuses what was given back already', () => {
    const picture = blankPicture(16, 16, [16, 128, 128]);
    picture.release();
    expect(() => picture.release()).toThrow('more often than it was retained');
    expect(() => picture.native).toThrow('after its last share');
  });
});
