import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { lossyNetwork, type NetworkFaults } from '../calls/webrtc/support/network.js';
import { launch, TestPage } from './support/browser.js';
import { openStage, until, type Stage } from './support/stage.js';

let browser: Browser;
beforeAll(async () => void (browser = await launch()));
afterAll(() => browser?.close());
let stage: Stage | undefined;
afterEach(() => stage?.close());

it.each(['VP8', 'H264'])('5 % of loss both ways is repaired within a second, %s in and out', async (codec) => {
  const faults: NetworkFaults = { seed: 3 };
  stage = await openStage({
    network: lossyNetwork(faults, (delayMs, run) => setTimeout(run, delayMs)),
    rooms: {
      lobby: {
        people: { type: 'source.participants' },
        pattern: { type: 'source.test-pattern', options: { width: 640, height: 360 } },
        faces: { type: 'mix.picture-in-picture', in: { main: 'pattern', inset: 'grid' } },
        grid: { type: 'mix.grid', in: { video: 'people' }, options: { width: 320, height: 180 } },
        coded: { type: codec === 'VP8' ? 'encode.vp8' : 'encode.h264', in: { video: 'faces' } },
        mix: { type: 'mix.sum', in: { audio: 'people' } },
        call: { type: 'sink.call', in: { audio: 'mix', video: 'coded' } },
      },
    },
  });
  const page = await TestPage.open(browser, stage.origin);
  await page.listen('lobby');
  await page.speak('lobby');
  await page.show('camera', 'camera', codec);
  await until(async () => ((await page.video()).camera?.framesDecoded ?? 0) > 15);
  const { peers } = stage.media['lobby']!.stats();
  const from = peers.find(({ role }) => role === 'speak')!.participantId;
  // When each frame of the page's camera reached the graph.
  const came: number[] = [];
  stage.media['lobby']!.gateway.video!.videos$.subscribe((change) => {
    if (change.type === 'joined' && change.video.participantId === from)
      change.video.packets$.subscribe(() => came.push(performance.now()));
  });
  await until(() => came.length > 15);
  await page.watch();
  faults.loss = 0.05;
  const longest = (times: readonly number[]) => Math.max(...times.slice(1).map((at, i) => at - times[i]!));
  // Of a machine that stalls as a whole nothing can be said: what is asked may be shown once of three times.
  const windows: number[][] = [];
  await until(
    async () => {
      came.length = 0;
      await page.watched();
      await page.record(10);
      const { shown } = await page.watched();
      // Longest pause, and how many: what is repaired is not left out.
      windows.push([longest(shown.camera!), longest(came), shown.camera!.length, came.length].map(Math.round));
      const [pause = 0, pauseIn = 0, count = 0, countIn = 0] = windows.at(-1)!;
      return pause < 1000 && pauseIn < 1000 && count > 200 && countIn > 120;
    },
    25_000,
    () => windows,
  );
  faults.loss = 0;
  const { camera } = await page.video();
  expect(camera!.nackCount).toBeGreaterThan(5);
  const sent = stage.media['lobby']!.stats().peers.find(({ role }) => role === 'listen')!.video!.sent[0]!;
  expect(sent.retransmitted).toBeGreaterThan(5);
  const into = stage.media['lobby']!.stats().peers.find(({ role }) => role === 'speak')!.video!.received[0]!;
  expect(into.nacked).toBeGreaterThan(5);
  expect(into.repaired).toBeGreaterThan(5);
  await page.page.close();
});
