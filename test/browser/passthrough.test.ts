import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { makeTempDir, sine, writeSignal } from '../support/media-fixtures.js';
import { launch, TestPage } from './support/browser.js';
import { longestGapMs, steadyToneDb, toneShare } from './support/sound.js';
import { openStage, until, type Stage } from './support/stage.js';

const SWITCHES = 100;

const temp = makeTempDir();
let browser: Browser;
beforeAll(async () => {
  await writeSignal(temp.path('tone.opus'), sine(1000, 0.25), 60 * 48_000, { channels: 2 });
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  temp.remove();
});
let stage: Stage | undefined;
afterEach(() => stage?.close());

it('Opus passthrough goes off and on a hundred times, and a page hears no gap', async () => {
  stage = await openStage({
    rooms: {
      lobby: {
        song: { type: 'source.file', options: { src: temp.path('tone.opus'), loop: true } },
        gain: { type: 'effect.gain', in: { audio: 'song' } },
        opus: { type: 'encode.opus', in: { audio: 'gain' } },
        call: { type: 'sink.call', in: { audio: 'opus' } },
      },
    },
  });
  const page = await TestPage.open(browser, stage.origin);
  await page.listen('lobby');
  await until(async () => (await stage!.status()).listeners === 1);
  await page.record(2);
  const counts = async () => (await stage!.graphs['lobby']!.stats()).stats.nodes['opus']!.counters;
  const before = { inbound: await page.inbound(), ...(await counts()) };
  expect(before.encoded ?? 0).toBe(0);

  await page.forget();
  for (let n = 0; n < SWITCHES; n++) {
    // A tenth of a decibel: the tone stays what it is, so that all that could be heard is the change.
    const { encoded = 0, copied = 0 } = await counts();
    await stage.graphs['lobby']!.setOptions('gain', { gainDb: n % 2 === 0 ? 0.1 : 0 });
    // Each is seen to have happened before the next.
    await until(async () => {
      const now = await counts();
      return n % 2 === 0 ? (now.encoded ?? 0) > encoded : (now.copied ?? 0) > copied;
    });
  }
  const pcm = await page.heard();
  const after = { inbound: await page.inbound(), ...(await counts()) };

  // Packets are copied again after ten calm frames.
  expect(pcm.length / 48_000).toBeGreaterThan((SWITCHES / 2) * 0.2);
  expect(after.copied! - before.copied!).toBeGreaterThanOrEqual(SWITCHES / 2);
  expect(after.encoded!).toBeGreaterThan((SWITCHES / 2) * 10);
  expect(after.inbound.packetsLost).toBe(0);
  expect(longestGapMs(pcm, -30)).toBeLessThanOrEqual(60);
  expect(steadyToneDb(pcm, 1000)).toBeCloseTo(-12, 0);
  expect(toneShare(pcm, 1000, 0.5)).toBeGreaterThan(0.97);
  expect(page.errors).toEqual([]);
  await page.page.close();
});
