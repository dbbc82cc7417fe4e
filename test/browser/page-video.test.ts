import { mkdirSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launch, watchErrors } from './support/browser.js';
import { openStage, until, type Nodes, type Stage } from './support/stage.js';

const SHOTS = 'node_modules/.cache/screenshots';
const LIMIT = { timeout: 30_000 };

let browser: Browser;
beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  browser = await launch();
});
afterAll(() => browser?.close());

let stage: Stage | undefined;
let context: BrowserContext | undefined;
afterEach(async () => {
  await context?.close();
  await stage?.close();
});

/** Cameras side by side on the camera's video, and what is shared on the screen's. */
const meeting: Nodes = {
  people: { type: 'source.participants', options: { show: 'camera' } },
  mix: { type: 'mix.sum', in: { audio: 'people' } },
  grid: { type: 'mix.grid', in: { video: 'people' }, options: { width: 640, height: 360 } },
  coded: { type: 'encode.vp8', in: { video: 'grid' } },
  shared: { type: 'source.participants', options: { show: 'screen' } },
  first: { type: 'mix.grid', in: { video: 'shared' }, options: { width: 640, height: 360, gapPx: 0, fit: 'contain' } },
  screen: { type: 'encode.vp8', in: { video: 'first' }, options: { purpose: 'screen', frameRate: 10 } },
  call: { type: 'sink.call', in: { audio: 'mix', video: 'coded', screen: 'screen' } },
};

const film: Nodes = {
  tone: { type: 'source.tone', options: { frequencyHz: 440, levelDb: -20 } },
  bars: { type: 'source.test-pattern', options: { pattern: 'bars', width: 640, height: 360 } },
  coded: { type: 'encode.h264', in: { video: 'bars' } },
  call: { type: 'sink.call', in: { audio: 'tone', video: 'coded' } },
};

async function openPage(options: Parameters<Browser['newContext']>[0] = {}): Promise<{ page: Page; errors: string[] }> {
  context = await browser.newContext(options);
  const page = await context.newPage();
  const errors = watchErrors(page);
  await page.goto(stage!.origin);
  await page.locator('#listen:enabled').waitFor(LIMIT);
  return { page, errors };
}

const says = (page: Page, text: string) => page.locator('#status', { hasText: text }).waitFor(LIMIT);

/** The mean colour of what a video shows. */
const colorOf = (page: Page, id: string): Promise<number[]> =>
  page.evaluate((video) => {
    const canvas = new OffscreenCanvas(32, 18);
    const pen = canvas.getContext('2d')!;
    pen.drawImage(document.getElementById(video) as HTMLVideoElement, 0, 0, 32, 18);
    const { data } = pen.getImageData(0, 0, 32, 18);
    return [0, 1, 2].map((c) => Math.round(data.reduce((sum, x, i) => (i % 4 === c ? sum + x : sum), 0) / (32 * 18)));
  }, id);

describe('the page', () => {
  it('shows the camera that it sends, in the room and to itself, and takes it down', async () => {
    stage = await openStage({ rooms: { lobby: meeting } });
    const { page, errors } = await openPage();
    await page.click('#listen');
    await says(page, 'You hear the room.');
    await page.click('#camera');
    await says(page, 'You hear the room, and the room sees you.');
    await page.locator('#self').waitFor(LIMIT);
    // Chromium's own camera is green.
    let color: number[] = [];
    const green = async () => {
      color = await colorOf(page, 'camera-video');
      return color[1]! > 90 && color[1]! > color[0]! + 40 && color[1]! > color[2]! + 40;
    };
    await page.locator('#camera-video').waitFor(LIMIT);
    await until(green, 30_000, () => color);
    // The microphone joins on the same connection.
    const [before] = stage.media['lobby']!.stats().peers.filter(({ role }) => role === 'speak');
    await page.click('#speak');
    await says(page, 'You hear the room, and the room hears and sees you.');
    await until(() => stage!.media['lobby']!.stats().peers.some(({ incoming }) => incoming.length === 1));
    const [after] = stage.media['lobby']!.stats().peers.filter(({ role }) => role === 'speak');
    expect(after!.peerId).toBe(before!.peerId);
    await until(green, 10_000, () => color);

    await page.click('#camera');
    await says(page, 'You hear the room, and the room hears you.');
    expect(await page.locator('#self').isVisible()).toBe(false);
    await until(
      async () => !(await green()),
      15_000,
      () => color,
    );
    await page.click('#speak');
    await says(page, 'You hear the room.');
    await page.click('#listen');
    await says(page, 'You left.');
    await until(() => stage!.media['lobby']!.stats().peers.length === 0);
    expect(await page.locator('#stage').isVisible()).toBe(false);
    expect(errors).toEqual([]);
  });

  it('shares a screen, which another page sees large, and says why a camera cannot be used', async () => {
    stage = await openStage({ rooms: { lobby: meeting } });
    const { page } = await openPage();
    // A browser without a head has no screen to share: a painted one stands in.
    await page.evaluate(() => {
      navigator.mediaDevices.getDisplayMedia = async () => {
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [800, 450];
        const pen = canvas.getContext('2d')!;
        setInterval(() => {
          pen.fillStyle = 'rgb(220 30 30)';
          pen.fillRect(0, 0, 800, 450);
        }, 50);
        return canvas.captureStream(15);
      };
      navigator.mediaDevices.getUserMedia = async () => {
        throw new DOMException('no', 'NotFoundError');
      };
    });
    await page.click('#screen');
    await says(page, 'The room sees you.');
    const watcher = await context!.newPage();
    const errors = watchErrors(watcher);
    await watcher.goto(stage.origin);
    await watcher.click('#listen:enabled');
    let color: number[] = [];
    await watcher.locator('#screen-video').waitFor(LIMIT);
    await until(
      async () => {
        color = await colorOf(watcher, 'screen-video');
        return color[0]! > 150 && color[1]! < 80;
      },
      30_000,
      () => color,
    );
    await page.click('#camera');
    await says(page, 'No camera was found.');
    expect(await page.getAttribute('#screen', 'aria-pressed')).toBe('true');
    // What the browser itself ends is ended here.
    await page.click('#screen');
    await says(page, 'You left.');
    expect(errors).toEqual([]);
  });

  it('looks right with pictures: light, dark and on a phone', async () => {
    stage = await openStage({ rooms: { lobby: film } });
    const looks = {
      light: { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
      dark: { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
      phone: { colorScheme: 'light', viewport: { width: 360, height: 640 }, deviceScaleFactor: 2, isMobile: true },
    } as const;
    for (const [name, options] of Object.entries(looks)) {
      const { page } = await openPage(options);
      await page.click('#listen');
      await page.locator('#camera-video').waitFor(LIMIT);
      await says(page, 'You hear the room.');
      await page.waitForTimeout(300);
      await page.screenshot({ path: `${SHOTS}/room-video-${name}.png`, fullPage: true });
      expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), name).toBe(false);
      const video = (await page.locator('#camera-video').boundingBox())!;
      expect(video.width / options.viewport.width, name).toBeGreaterThan(0.7);
      expect(video.width / video.height, name).toBeCloseTo(16 / 9, 1);
      for (const id of ['listen', 'speak', 'camera', 'stage figure:not([hidden]) button']) {
        const box = (await page.locator(`#${id}`).boundingBox())!;
        expect(Math.min(box.width, box.height), `${id} is large enough for a finger`).toBeGreaterThanOrEqual(44);
      }
      await context!.close();
    }
  });
});
