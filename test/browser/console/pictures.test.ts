import { describe, expect, it } from 'vitest';
import { openStage, until, type Nodes } from '../support/stage.js';
import { barriers, LIMIT, LOOKS, consoleDesk, openConsole, shoot } from './support.js';

const desk = consoleDesk();

const film: Nodes = {
  film: { type: 'source.test-pattern', options: { width: 640, height: 360 } },
  small: { type: 'video.scale', in: { video: 'film' }, options: { width: 320, height: 180 } },
  vp8: { type: 'encode.vp8', in: { video: 'small' } },
  tone: { type: 'source.tone', options: { levelDb: -20 } },
  opus: { type: 'encode.opus', in: { audio: 'tone' } },
  call: { type: 'sink.call', in: { audio: 'opus', video: 'vp8' } },
};

describe('wires of video in the console', () => {
  it('show what flows on them, as long as they are to be seen', async () => {
    desk.stage = await openStage({ rooms: { cinema: film } });
    const asked: string[] = [];
    for (const options of [LOOKS.light, LOOKS.dark, LOOKS.phone]) {
      if ('open' in desk) await desk.open.close();
      desk.open = await openConsole(desk.browser, desk.stage, 'view=graph', options);
      const { page } = desk.open;
      page.on('request', (request) => request.url().endsWith('/thumbnail') && asked.push(request.url()));
      const picture = page.getByRole('img', { name: 'Picture on film.video' });
      await picture.waitFor(LIMIT);
      await page.getByRole('img', { name: 'Picture on small.video' }).waitFor(LIMIT);
      const size = await picture.evaluate((img: HTMLImageElement) => [img.naturalWidth, img.naturalHeight]);
      expect(size).toEqual([240, 136]);
      // The pattern has every colour; a blank picture has one.
      const colours = await picture.evaluate((img: HTMLImageElement) => {
        const canvas = new OffscreenCanvas(img.naturalWidth, img.naturalHeight);
        const context = canvas.getContext('2d')!;
        context.drawImage(img, 0, 0);
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        return new Set(
          Array.from(
            { length: data.length / 4 },
            (_, i) => (data[4 * i]! >> 6) * 16 + (data[4 * i + 1]! >> 6) * 4 + (data[4 * i + 2]! >> 6),
          ),
        ).size;
      });
      expect(colours).toBeGreaterThan(10);
      const first = await picture.getAttribute('src');
      await until(async () => (await picture.getAttribute('src')) !== first);
      await shoot(page, `video-${options.colorScheme}${options.isMobile ? '-phone' : ''}`);
      expect(await barriers(page)).toEqual([]);
      expect(desk.open.errors).toEqual([]);
    }
    // Looking at something else, nothing is asked for.
    const { page } = desk.open;
    await page.click('.nav a:has-text("Log")');
    await page.locator('.log-page').waitFor(LIMIT);
    const before = asked.length;
    await page.waitForResponse((response) => response.url().endsWith('/thumbnail'), { timeout: 3000 }).catch(() => {});
    expect(asked.length - before).toBeLessThanOrEqual(1);
  });
});
