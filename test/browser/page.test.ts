import { mkdirSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launch, watchErrors } from './support/browser.js';
import { writeVoice } from './support/microphone.js';
import { openStage, toneRoom, until, type Nodes, type Stage } from './support/stage.js';

const SHOTS = 'node_modules/.cache/screenshots';
const LIMIT = { timeout: 30_000 };

const voice = writeVoice();
let browser: Browser;
beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  browser = await launch(voice.path);
});
afterAll(async () => {
  await browser?.close();
  voice.remove();
});

let stage: Stage | undefined;
let context: BrowserContext | undefined;
afterEach(async () => {
  await context?.close();
  await stage?.close();
});

const talk: Nodes = {
  people: { type: 'source.participants' },
  mix: { type: 'mix.sum', in: { audio: 'people' } },
  meter: { type: 'meter.level', in: { audio: 'mix' } },
  opus: { type: 'encode.opus', in: { audio: 'meter' } },
  call: { type: 'sink.call', in: { audio: 'opus' } },
};

async function openPage(
  path = '/',
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ page: Page; errors: string[] }> {
  context = await browser.newContext(options);
  const page = await context.newPage();
  const errors = watchErrors(page);
  await page.goto(stage!.origin + path);
  await page.locator('#listen:enabled').waitFor(LIMIT);
  return { page, errors };
}

const says = (page: Page, text: string) => page.locator('#status', { hasText: text }).waitFor(LIMIT);
const isOn = (page: Page, id: string) => page.locator(`#${id}[aria-pressed=true]`).waitFor(LIMIT);

/** Whether the page plays something that is not silence. */
const playedEnergy = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const element = document.querySelector('audio')!;
    return element.srcObject ? element.currentTime : 0;
  });

