import wrtc from '@roamhq/wrtc';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dominantFrequencyHz, rmsDb } from '../../src/media/dsp/measure.js';
import { createRealtimeScheduler } from '../../src/time/index.js';
import { offerer } from '../calls/webrtc/support/libwebrtc.js';
import { launch, TestPage } from './support/browser.js';
import { VOICE_DB, VOICE_HZ, writeVoice } from './support/microphone.js';
import { longestGapMs, steadyToneDb, toneDb, windows } from './support/sound.js';
import { openStage, until, type Nodes, type Stage } from './support/stage.js';

const VOICE_RMS_DB = VOICE_DB - 3;
const BED_HZ = 1000;

const voice = writeVoice();
let browser: Browser;
beforeAll(async () => void (browser = await launch(voice.path)));
afterAll(async () => {
  await browser?.close();
  voice.remove();
});

let stage: Stage | undefined;
const pages: TestPage[] = [];
afterEach(async () => {
  for (const { page } of pages.splice(0)) await page.close();
  await stage?.close();
});

async function open(nodes: Nodes): Promise<Stage> {
  return (stage = await openStage({ rooms: { lobby: nodes } }));
}

async function openPage(): Promise<TestPage> {
  const page = await TestPage.open(browser, stage!.origin);
  pages.push(page);
  return page;
}

const out = (audio: string): Nodes => ({
  opus: { type: 'encode.opus', in: { audio }, options: { channels: 1 } },
  call: { type: 'sink.call', in: { audio: 'opus' } },
});

/** Everybody, above a bed of 1 kHz. */
const overBed: Nodes = {
  bed: { type: 'source.tone', options: { frequencyHz: BED_HZ, levelDb: -20, channels: 1 } },
  people: { type: 'source.participants' },
  mix: { type: 'mix.sum', in: { audio: ['bed', 'people'] } },
  ...out('mix'),
};

/** The loudest windows of 100 ms, joined: the bursts without what is between them. */
function bursts(pcm: Float32Array): Float32Array {
  const loud = windows(pcm, 100).filter((window) => rmsDb(window) > -30);
  return Float32Array.from(loud.flatMap((window) => [...window]));
}

const within = (wanted: number, tolerance: number) => (given: number) => Math.abs(given - wanted) <= tolerance;

describe('a page that speaks', () => {
  it('is metered in the graph: bursts at their level, silence between them', async () => {
    const { graphs } = await open({
      people: { type: 'source.participants' },
      mix: { type: 'mix.sum', in: { audio: 'people' } },
      meter: { type: 'meter.level', in: { audio: 'mix' }, options: { intervalMs: 60 } },
      ...out('meter'),
    });
    const levels: number[] = [];
    graphs['lobby']!.events$.subscribe((event) => {
      if (event.type === 'level.measured' && event.node === 'meter') levels.push(event['rmsDb'] as number);
    });
    await graphs['lobby']!.watch('meter', 'level.measured');
    const page = await openPage();
    await page.speak('lobby');
    await until(async () => (await stage!.status()).speakers === 1);
    levels.length = 0;
    await until(() => levels.length > 60);
    const sorted = [...levels].sort((a, b) => a - b);
    // Seven tenths of the time are tone.
    expect(sorted[Math.floor(sorted.length * 0.6)]).toSatisfy(within(VOICE_RMS_DB, 1.5));
    expect(sorted[Math.floor(sorted.length * 0.1)]).toBeLessThan(-60);
    await page.leave('whip');
    await until(async () => (await stage!.status()).speakers === 0);
    await until(() => levels.slice(-5).every((level) => level <= -100));
    expect(page.errors).toEqual([]);
  });

  it('is heard by another page as a robot', async () => {
    await open({
      people: { type: 'source.participants' },
      mix: { type: 'mix.sum', in: { audio: 'people' } },
      robot: { type: 'effect.robot', in: { audio: 'mix' }, options: { carrierHz: 100 } },
      ...out('robot'),
    });
    const [speaker, listener] = [await openPage(), await openPage()];
    await listener.listen('lobby');
    await speaker.speak('lobby');
    await until(async () => (await stage!.status()).speakers === 1);
    await listener.record(1);
    const robot = bursts(await listener.record(4));
    expect(robot.length).toBeGreaterThan(48_000);

    // The robot speaks on multiples of 100 Hz; the band of the voice has those next to it.
    const pitch = dominantFrequencyHz(robot, 48_000);
    expect(pitch).toSatisfy(within(Math.round(pitch / 100) * 100, 3));
    const carrier = Math.max(toneDb(robot, 400), toneDb(robot, 500));
    expect(carrier).toBeGreaterThan(-25);
    expect(toneDb(robot, VOICE_HZ)).toBeLessThan(carrier - 15);

    // And without the effect the same page hears the voice as it is.
    await stage!.graphs['lobby']!.setOptions('robot', { mix: 0 });
    await listener.record(1);
    const plain = bursts(await listener.record(3));
    expect(dominantFrequencyHz(plain, 48_000)).toSatisfy(within(VOICE_HZ, 1.5));
    expect(toneDb(plain, VOICE_HZ)).toBeGreaterThan(toneDb(plain, 400) + 15);
  });
});

