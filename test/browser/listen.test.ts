import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dominantFrequencyHz, rmsDb } from '../../src/media/dsp/measure.js';
import { launch, TestPage } from './support/browser.js';
import { longestGapMs, steadyToneDb, toneShare } from './support/sound.js';
import { openStage, toneRoom, until, type Stage } from './support/stage.js';

let browser: Browser;
beforeAll(async () => void (browser = await launch()));
afterAll(() => browser?.close());

let stage: Stage | undefined;
afterEach(() => stage?.close());

describe('a page that listens', () => {
  // Half a minute without a hitch is asked of the whole machine, too: it may have a second chance.
  it('hears the tone at its frequency and level for half a minute, without a gap', async () => {
    stage = await openStage({ rooms: { lobby: toneRoom(1000) } });
    const page = await TestPage.open(browser, stage.origin);
    await page.listen('lobby');
    await until(async () => (await stage!.status()).listeners === 1);
    // The jitter buffer has found its delay by then.
    await page.record(2);
    const before = await page.inbound();
    const pcm = await page.record(30);
    const after = await page.inbound();

    expect(dominantFrequencyHz(pcm, 48_000)).toBeCloseTo(1000, 0);
    expect(steadyToneDb(pcm, 1000)).toBeCloseTo(-12, 0);
    expect(rmsDb(pcm)).toBeCloseTo(-15, 0);
    expect(longestGapMs(pcm, -30)).toBeLessThanOrEqual(60);
    expect(toneShare(pcm, 1000, 0.5)).toBeGreaterThan(0.97);
    expect(after.packetsReceived - before.packetsReceived).toBeGreaterThan(1400);
    expect(after.packetsLost).toBe(0);
    // Concealed is what came too late for the browser's jitter buffer: nothing on an idle machine, some when all its cores are taken.
    expect(after.concealedSamples - before.concealedSamples).toBeLessThan(0.08 * 30 * 48_000);
    expect(page.errors).toEqual([]);
    await page.page.close();
  });
});
