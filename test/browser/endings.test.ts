import { spawn, type ChildProcess } from 'node:child_process';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRealtimeScheduler } from '../../src/time/index.js';
import { lossyNetwork } from '../calls/webrtc/support/network.js';
import { launch, TestPage, watchErrors } from './support/browser.js';
import { writeVoice } from './support/microphone.js';
import { toneDb, windows } from './support/sound.js';
import { openStage, toneRoom, until, type Nodes, type Stage } from './support/stage.js';

const LIMIT = { timeout: 30_000 };

const voice = writeVoice();
let browser: Browser;
beforeAll(async () => void (browser = await launch(voice.path)));
afterAll(async () => {
  await browser?.close();
  voice.remove();
});

const stages: Stage[] = [];
const pages: Page[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close().catch(() => {});
  for (const stage of stages.splice(0)) await stage.close();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function open(...options: Parameters<typeof openStage>): Promise<Stage> {
  const stage = await openStage(...options);
  stages.push(stage);
  return stage;
}

async function shippedPage(origin: string): Promise<Page> {
  const page = await browser.newPage();
  pages.push(page);
  await page.goto(origin);
  await page.locator('#listen:enabled').waitFor(LIMIT);
  return page;
}

async function listens(page: Page): Promise<void> {
  await page.click('#listen');
  await page.locator('#status', { hasText: 'You hear the room.' }).waitFor(LIMIT);
}

const everybody: Nodes = {
  tone: { type: 'source.tone', options: { frequencyHz: 1000, levelDb: -20, channels: 1 } },
  people: { type: 'source.participants' },
  mix: { type: 'mix.sum', in: { audio: ['tone', 'people'] } },
  opus: { type: 'encode.opus', in: { audio: 'mix' } },
  call: { type: 'sink.call', in: { audio: 'opus' } },
};

/** Waits until the room is empty; how long that took, in seconds. */
async function emptied(stage: Stage): Promise<number> {
  const start = performance.now();
  await until(
    async () => {
      const { listeners, speakers } = await stage.status();
      return listeners === 0 && speakers === 0;
    },
    25_000,
    () => stage.media['lobby']!.stats(),
  );
  return (performance.now() - start) / 1000;
}

describe('a page that goes', () => {
  it('is gone at once when it is closed or reloaded, and may come again', async () => {
    const stage = await open({ rooms: { lobby: everybody } });
    const page = await shippedPage(stage.origin);
    const errors = watchErrors(page);
    await listens(page);
    await page.click('#speak');
    await until(async () => (await stage.status()).speakers === 1);
    await page.reload();
    expect(await emptied(stage)).toBeLessThan(5);
    await page.locator('#listen:enabled').waitFor(LIMIT);
    expect(await page.textContent('#status')).toBe('Ready.');
    await listens(page);
    await until(async () => (await stage.status()).listeners === 1);
    await page.close();
    expect(await emptied(stage)).toBeLessThan(5);
    expect(stage.media['lobby']!.stats().peers).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('is gone within 10 s when its tab crashes, and when the browser is killed', async () => {
    const stage = await open({ rooms: { lobby: everybody } });
    const crashing = await shippedPage(stage.origin);
    const doomed = await launch(voice.path);
    const killed = await doomed.newPage();
    await killed.goto(stage.origin);
    await killed.locator('#listen:enabled').waitFor(LIMIT);
    for (const page of [crashing, killed]) {
      await listens(page);
      await page.click('#speak');
    }
    await until(async () => (await stage.status()).speakers === 2);

    // No goodbye of any kind: with the browser's process that of its page ends, too.
    const crashed = crashing.waitForEvent('crash');
    await crashing.goto('chrome://crash').catch(() => {});
    await crashed;
    const session = await doomed.newBrowserCDPSession();
    void session.send('Browser.crash').catch(() => {});
    // Six seconds of silence, looked at once a second; the rest is for a machine whose cores are taken.
    expect(await emptied(stage)).toBeLessThan(10);
    await doomed.close().catch(() => {});
    expect(stage.media['lobby']!.stats().peers).toEqual([]);
  });
});

describe('a network that loses 5 % both ways', () => {
  it('leaves what is heard intelligible, and what is spoken, too', async () => {
    const timers = createRealtimeScheduler();
    const network = lossyNetwork({ loss: 0.05, seed: 11 }, timers.after.bind(timers));
    const stage = await open({ rooms: { lobby: everybody }, network });
    const listener = await TestPage.open(browser, stage.origin);
    pages.push(listener.page);
    const speaker = await TestPage.open(browser, stage.origin);
    pages.push(speaker.page);
    await listener.listen('lobby');
    await speaker.speak('lobby');
    await until(async () => (await stage.status()).speakers === 1);
    await listener.record(2);
    const before = await listener.inbound();
    const pcm = await listener.record(10);
    const after = await listener.inbound();
    timers.close();

    // The bed is there in nearly every tenth of a second; the voice in most of the seven of ten that it sounds in.
    const all = windows(pcm, 100);
    expect(all.filter((window) => toneDb(window, 1000) > -26).length / all.length).toBeGreaterThan(0.95);
    expect(all.filter((window) => toneDb(window, 440) > -12).length / all.length).toBeGreaterThan(0.45);
    expect(network.dropped).toBeGreaterThan(30);
    // What was lost is concealed, at 20 ms for each packet, and little else.
    const concealed =
      (after.concealedSamples - before.concealedSamples) / (after.totalSamplesReceived - before.totalSamplesReceived);
    expect(concealed).toBeLessThan(0.15);
    const { incoming } = stage.media['lobby']!.stats().peers.find(({ role }) => role === 'speak')!;
    const { concealedSamples, playedSamples } = incoming[0]!.audio;
    expect(concealedSamples / playedSamples).toBeLessThan(0.15);
  });
});

describe('a server that ends', () => {
  it('has a page back within 10 s when it was stopped and started anew', async () => {
    const first = await open({ rooms: { lobby: toneRoom(440) } });
    const page = await shippedPage(first.origin);
    await listens(page);
    await stages.pop()!.close();
    await page.locator('#status', { hasText: 'trying again' }).waitFor(LIMIT);
    await page.locator('#who', { hasText: 'The server does not answer.' }).waitFor(LIMIT);
    const second = await open({ rooms: { lobby: toneRoom(440) }, server: { port: first.server.port } });
    const start = performance.now();
    await until(async () => (await second.status()).listeners === 1);
    await page.locator('#status', { hasText: 'You hear the room.' }).waitFor(LIMIT);
    expect((performance.now() - start) / 1000).toBeLessThan(10);
  });

  it('has a page back when it was killed and started anew, and stops at once by Ctrl-C', async () => {
    const args = ['bin/voxgraph.js', 'run', 'test/browser/support/tone.json', '--json', '--port'];
    const start = async (port: number): Promise<{ child: ChildProcess; url: string }> => {
      const child = spawn(process.execPath, [...args, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
      await until(
        () => text.includes('run.ready'),
        60_000,
        () => text,
      );
      const ready = JSON.parse(text.split('\n').find((line) => line.includes('run.ready'))!) as { url: string };
      return { child, url: ready.url };
    };
    const { child, url } = await start(0);
    const page = await shippedPage(url);
    await listens(page);
    child.kill('SIGKILL');
    await until(() => child.signalCode !== null);
    const again = await start(Number(new URL(url).port));
    const status = async (): Promise<{ listeners: number }> => (await fetch(`${url}rooms/lobby`)).json() as never;
    const startMs = performance.now();
    await until(async () => (await status()).listeners === 1);
    await page.locator('#status', { hasText: 'You hear the room.' }).waitFor(LIMIT);
    expect((performance.now() - startMs) / 1000).toBeLessThan(10);

    const code = new Promise((resolve) => again.child.on('exit', resolve));
    const killedMs = performance.now();
    again.child.kill('SIGINT');
    expect(await code).toBe(0);
    // An open page, with its polling and its connection, holds nothing up. (Some 50 ms; the rest is for a machine that is busy.)
    expect((performance.now() - killedMs) / 1000).toBeLessThan(1.5);
    await page.locator('#status', { hasText: 'trying again' }).waitFor(LIMIT);
  });
});
