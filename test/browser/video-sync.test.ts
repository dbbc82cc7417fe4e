import { writeFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { FLASH_AND_BEEP, writeFilm } from '../support/films.js';
import { makeTempDir } from '../support/media-fixtures.js';
import { launch, TestPage } from './support/browser.js';
import { openStage, until, type Stage } from './support/stage.js';

const temp = makeTempDir();
let browser: Browser;
beforeAll(async () => {
  await writeFilm(temp.path('flashes.mp4'), { ...FLASH_AND_BEEP, width: 320, height: 180 });
  await writeFilm(temp.path('long.mp4'), { ...FLASH_AND_BEEP, seconds: 40, frameRate: 15, luma: 'if(lt(mod(N,30),3),220,20)' });
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  temp.remove();
});
let stage: Stage | undefined;
afterEach(() => stage?.close());

/** By how much each beep comes after the flash next to it, in milliseconds. */
function offsets({ beeps, flashes }: { beeps: readonly number[]; flashes: readonly number[] }): number[] {
  return flashes.flatMap((flash) => {
    const near = beeps.map((beep) => beep - flash).filter((offset) => Math.abs(offset) < 450);
    return near.length === 1 ? near : [];
  });
}

/** Until half a dozen flashes come together with their beeps; the first reports of both streams are what a browser needs for it. */
async function together(page: TestPage, behind: string): Promise<void> {
  const medians: number[] = [];
  await until(
    async () => {
      await page.watched();
      await page.record(6);
      const all = offsets(await page.watched()).toSorted((a, b) => a - b);
      if (all.length < 4) return false;
      medians.push(Math.round(all[Math.floor(all.length / 2)]!));
      return Math.abs(medians.at(-1)!) <= 40;
    },
    60_000,
    () => [behind, medians],
  );
}

/** Looks so long in all, in seconds; for a soak give more, such as VOXGRAPH_SOAK_SEC=600. */
const SOAK_SEC = Number(process.env['VOXGRAPH_SOAK_SEC'] ?? 0);

// Of a machine that has time for it: it may have a second chance.
it(
  'a flash and its beep come together in a page: within 40 ms, also behind a pause, a seek and a changed graph',
  async () => {
    stage = await openStage({ rooms: {} });
    const { engine } = stage;
    const graph = temp.path('graph.json');
    const write = (more: object) =>
      writeFileSync(
        graph,
        JSON.stringify({
          version: 1,
          nodes: {
            film: { type: 'source.file', options: { src: temp.path('flashes.mp4'), loop: true } },
            coded: { type: 'encode.vp8', in: { video: 'film' } },
            call: { type: 'sink.call', in: { audio: 'film', video: 'coded' } },
            ...more,
          },
        }),
      );
    write({});
    const session = await engine.run(graph, { call: 'room:lobby' });
    const page = await TestPage.open(browser, stage.origin);
    await page.listen('lobby');
    await until(async () => ((await page.video()).camera?.framesDecoded ?? 0) > 15);
    await page.watch();

    const call = 'room:lobby';
    const begin = performance.now();
    do {
      await together(page, 'the beginning');
      await engine.execute({ type: 'call.pause', call });
      await page.record(1.5);
      await engine.execute({ type: 'call.resume', call });
      await together(page, 'a pause');
      await engine.execute({ type: 'call.seek', call, positionMs: 2500 });
      await together(page, 'a seek');
      write({
        gray: { type: 'video.grayscale', in: { video: 'film' } },
        coded: { type: 'encode.vp8', in: { video: 'gray' } },
        // Late by 81 ms, for which the pictures wait from then on.
        noise: { type: 'effect.denoise', in: { audio: 'film' } },
        pitch: { type: 'effect.pitch', in: { audio: 'noise' }, options: { semitones: 2 } },
        limit: { type: 'effect.limiter', in: { audio: 'pitch' } },
        call: { type: 'sink.call', in: { audio: 'limit', video: 'coded' } },
      });
      await session.change(graph);
      await together(page, 'a changed graph');
      write({});
      await session.change(graph);
    } while (performance.now() - begin < SOAK_SEC * 1000);
    expect(page.errors).toEqual([]);
    await page.page.close();
  },
  SOAK_SEC * 1000 + 240_000,
);

it('a flash and its beep come together also when effects make the sound late', async () => {
  stage = await openStage({
    rooms: {
      lobby: {
        film: { type: 'source.file', options: { src: temp.path('flashes.mp4'), loop: true } },
        noise: { type: 'effect.denoise', in: { audio: 'film' } },
        pitch: { type: 'effect.pitch', in: { audio: 'noise' }, options: { semitones: 2 } },
        limit: { type: 'effect.limiter', in: { audio: 'pitch' } },
        coded: { type: 'encode.vp8', in: { video: 'film' } },
        call: { type: 'sink.call', in: { audio: 'limit', video: 'coded' } },
      },
    },
  });
  // So much later they would be heard.
  const { nodes } = (await stage.graphs['lobby']!.stats()).stats;
  expect(nodes['coded~delay']!.latencyMs).toBeCloseTo(35 + 41.25 + 5, 3);
  const page = await TestPage.open(browser, stage.origin);
  await page.listen('lobby');
  await until(async () => ((await page.video()).camera?.framesDecoded ?? 0) > 15);
  await page.watch();
  await together(page, 'sound that is late');
  expect(page.errors).toEqual([]);
  await page.page.close();
});

it('graphs/film-night.json shows its film in a room, under its title', async () => {
  stage = await openStage({ rooms: {} });
  const params = { film: temp.path('long.mp4'), title: 'MMMMMMMMMMMM' };
  await stage.engine.run('graphs/film-night.json', { call: 'room:lobby', params });
  const page = await TestPage.open(browser, stage.origin);
  await page.listen('lobby');
  await until(
    async () => ((await page.video()).camera?.framesDecoded ?? 0) > 5,
    30_000,
    () => page.video(),
  );
  expect((await page.video()).camera).toMatchObject({ codec: 'video/VP8', frameWidth: 640, frameHeight: 360 });
  await page.watch();
  await until(async () => (await page.watched()).flashes.length > 0);
  // Between two flashes the film is dark, and what is written is not.
  const brightest = async () => {
    const points = Array.from({ length: 40 }, (_, i) => [0.03 + (i % 20) * 0.012, i < 20 ? 0.06 : 0.075] as const);
    const [middle, ...title] = await page.colors('camera', [[0.5, 0.7], ...points]);
    return { middle: middle![1]!, title: Math.max(...title.map(([, g]) => g!)) };
  };
  await until(
    async () => {
      const { middle, title } = await brightest();
      return middle < 60 && title > middle + 50;
    },
    15_000,
    brightest,
  );
  await page.page.close();
});
