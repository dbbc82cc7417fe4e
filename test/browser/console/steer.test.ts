import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launch } from '../support/browser.js';
import { writeVoice } from '../support/microphone.js';
import { openStage, toneRoom, until, type Stage } from '../support/stage.js';
import { barriers, duckNodes, LIMIT, openConsole, shoot, type OpenConsole } from './support.js';

const voice = writeVoice();
let browser: Browser;
beforeAll(async () => {
  browser = await launch(voice.path);
});
afterAll(async () => {
  await browser?.close();
  voice.remove();
});

let stage: Stage;
let open: OpenConsole;
afterEach(async () => {
  await open?.close();
  await stage?.close();
});

const enter = async (fragment: string): Promise<Page> => {
  open = await openConsole(browser, stage, fragment);
  return open.page;
};
const levelOf = async (page: Page, wire: string) =>
  Number(
    await page
      .getByRole('meter', { name: `Level of ${wire}` })
      .first()
      .getAttribute('aria-valuenow'),
  );

describe('in the console', () => {
  it('an option changes while it is moved, a wrong one is explained, and a node can be left out', async () => {
    stage = await openStage({ rooms: { lobby: duckNodes } });
    const page = await enter('view=graph&node=volume');
    const gain = page.getByRole('spinbutton', { name: 'gainDb', exact: true });
    await gain.fill('-20', LIMIT);
    await until(async () => Math.abs((await levelOf(page, 'volume.audio')) + 35) <= 1);
    await page.getByRole('button', { name: 'Bypass' }).click();
    await page.getByRole('button', { name: 'Bypassed', exact: true }).waitFor(LIMIT);
    await until(async () => Math.abs((await levelOf(page, 'volume.audio')) + 15) <= 1);
    await shoot(page, 'node');
    await page.getByRole('button', { name: 'Bypassed', exact: true }).click();
    await until(async () => Math.abs((await levelOf(page, 'volume.audio')) + 35) <= 1);
    await page.getByRole('button', { name: 'Default of gainDb: 0' }).click();
    await until(async () => Math.abs((await levelOf(page, 'volume.audio')) + 15) <= 1);
    expect(open.errors).toEqual([]);
    await gain.fill('999');
    await page.getByRole('alert').waitFor(LIMIT);
    expect(await gain.getAttribute('aria-invalid')).toBe('true');
    expect(await barriers(page)).toEqual([]);
  });

  it('a node inside of a split is left out of every copy', async () => {
    const nodes = { loud: { type: 'effect.gain', in: { audio: 'voice' }, options: { gainDb: 6 } } };
    stage = await openStage({
      rooms: {
        lobby: {
          room: { type: 'source.participants' },
          each: { type: 'flow.split', in: { audio: 'room' }, options: { nodes, out: 'loud' } },
          mix: { type: 'mix.sum', in: { audio: 'each' } },
          opus: { type: 'encode.opus', in: { audio: 'mix' } },
          call: { type: 'sink.call', in: { audio: 'opus' } },
        },
      },
    });
    const page = await enter('view=graph&node=each');
    const inside = async () => {
      const answer = await fetch(`${stage.origin}/api/v1/graphs/${stage.graphs['lobby']!.id}`);
      const { plan } = (await answer.json()) as { plan: { nodes: { id: string; inside?: object[] }[] } };
      return plan.nodes.find(({ id }) => id === 'each')!.inside;
    };
    await page.getByRole('button', { name: 'Bypass each/loud' }).click(LIMIT);
    await page.getByRole('button', { name: 'Bypassed each/loud', pressed: true }).waitFor(LIMIT);
    expect(await inside()).toEqual([
      expect.objectContaining({ id: 'loud', type: 'effect.gain', bypassed: true, canBypass: true }),
    ]);
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Bypassed each/loud' }).click();
    await page.getByRole('button', { name: 'Bypass each/loud', pressed: false }).waitFor(LIMIT);
    expect(await inside()).toEqual([expect.objectContaining({ id: 'loud', bypassed: false })]);
    expect(open.errors).toEqual([]);
  });

  it('a wire is listened to', async () => {
    stage = await openStage({ rooms: { lobby: toneRoom(440) } });
    const page = await enter('view=graph&node=tone');
    await page.evaluate(() => {
      const heard = { peak: 0, seconds: 0 };
      Object.assign(globalThis, { heard });
      const { prototype } = AudioContext;
      const make = prototype.createBuffer;
      prototype.createBuffer = function (...args) {
        const buffer = make.apply(this, args);
        const get = buffer.getChannelData.bind(buffer);
        setTimeout(() => {
          heard.seconds += buffer.duration;
          heard.peak = Math.max(heard.peak, ...get(0));
        }, 50);
        return buffer;
      };
    });
    await page.getByRole('button', { name: 'Listen to tone.audio' }).click(LIMIT);
    const heard = () => page.evaluate(() => (globalThis as unknown as { heard: { peak: number; seconds: number } }).heard);
    await until(async () => (await heard()).seconds > 1);
    expect(20 * Math.log10((await heard()).peak)).toBeCloseTo(-12, 0);
    await page.locator('.outlet button[aria-pressed=true]').click();
    await page.locator('.outlet button[aria-pressed=false]').waitFor(LIMIT);
    // What was heard so far is drawn: a tone of −12 dB peak.
    await page
      .getByRole('img', { name: /^Level of tone\.audio in the last \d+ seconds: at most −12\.\d dB, 0 times/ })
      .waitFor(LIMIT);
    expect(open.errors).toEqual([]);
  });

  it('one listens and speaks in the room, is muted, and is removed', async () => {
    stage = await openStage({ rooms: { lobby: duckNodes } });
    const page = await enter('view=people');
    await page.getByRole('button', { name: 'Listen', exact: true }).click(LIMIT);
    await page.getByRole('button', { name: 'Listening' }).waitFor(LIMIT);
    await page.getByRole('button', { name: 'Speak', exact: true }).click();
    await page.locator('.participants li', { hasText: 'speaking' }).waitFor(LIMIT);
    await page.getByText('1 with a microphone, 1 listening').waitFor(LIMIT);
    await page.getByRole('button', { name: /^Mute Guest/ }).click();
    await page.locator('.participants li', { hasText: 'muted' }).waitFor(LIMIT);
    expect(stage.engine.state.calls['room:lobby']!.muted).toHaveLength(1);
    await shoot(page, 'people');
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: /^Remove Guest/ }).click();
    await page.keyboard.type('too loud');
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('Nobody speaks here.').waitFor(LIMIT);
    await page.getByRole('button', { name: 'Speak', exact: true }).waitFor(LIMIT);
  });

  it('music is queued, paused, sought and skipped', async () => {
    stage = await openStage({ rooms: {} });
    await stage.engine.run('graphs/music-bot.json', { call: 'room:lobby' });
    const page = await enter('view=people');
    const add = async (file: string) => {
      await page.getByRole('textbox', { name: 'File or address to play' }).fill(file, LIMIT);
      await page.getByRole('button', { name: 'Add', exact: true }).click(LIMIT);
    };
    await add('tune.opus');
    await page.locator('.now-title', { hasText: 'tune' }).waitFor(LIMIT);
    await add('voice.opus');
    await page.locator('.tracks li', { hasText: 'voice' }).waitFor(LIMIT);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('.now', { hasText: 'Paused' }).waitFor(LIMIT);
    const position = page.getByRole('slider', { name: 'Position' });
    await position.focus();
    for (let times = 0; times < 3; times++) await page.keyboard.press('ArrowRight');
    await until(async () => Number(await position.inputValue()) >= 2000);
    await shoot(page, 'music');
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.locator('.now', { hasText: 'Now playing' }).waitFor(LIMIT);
    await page.getByRole('button', { name: 'Next track' }).click();

    await page.locator('.now-title', { hasText: 'voice' }).waitFor(LIMIT);
    // Who opens the console later is shown it, too.
    await page.reload();
    await page.goto(`${stage.origin}/console/#view=calls`);
    await page.locator('.card-plays', { hasText: 'voice' }).waitFor(LIMIT);
    expect(open.errors).toEqual([]);
  });

  it('plugins are disabled, set otherwise and told things', async () => {
    stage = await openStage({ rooms: {} });
    await stage.engine.run('graphs/music-bot.json', { call: 'room:lobby' });
    const page = await enter('view=plugins');
    const card = page.locator('.plugin', { has: page.getByRole('heading', { name: 'statistics' }) });
    await card.getByRole('button', { name: 'Disable statistics' }).click(LIMIT);
    await card.locator('.tag', { hasText: 'disabled' }).waitFor(LIMIT);
    await card.getByRole('button', { name: 'Enable statistics' }).click();
    await card.locator('.tag', { hasText: 'enabled' }).waitFor(LIMIT);
    const queue = page.locator('.plugin', { has: page.getByRole('heading', { name: 'music-queue' }) });
    await queue.getByRole('button', { name: 'Settings' }).click();
    const settings = queue.getByRole('textbox', { name: 'Settings of music-queue' });
    await settings.fill((await settings.inputValue()).replace('"maxPerUser": 20', '"maxPerUser": 7'));
    await queue.getByRole('button', { name: 'Apply' }).click();
    await until(() => stage.engine.plugins().some(({ config }) => config['maxPerUser'] === 7));
    await queue.getByRole('button', { name: 'Messages' }).click();
    await queue.getByRole('combobox', { name: 'Message' }).selectOption('list');
    await queue.getByRole('button', { name: 'Send' }).click();
    await queue.locator('.code-block', { hasText: '"waiting": []' }).waitFor(LIMIT);
    await shoot(page, 'plugins');
    expect(await barriers(page)).toEqual([]);
    expect(open.errors).toEqual([]);
  });
});
