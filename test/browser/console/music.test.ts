import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openStage, toneRoom, until, type Nodes } from '../support/stage.js';
import { barriers, LIMIT, consoleDesk, openConsole, shoot } from './support.js';

const desk = consoleDesk();

const enter = async (fragment: string): Promise<Page> => {
  desk.open = await openConsole(desk.browser, desk.stage, fragment);
  return desk.open.page;
};

interface Seen {
  readonly node: string;
  readonly status: string;
  readonly positionMs: number;
  readonly gainDb?: number;
}
/** What the engine says of a player. */
const seen = async (node = 'music'): Promise<Seen> => {
  const { players } = (await (await fetch(`${desk.stage.origin}/api/v1/players`)).json()) as { players: Seen[] };
  return players.find((one) => one.node === node)!;
};
/** Where the page says that it is, in seconds. */
const shownSec = async (page: Page): Promise<number> => {
  const [minutes, seconds] = (await page.locator('.position > span').first().innerText()).split(':');
  return Number(minutes) * 60 + Number(seconds);
};
/** Whether the page shows what the engine says: between what it says before and after. */
const agrees = async (page: Page): Promise<boolean> => {
  const before = await seen();
  const shown = await shownSec(page);
  const after = await seen();
  return Math.floor(before.positionMs / 1000) <= shown && shown <= Math.ceil(after.positionMs / 1000);
};

const music = (...names: string[]): Nodes => ({
  ...Object.fromEntries(
    names.map((name) => [name, { type: 'source.file', options: { src: `${process.cwd()}/media/tune.opus`, loop: true } }]),
  ),
  mix: { type: 'mix.sum', in: { audio: names } },
  volume: { type: 'effect.gain', in: { audio: 'mix' }, options: { gainDb: -6 } },
  opus: { type: 'encode.opus', in: { audio: 'volume' } },
  call: { type: 'sink.call', in: { audio: 'opus' } },
});

describe('music in the console', () => {
  it('is where the engine says it is, whoever pauses it, moves it or makes it quieter', async () => {
    desk.stage = await openStage({ rooms: { lobby: music('music') } });
    const page = await enter('view=people');
    await page.getByText('Now playing').waitFor(LIMIT);
    await until(() => agrees(page));
    // Another client's commands.
    const call = 'room:lobby';
    await desk.stage.engine.execute({ type: 'call.pause', call });
    await page.getByText('Paused').waitFor(LIMIT);
    await desk.stage.engine.execute({ type: 'call.seek', call, positionMs: 42_000 });
    await until(async () => (await shownSec(page)) === 42);
    expect(await page.getByRole('slider', { name: 'Volume' }).inputValue()).toBe('50');
    await desk.stage.engine.execute({ type: 'call.volume', call, percent: 150 });
    await until(async () => (await page.getByRole('slider', { name: 'Volume' }).inputValue()) === '150');
    await desk.stage.engine.execute({ type: 'call.resume', call });
    await page.getByText('Now playing').waitFor(LIMIT);
    await until(() => agrees(page));
    await desk.stage.engine.execute({ type: 'call.seek', call, positionMs: 5_000 });
    await until(async () => (await shownSec(page)) < 42 && (await agrees(page)));
    // One's own.
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused').waitFor(LIMIT);
    expect((await seen()).status).toBe('paused');
    const slider = page.getByRole('slider', { name: 'Position' });
    await slider.focus();
    await page.keyboard.press('Home');
    await until(async () => (await seen()).positionMs === 0 && (await shownSec(page)) === 0);
    await page.goto(`${desk.stage.origin}/console/#view=calls`);
    await page.locator('.card-plays', { hasText: 'paused, 0:00 / 1:20' }).waitFor(LIMIT);
    expect(desk.open.errors).toEqual([]);
  });

  it('of several sources the chosen one is steered', async () => {
    desk.stage = await openStage({ rooms: { lobby: music('first', 'second') } });
    const page = await enter('view=people');
    await page.getByRole('combobox', { name: '2 sources play' }).selectOption('second', LIMIT);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused', { exact: true }).waitFor(LIMIT);
    expect([(await seen('first')).status, (await seen('second')).status]).toEqual(['playing', 'paused']);
    expect(await page.locator('.notice').count()).toBe(0);
    await shoot(page, 'music-several');
    expect(await barriers(page)).toEqual([]);
  });

  it('of a graph that plays no files is not offered', async () => {
    desk.stage = await openStage({ rooms: { lobby: toneRoom(440) } });
    const page = await enter('view=people');
    await page.getByText('This graph plays no files.').waitFor(LIMIT);
    expect(await page.getByRole('button', { name: 'Play', exact: true }).count()).toBe(0);
    expect(await barriers(page)).toEqual([]);
    await page.goto(`${desk.stage.origin}/console/#view=calls`);
    await page.locator('.card').waitFor(LIMIT);
    expect(await page.locator('.card-plays').count()).toBe(0);
  });

  it('waits in a queue, also without a plugin, and is put in another order', async () => {
    const src = (name: string) => ({ src: `${process.cwd()}/media/${name}.opus` });
    desk.stage = await openStage({
      rooms: {
        lobby: {
          music: { type: 'source.queue', options: { tracks: [src('tune'), src('voice'), src('tune'), src('voice')] } },
          opus: { type: 'encode.opus', in: { audio: 'music' } },
          call: { type: 'sink.call', in: { audio: 'opus' } },
        },
      },
    });
    const page = await enter('view=people');
    const waiting = async () => (await page.locator('.track-title').allInnerTexts()).map((text) => text.trim()).join();
    await page.getByText('3 tracks wait').waitFor(LIMIT);
    expect(await waiting()).toBe('voice.opus,tune.opus,voice.opus');
    await page.getByRole('button', { name: 'Move tune.opus up' }).click();
    await until(async () => (await waiting()) === 'tune.opus,voice.opus,voice.opus');
    await page.getByRole('button', { name: 'Take voice.opus out' }).first().click();
    await until(async () => (await waiting()) === 'tune.opus,voice.opus');
    await page.getByRole('button', { name: 'Play voice.opus now' }).click();
    await page.getByText('Nothing waits').waitFor(LIMIT);
    await page.getByRole('button', { name: 'Repeat off' }).click();
    await page.getByRole('button', { name: 'Repeat track', pressed: true }).waitFor(LIMIT);
    expect(desk.open.errors).toEqual([]);
  });
});
