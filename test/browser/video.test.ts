import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import videoFilters from '../../src/plugins/builtin/video-filters/index.js';
import { launch, TestPage, type VideoStats } from './support/browser.js';
import { steadyToneDb } from './support/sound.js';
import { openStage, until, type Nodes, type Stage } from './support/stage.js';

let browser: Browser;
beforeAll(async () => void (browser = await launch()));
afterAll(() => browser?.close());

let stage: Stage | undefined;
afterEach(() => stage?.close());

/** Colour bars and a tone. */
function bars(encoder: 'encode.vp8' | 'encode.h264', options: object = {}): Nodes {
  return {
    tone: { type: 'source.tone', options: { frequencyHz: 1000, levelDb: -12, channels: 1 } },
    bars: { type: 'source.test-pattern', options: { pattern: 'bars', width: 640, height: 360 } },
    coded: { type: encoder, in: { video: 'bars' }, options },
    call: { type: 'sink.call', in: { audio: 'tone', video: 'coded' } },
  };
}

/** SMPTE's bars of 75 %, by the places of their middles. */
const BARS = {
  gray: [0.06, 102, 102, 102],
  white: [0.179, 191, 191, 191],
  yellow: [0.286, 191, 191, 0],
  cyan: [0.393, 0, 191, 191],
  green: [0.5, 0, 191, 0],
  magenta: [0.607, 191, 0, 191],
  red: [0.714, 191, 0, 0],
  blue: [0.821, 0, 0, 191],
} as const;
const POINTS = Object.values(BARS).map(([x]) => [x, 0.25] as const);
/** What coding and scaling may change of a colour. */
const TOLERANCE = 12;

async function seen(page: TestPage, purpose: 'camera' | 'screen' = 'camera'): Promise<void> {
  await until(
    async () => ((await page.video())[purpose]?.framesDecoded ?? 0) > 15,
    30_000,
    () => page.video(),
  );
}

/** The bars, and on them pictures that move: what stands still would be decoded without any effort. */
const lively = (encoder: 'encode.vp8' | 'encode.h264'): Nodes => ({
  ...bars(encoder),
  moving: { type: 'source.test-pattern', options: { pattern: 'moving', width: 320, height: 180 } },
  both: { type: 'mix.picture-in-picture', in: { main: 'bars', inset: 'moving' }, options: { sizePercent: 30 } },
  coded: { type: encoder, in: { video: 'both' }, options: { frameRate: RATE } },
});
/** Pictures a second, and how long they are looked at: two encoders and two decoders leave two cores room. */
const [RATE, LOOK_SEC] = [15, 30];

/** Whether somewhere in what was looked at there are so many seconds in a row without a freeze, in which all pictures came. */
function isSmooth(looks: readonly VideoStats[], seconds: number): boolean {
  return looks.some((end, i) => {
    const begin = looks.slice(0, i).findLast(({ timestamp }) => end.timestamp - timestamp >= seconds * 1000);
    if (!begin || end.freezeCount > begin.freezeCount) return false;
    const frames = (end.framesDecoded - begin.framesDecoded) / ((end.timestamp - begin.timestamp) / 1000) / RATE;
    return Math.abs(frames - 1) < 0.04;
  });
}

it(
  'VP8 and H.264 are decoded by Chromium for thirty seconds without a freeze, in their colours',
  async () => {
    stage = await openStage({ rooms: { vp8: lively('encode.vp8'), h264: lively('encode.h264') } });
    const codecs = { vp8: 'video/VP8', h264: 'video/H264' };
    const pages: { room: keyof typeof codecs; page: TestPage; looks: VideoStats[] }[] = [];
    for (const room of ['vp8', 'h264'] as const) {
      const page = await TestPage.open(browser, stage.origin);
      await page.listen(room);
      await seen(page);
      pages.push({ room, page, looks: [] });
    }
    // A machine that stalls as a whole freezes every video, so it may begin anew: as soon as both have shown it, or four times as long.
    for (let look = 0; look < 4 * LOOK_SEC && !pages.every(({ looks }) => isSmooth(looks, LOOK_SEC)); look++) {
      for (const { page, looks } of pages) looks.push((await page.video()).camera!);
      await pages[0]!.page.record(1);
    }
    for (const { room, page, looks } of pages) {
      const told = looks.map(({ framesDecoded, freezeCount }) => `${framesDecoded}/${freezeCount}`).join(' ');
      expect(isSmooth(looks, LOOK_SEC), `${room}: ${told}`).toBe(true);
      const { camera } = await page.video();
      expect(camera).toMatchObject({ codec: codecs[room], frameWidth: 640, frameHeight: 360, packetsLost: 0 });
      // Who comes is served by a key frame, and by no more of them.
      expect(camera!.keyFramesDecoded).toBeLessThanOrEqual(3);
      const colors = await page.colors('camera', POINTS);
      Object.entries(BARS).forEach(([name, [, ...wanted]], i) => {
        const off = Math.max(...colors[i]!.map((value, channel) => Math.abs(value - wanted[channel]!)));
        expect(off, `${room}, ${name}: ${colors[i]!.join()} for ${wanted.join()}`).toBeLessThanOrEqual(TOLERANCE);
      });
      expect(steadyToneDb(await page.record(3), 1000)).toBeCloseTo(-12, 0);
      expect(page.errors).toEqual([]);
      await page.page.close();
    }
  },
  4 * LOOK_SEC * 2000 + 60_000,
);