describe('the page', () => {
  it('listens, speaks and leaves', async () => {
    stage = await openStage({ rooms: { lobby: talk } });
    const levels: number[] = [];
    stage.graphs['lobby']!.events$.subscribe((event) => {
      if (event.type === 'level.measured') levels.push(event['rmsDb'] as number);
    });
    await stage.graphs['lobby']!.watch('meter', 'level.measured');
    const { page, errors } = await openPage();
    expect(await page.title()).toBe('voxgraph room');
    await page.locator('#title', { hasText: 'Graph of lobby' }).waitFor(LIMIT);
    expect(await page.textContent('#status')).toBe('Ready.');

    await page.click('#listen');
    await says(page, 'You hear the room.');
    await isOn(page, 'listen');
    await page.locator('#who', { hasText: '1 listening, nobody speaking' }).waitFor(LIMIT);
    const before = await playedEnergy(page);
    await until(async () => (await playedEnergy(page)) > before + 0.5);

    await page.click('#speak');
    await says(page, 'You hear the room, and the room hears you.');
    await page.locator('#who', { hasText: '1 listening, 1 speaking' }).waitFor(LIMIT);
    await until(() => levels.some((level) => level > -40));

    await page.click('#listen');
    await says(page, 'The room hears you.');
    await page.click('#speak');
    await says(page, 'You left.');
    await until(async () => {
      const { listeners, speakers } = await stage!.status();
      return listeners === 0 && speakers === 0;
    });
    expect(stage.media['lobby']!.stats().peers).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('is used by keyboard alone', async () => {
    stage = await openStage({ rooms: { lobby: toneRoom(440) } });
    const { page, errors } = await openPage();
    const focused = () => page.evaluate(() => document.activeElement?.id);
    const order: (string | undefined)[] = [];
    for (let i = 0; i < 6; i++) {
      await page.keyboard.press('Tab');
      order.push(await focused());
    }
    expect(order).toEqual(['room', 'listen', 'speak', 'camera', 'screen', 'volume']);
    await page.keyboard.press('ArrowLeft');
    expect(await page.evaluate(() => document.querySelector('audio')!.volume)).toBeLessThan(1);
    for (let i = 0; i < 4; i++) await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await isOn(page, 'listen');
    // The focus stays where it was, and is to be seen.
    expect(await focused()).toBe('listen');
    expect(await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)).toBe('solid');
    await page.keyboard.press('Space');
    await says(page, 'You left.');
    expect(errors).toEqual([]);
  });

  it('goes from room to room, and opens the one it is asked for', async () => {
    stage = await openStage({ rooms: { attic: toneRoom(440), cellar: toneRoom(880) } });
    const { page, errors } = await openPage('/?room=cellar');
    expect(await page.locator('#room option').allTextContents()).toEqual(['attic', 'cellar']);
    expect(await page.inputValue('#room')).toBe('cellar');
    await page.click('#listen');
    await until(async () => (await stage!.status('cellar')).listeners === 1);
    await says(page, 'You hear the room.');
    await page.selectOption('#room', 'attic');
    await until(async () => (await stage!.status('attic')).listeners === 1 && (await stage!.status('cellar')).listeners === 0);
    await says(page, 'You hear the room.');
    await page.locator('#title', { hasText: 'Graph of attic' }).waitFor(LIMIT);
    expect(errors).toEqual([]);
  });

  it('leaves nothing behind when one button is pressed many times', async () => {
    stage = await openStage({ rooms: { lobby: toneRoom(440) } });
    const { page, errors } = await openPage();
    for (let i = 0; i < 9; i++) await page.click('#listen');
    await isOn(page, 'listen');
    await until(async () => (await stage!.status()).listeners === 1);
    await until(() => stage!.media['lobby']!.stats().peers.length === 1);
    await page.click('#listen');
    await until(() => stage!.media['lobby']!.stats().peers.length === 0);
    expect(errors.filter((error) => !/40[04]/.test(error))).toEqual([]);
  });

  it('says what is wrong: no microphone, a full room, a wrong token', async () => {
    stage = await openStage({ rooms: { lobby: toneRoom(440) }, maxPeers: 1, server: { token: 'secret' } });
    const { page } = await openPage('/#token=secret');
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = async () => {
        throw new DOMException('no', 'NotAllowedError');
      };
    });
    await page.click('#speak');
    await says(page, 'The browser was not allowed to use the microphone.');
    expect(await page.getAttribute('#speak', 'aria-pressed')).toBe('false');
    await page.click('#listen');
    await says(page, 'You hear the room.');

    const second = await context!.newPage();
    await second.goto(`${stage.origin}/#token=secret`);
    await second.click('#listen:enabled');
    await says(second, 'Room "lobby" is full (1 connections); trying again …');
    await page.click('#listen');
    await says(second, 'You hear the room.');

    const stranger = await context!.newPage();
    await stranger.goto(`${stage.origin}/#token=wrong`);
    await stranger.locator('#who', { hasText: 'The token is missing or wrong' }).waitFor(LIMIT);
  });

  it('tells who is removed why, and silences who is muted', async () => {
    stage = await openStage({ rooms: { lobby: talk } });
    const { engine } = stage;
    const levels: number[] = [];
    stage.graphs['lobby']!.events$.subscribe((event) => {
      if (event.type === 'level.measured') levels.push(event['rmsDb'] as number);
    });
    await stage.graphs['lobby']!.watch('meter', 'level.measured');
    const { page } = await openPage();
    await page.click('#listen');
    await page.click('#speak');
    await until(() => levels.slice(-3).some((level) => level > -60));
    const [participantId = ''] = engine.state.calls['room:lobby']!.participants;
    const speaking = () => engine.state.calls['room:lobby']!.speaking;
    await until(() => speaking().includes(participantId));
    await engine.execute({ type: 'participant.mute', call: 'room:lobby', participantId });
    expect(engine.state.calls['room:lobby']!.muted).toEqual([participantId]);
    levels.length = 0;
    await until(() => levels.length > 5 && levels.slice(-3).every((level) => level <= -120));
    await until(() => speaking().length === 0);
    await engine.execute({ type: 'participant.mute', call: 'room:lobby', participantId, muted: false });
    await until(() => levels.slice(-3).some((level) => level > -60));

    const kick = { type: 'participant.kick', call: 'room:lobby', participantId, reason: 'too loud', banMs: 60_000 } as const;
    await engine.execute(kick);
    await says(page, 'ou were removed from the room "lobby": too loud; you may come back in');
    await until(async () => (await stage!.status()).listeners === 0 && (await stage!.status()).speakers === 0);
    for (const id of ['listen', 'speak']) expect(await page.getAttribute(`#${id}`, 'aria-pressed')).toBe('false');
    await page.click('#listen');
    await says(page, 'ou were removed from the room "lobby": too loud');
    // A page that is loaded again is the same person; another tab is not.
    await page.reload();
    await page.locator('#listen:enabled').waitFor(LIMIT);
    await page.click('#listen');
    await says(page, 'ou were removed from the room "lobby": too loud');
    const other = await context!.newPage();
    await other.goto(stage.origin);
    await other.locator('#listen:enabled').waitFor(LIMIT);
    await other.click('#listen');
    await isOn(other, 'listen');
  });

  it('writes in the room, and shows what is written', async () => {
    stage = await openStage({ rooms: { lobby: toneRoom(440) } });
    const { engine } = stage;
    const heard: string[] = [];
    engine.events$.subscribe((event) => {
      if (event.type === 'message.received') heard.push(event.text);
    });
    const { page, errors } = await openPage();
    await page.fill('#text', '/play <b>a</b>');
    await page.keyboard.press('Enter');
    await page.locator('#lines li', { hasText: '/play <b>a</b>' }).waitFor(LIMIT);
    expect(heard).toEqual(['/play <b>a</b>']);
    expect(await page.inputValue('#text')).toBe('');
    await engine.execute({ type: 'call.tell', call: 'room:lobby', text: 'Now playing A' });
    await page.locator('#lines li', { hasText: 'voxgraph Now playing A' }).waitFor(LIMIT);
    expect(errors).toEqual([]);
  });

  it('looks right in light, dark and on a phone', async () => {
    stage = await openStage({ rooms: { lobby: toneRoom(440), cellar: toneRoom(880) } });
    const looks = {
      light: { colorScheme: 'light', viewport: { width: 1000, height: 700 } },
      dark: { colorScheme: 'dark', viewport: { width: 1000, height: 700 } },
      phone: { colorScheme: 'light', viewport: { width: 360, height: 640 }, deviceScaleFactor: 2, isMobile: true },
    } as const;
    for (const [name, options] of Object.entries(looks)) {
      const { page } = await openPage('/', options);
      await page.locator('#title', { hasText: 'Graph of' }).waitFor(LIMIT);
      await page.click('#listen');
      await isOn(page, 'listen');
      await page.locator('#who', { hasText: '1 listening' }).waitFor(LIMIT);
      await page.screenshot({ path: `${SHOTS}/room-${name}.png` });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect(overflow, name).toBe(false);
      for (const id of ['listen', 'speak', 'camera']) {
        const box = (await page.locator(`#${id}`).boundingBox())!;
        expect(Math.min(box.width, box.height), `${id} is large enough for a finger`).toBeGreaterThanOrEqual(44);
      }
      await context!.close();
    }
  });
});