describe('a page that speaks and listens', () => {
  it('hears everything but itself, while others hear it', async () => {
    await open(overBed);
    const [both, other] = [await openPage(), await openPage()];
    await other.listen('lobby');
    await both.listen('lobby', 'anna');
    await both.speak('lobby', 'anna');
    await until(async () => (await stage!.status()).speakers === 1);
    await Promise.all([both.record(1), other.record(1)]);
    const [own, others] = await Promise.all([both.record(3), other.record(3)]);

    const heard = windows(others, 100).filter((window) => toneDb(window, VOICE_HZ) > VOICE_DB - 3);
    expect(heard.length / windows(others, 100).length).toBeGreaterThan(0.4);
    expect(steadyToneDb(others, BED_HZ)).toSatisfy(within(-20, 1.5));
    expect(steadyToneDb(own, BED_HZ)).toSatisfy(within(-20, 1.5));
    // A splice of the browser's own time stretching may spill a little of the bed here; the voice would be at −12 dB or so.
    for (const window of windows(own, 100)) expect(toneDb(window, VOICE_HZ)).toBeLessThan(-40);
  });

  it('hears no gap when it starts to speak, nor when it stops', async () => {
    await open(overBed);
    const page = await openPage();
    await page.listen('lobby', 'anna');
    await page.record(2);
    const recording = page.record(9);
    await page.page.waitForTimeout(1500);
    await page.speak('lobby', 'anna');
    await until(async () => (await stage!.status()).speakers === 1);
    await page.page.waitForTimeout(2500);
    await page.leave('whip');
    await until(async () => (await stage!.status()).speakers === 0);
    const pcm = await recording;
    expect(longestGapMs(pcm, -35)).toBeLessThanOrEqual(100);
    const bed = windows(pcm, 100).filter((window) => toneDb(window, BED_HZ) > -24);
    expect(bed.length / windows(pcm, 100).length).toBeGreaterThan(0.95);
  });
});

describe('a sender of stereo', () => {
  it('is heard in stereo by a page', async () => {
    await open({
      people: { type: 'source.participants' },
      mix: { type: 'mix.sum', in: { audio: 'people' } },
      opus: { type: 'encode.opus', in: { audio: 'mix' } },
      call: { type: 'sink.call', in: { audio: 'opus' } },
    });
    const timers = createRealtimeScheduler();
    const source = new wrtc.nonstandard.RTCAudioSource();
    let at = 0;
    timers.every({
      periodUs: 10_000,
      onTick: () => {
        const hz = [500, 900] as const;
        const samples = Int16Array.from(
          { length: 960 },
          (_, i) => 8192 * Math.sin((2 * Math.PI * hz[i % 2]! * (at + (i >> 1))) / 48_000),
        );
        at += 480;
        source.onData({ samples, sampleRate: 48_000, bitsPerSample: 16, channelCount: 2, numberOfFrames: 480 });
      },
    });
    const track = source.createTrack() as unknown as MediaStreamTrack;
    const { pc, sdp } = await offerer((pc) => pc.addTransceiver(track, { direction: 'sendonly' }));
    const response = await fetch(`${stage!.origin}/rooms/lobby/whip`, {
      method: 'POST',
      headers: { 'content-type': 'application/sdp' },
      // As OBS says it.
      body: sdp.replace(/(a=fmtp:111 [^\r\n]*)/, '$1;stereo=1;sprop-stereo=1'),
    });
    await pc.setRemoteDescription({ type: 'answer', sdp: await response.text() });
    const page = await openPage();
    await page.listen('lobby');
    await until(async () => (await stage!.status()).speakers === 1);
    await page.record(1);
    const left = await page.record(2);
    pc.close();
    track.stop();
    timers.close();
    // The page records the left channel.
    const all = windows(left, 100);
    const apart = all.filter((window) => toneDb(window, 500) > -14 && toneDb(window, 900) < -35);
    const figures = all.map((window) => `${toneDb(window, 500).toFixed(1)}/${toneDb(window, 900).toFixed(1)}`);
    expect(apart.length / all.length, figures.join(' ')).toBeGreaterThan(0.8);
  });
});