it('the camera and the screen are two videos of one call', async () => {
  stage = await openStage({
    rooms: {
      lobby: {
        ...bars('encode.vp8'),
        red: { type: 'source.color', options: { color: 'red', width: 320, height: 180 } },
        shared: { type: 'encode.h264', in: { video: 'red' }, options: { purpose: 'screen', frameRate: 10 } },
        call: { type: 'sink.call', in: { audio: 'tone', video: 'coded', screen: 'shared' } },
      },
    },
  });
  const page = await TestPage.open(browser, stage.origin);
  await page.listen('lobby');
  await seen(page);
  await seen(page, 'screen');
  expect((await page.video()).screen).toMatchObject({ codec: 'video/H264', frameWidth: 320, frameHeight: 180 });
  const [[r = 0, g = 255, b = 255] = []] = await page.colors('screen', [[0.5, 0.5]]);
  expect(r).toBeGreaterThan(230);
  expect(Math.max(g, b)).toBeLessThan(25);
  expect(page.errors).toEqual([]);
  await page.page.close();
});

describe('effects', () => {
  it('of the plugin video-filters are seen by Chromium, and go when they are told to', async () => {
    stage = await openStage({
      rooms: {
        lobby: {
          ...bars('encode.vp8'),
          look: { type: 'plugin.video', in: { video: 'bars' } },
          coded: { type: 'encode.vp8', in: { video: 'look' } },
        },
      },
      prepare: (engine) => engine.use(videoFilters, { config: { filters: ['grayscale'] } }),
    });
    const page = await TestPage.open(browser, stage.origin);
    await page.listen('lobby');
    await seen(page);
    const spread = async () => {
      const [[r = 0, g = 0, b = 0] = []] = await page.colors('camera', [[BARS.red[0], 0.25]]);
      return Math.max(r, g, b) - Math.min(r, g, b);
    };
    await until(async () => (await spread()) <= 6, 15_000, spread);
    await stage.engine.send('video-filters', 'set', { filters: [] });
    await until(async () => (await spread()) > 150, 15_000, spread);
    await page.page.close();
  });
});

/** Everybody's camera beside each other, and back to everybody. */
const gallery: Nodes = {
  people: { type: 'source.participants' },
  mix: { type: 'mix.sum', in: { audio: 'people' } },
  grid: { type: 'mix.grid', in: { video: 'people' }, options: { width: 640, height: 360, gapPx: 0 } },
  coded: { type: 'encode.vp8', in: { video: 'grid' } },
  call: { type: 'sink.call', in: { audio: 'mix', video: 'coded' } },
};
const QUARTERS = [
  [0.25, 0.25],
  [0.75, 0.25],
  [0.25, 0.75],
  [0.75, 0.75],
] as const;

describe('a page that shows something', () => {
  it.each(['VP8', 'H264'])('is seen in the grid of everybody, its camera in %s', async (codec) => {
    stage = await openStage({ rooms: { lobby: gallery } });
    const page = await TestPage.open(browser, stage.origin);
    await page.listen('lobby', 'ann');
    await page.speak('lobby', 'ann');
    await page.show('camera', 'quarters', codec);
    // As it painted them.
    const wanted = [
      [220, 20, 20],
      [20, 160, 20],
      [20, 20, 220],
      [235, 235, 235],
    ];
    let colors: number[][] = [];
    await until(
      async () => {
        if (((await page.video()).camera?.framesDecoded ?? 0) === 0) return false;
        colors = await page.colors('camera', QUARTERS);
        return colors.every((color, i) => color.every((value, c) => Math.abs(value - wanted[i]![c]!) <= TOLERANCE));
      },
      30_000,
      async () => [colors, stage!.media['lobby']!.stats().peers, (await stage!.graphs['lobby']!.stats()).stats.nodes],
    );
    const [received] = stage.media['lobby']!.stats().peers.find(({ role }) => role === 'speak')!.video!.received;
    expect(received).toMatchObject({ purpose: 'camera', malformed: 0 });
    // A mix of sound of one's own costs no second picture.
    const { nodes } = (await stage.graphs['lobby']!.stats()).stats;
    expect(Object.keys(nodes)).toContain('mix@ann');
    expect(Object.keys(nodes)).not.toContain('grid@ann');
    expect(stage.engine.state.calls['room:lobby']!.participants).toEqual(['ann']);

    // And is not left standing when the camera goes off.
    await page.show('camera', 'nothing');
    await until(
      async () => {
        colors = await page.colors('camera', QUARTERS);
        return colors.every((color) => Math.max(...color) < 60);
      },
      15_000,
      () => colors,
    );
    await page.leave('whip');
    await until(() => stage!.engine.state.calls['room:lobby']!.participants.length === 0);
    await page.page.close();
  });
});
