import { afterEach, describe, expect, it } from 'vitest';
import { WirePictures } from '../../src/host/wire-pictures.js';
import type { Look } from '../../src/graph/run/peek.js';
import { blankPicture } from '../../src/media/av/video/blank.js';
import { livePictures } from '../../src/media/av/video/picture.js';
import { ContentFrame } from '../../src/media/video-frame.js';
import { createVirtualScheduler } from '../../src/time/index.js';

const before = livePictures();
let pictures: WirePictures;
afterEach(async () => {
  await pictures.close();
  expect(livePictures()).toBe(before);
});

/** A wire on which pictures come when the test says so. */
function wire() {
  const looks = new Set<Look>();
  let looked = 0;
  const peek = (look: Look) => {
    looked++;
    looks.add(look);
    return () => void looks.delete(look);
  };
  const give = (ptsUs: number) => {
    const content = blankPicture(64, 48, [100, 128, 128]);
    for (const look of looks) look(new ContentFrame(ptsUs, content));
    looks.clear();
    content.release();
  };
  return { peek, give, looking: () => looks.size, looked: () => looked };
}

describe('pictures of a wire', () => {
  it('are made twice a second at most, however many ask', async () => {
    const scheduler = createVirtualScheduler();
    pictures = new WirePictures(scheduler);
    const { peek, give, looked, looking } = wire();
    for (let turn = 0; turn < 4; turn++) {
      const asked = Array.from({ length: 50 }, () => pictures.take('g', 'tv.video', peek));
      give(turn * 1000);
      const got = await Promise.all(asked);
      expect(new Set(got.map(({ jpeg }) => jpeg)).size).toBe(1);
      // The second half second begins with the third turn.
      expect(got[0]!.ptsUs).toBe(turn < 2 ? 0 : 2000);
      await scheduler.play(250);
    }
    expect([looked(), looking()]).toEqual([2, 0]);
  });

  it('are not waited for longer than a second, and nobody goes on looking', async () => {
    const scheduler = createVirtualScheduler();
    pictures = new WirePictures(scheduler);
    const { peek, looking } = wire();
    const asked = pictures.take('g', 'tv.video', peek);
    asked.catch(() => {});
    await scheduler.play(990);
    expect(looking()).toBe(1);
    await scheduler.play(20);
    await expect(asked).rejects.toMatchObject({ code: 'NO_PICTURE' });
    expect(looking()).toBe(0);
  });

  it('are given up when it ends', async () => {
    pictures = new WirePictures(createVirtualScheduler());
    const { peek, looking } = wire();
    const asked = pictures.take('g', 'tv.video', peek);
    asked.catch(() => {});
    await pictures.close();
    await expect(asked).rejects.toMatchObject({ code: 'NO_PICTURE' });
    expect(looking()).toBe(0);
  });
});
