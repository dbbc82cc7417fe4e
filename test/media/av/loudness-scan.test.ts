import { utimesSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoudnessCache } from '../../../src/media/av/loudness-cache.js';
import { scanLoudness, startLoudnessScan } from '../../../src/media/av/loudness-scan.js';
import { makeTempDir, sine, writeSignal } from '../../support/media-fixtures.js';

const folder = makeTempDir();
let tone = '';
beforeAll(async () => {
  tone = await writeSignal(folder.path('tone.wav'), sine(1000, 10 ** (-23 / 20)), 10 * 48_000);
});
afterAll(() => folder.remove());

const shipped = (name: string) => new URL(`../../../media/${name}`, import.meta.url).pathname;

describe('scanLoudness', () => {
  // ffmpeg -i <file> -af ebur128=peak=true:dualmono=true -f null -    (FFmpeg 5.1.7)
  it.each([
    ['tune.opus', -16.5, 1.7, -4.1, 80],
    ['voice.opus', -18.5, 7.1, -5, 10.5],
  ])("says of %s what FFmpeg's ebur128 says", async (name, lufs, rangeLu, peakDb, seconds) => {
    const loudness = await scanLoudness(shipped(name));
    expect(Math.abs(loudness.integratedLufs - lufs)).toBeLessThan(0.1);
    expect(Math.abs(loudness.rangeLu - rangeLu)).toBeLessThan(0.1);
    expect(Math.abs(loudness.truePeakDb - peakDb)).toBeLessThan(0.1);
    expect(Math.abs(loudness.scannedUs / 1e6 - seconds)).toBeLessThan(0.1);
  });

  it('gives way to the event loop after every 200 ms of sound', async () => {
    let pauses = 0;
    const pause = async () => void pauses++;
    expect((await scanLoudness(tone, { pause })).integratedLufs).toBeCloseTo(-23, 1);
    expect(pauses).toBe(50);
  });

  it('knows at each moment what it has heard so far', async () => {
    const half = await writeSignal(folder.path('half.wav'), (i, c) => sine(1000, i < 5 * 48_000 ? 0.1 : 0.4)(i, c), 10 * 48_000);
    const heard: number[] = [];
    const scan = startLoudnessScan(half, { pause: async () => void heard.push(scan.soFar().integratedLufs) });
    const whole = await scan.done;
    expect(heard[4]).toBeCloseTo(-20, 1);
    expect(heard[24]).toBeCloseTo(-20, 1);
    expect(whole.integratedLufs).toBeGreaterThan(-12);
  });

  it('stops when told to, with the reason', async () => {
    const abort = new AbortController();
    let pauses = 0;
    const done = scanLoudness(tone, {
      signal: abort.signal,
      pause: async () => void (++pauses === 3 && abort.abort(new Error('enough'))),
    });
    await expect(done).rejects.toThrow('enough');
    expect(pauses).toBe(3);
    await expect(scanLoudness(tone, { signal: abort.signal })).rejects.toThrow('enough');
  });

  it('finds no loudness in silence and no file where there is none', async () => {
    const silence = await writeSignal(folder.path('silence.wav'), () => 0, 48_000);
    expect(await scanLoudness(silence)).toMatchObject({ integratedLufs: -Infinity, truePeakDb: -Infinity, rangeLu: 0 });
    await expect(scanLoudness(folder.path('none.wav'))).rejects.toMatchObject({ code: 'MEDIA_NOT_FOUND' });
    writeFileSync(folder.path('noise.wav'), 'no sound');
    await expect(scanLoudness(folder.path('noise.wav'))).rejects.toMatchObject({ code: 'MEDIA_UNREADABLE' });
  });
});

describe('LoudnessCache', () => {
  it('scans a file once, for all who ask, until it changes', async () => {
    const cache = new LoudnessCache();
    let pauses = 0;
    const ask = () => cache.open(tone, { pause: async () => void pauses++ });
    const [first, second] = [await ask(), await ask()];
    expect(await first.done).toBe(await second.done);
    const again = await ask();
    expect(again.known).toBe(await first.done);
    expect(pauses).toBe(50);
    for (const share of [first, second, again]) share.release();
    expect((await ask()).known).toBeDefined();

    utimesSync(tone, 1_000_000_000, 1_000_000_000);
    const changed = await ask();
    expect(changed.known).toBeUndefined();
    await changed.done;
    expect(pauses).toBe(100);
  });

  it('stops a scan when the last who waited has gone, and only then', async () => {
    const cache = new LoudnessCache();
    const waiting: (() => void)[] = [];
    const ask = () => cache.open(tone, { pause: () => new Promise<void>((go) => waiting.push(go)) });
    const [first, second] = [await ask(), await ask()];
    first.release();
    first.release();
    const failed = expect(second.done).rejects.toThrow();
    while (waiting.length === 0) await new Promise((turn) => setImmediate(turn));
    second.release();
    waiting[0]!();
    await failed;
    const third = await cache.open(tone);
    expect((await third.done).integratedLufs).toBeCloseTo(-23, 1);
  });

  it('does not remember a failure', async () => {
    const cache = new LoudnessCache();
    const path = folder.path('later.wav');
    writeFileSync(path, 'not yet');
    await expect((await cache.open(path)).done).rejects.toMatchObject({ code: 'MEDIA_UNREADABLE' });
    await expect(cache.open(folder.path('none.wav'))).rejects.toMatchObject({ code: 'ENOENT' });
    await writeSignal(path, sine(1000, 0.1), 48_000);
    expect((await (await cache.open(path)).done).integratedLufs).toBeCloseTo(-20, 0);
  });
});
