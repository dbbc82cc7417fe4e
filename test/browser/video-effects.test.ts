import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphSession } from '../../src/engine.js';
import { launch, TestPage } from './support/browser.js';
import { EFFECTS, type Probe } from './support/effect-colors.js';
import { openStage, until, type Nodes, type Stage } from './support/stage.js';

/** What was seen of each effect, to be looked at. */
const SHOTS = 'node_modules/.cache/voxgraph/video-effects';
/** What coding and scaling may change of a colour. */
const TOLERANCE = 12;

let browser: Browser;
let stage: Stage;
let page: TestPage;
let session: GraphSession;
/** What the picture is without an effect, at the places of each. */
let plain: ReadonlyMap<string, readonly number[][]>;
/** Effects that could not be built let pictures pass. */
const faults: unknown[] = [];

/** The bars, through something, to a page. */
function graphOf(look: Nodes): string {
  const nodes = {
    tone: { type: 'source.tone', options: { frequencyHz: 440, levelDb: -30, channels: 1 } },
    bars: { type: 'source.test-pattern', options: { pattern: 'bars', width: 640, height: 360 } },
    ...look,
    coded: {
      type: 'encode.vp8',
      in: { video: 'look' in look ? 'look' : 'bars' },
      options: { width: 640, height: 360, frameRate: 10, bitrateKbps: 1200 },
    },
    call: { type: 'sink.call', in: { audio: 'tone', video: 'coded' } },
  };
  const file = join(stage.folder, 'graph.json');
  writeFileSync(file, JSON.stringify({ version: 1, nodes }));
  return file;
}

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  browser = await launch();
  stage = await openStage({ rooms: {} });
  session = await stage.engine.run(graphOf({}), { call: 'room:lobby' });
  session.events$.subscribe((event) => {
    if (JSON.stringify(event).includes('filter.failed')) faults.push(event);
  });
  page = await TestPage.open(browser, stage.origin);
  await page.listen('lobby');
  await until(async () => (await shows(EFFECTS[0]!.probes)).all);
  const seen = await page.colors(
    'camera',
    EFFECTS.flatMap(({ probes }) => probes.map(({ at }) => at)),
  );
  plain = new Map(EFFECTS.map(({ name, probes }) => [name, probes.map(() => seen.shift()!)]));
});
afterAll(async () => {
  await page?.page.close();
  await stage?.close();
  await browser?.close();
});

const off = (seen: readonly number[], wanted: readonly number[]) =>
  Math.max(...seen.map((value, c) => Math.abs(value - wanted[c]!)));

/** Whether the page shows these colours now, and what it shows instead. */
async function shows(probes: readonly Probe[]): Promise<{ readonly all: boolean; readonly seen: readonly string[] }> {
  if (((await page.video()).camera?.framesDecoded ?? 0) === 0) return { all: false, seen: [] };
  const colors = await page.colors(
    'camera',
    probes.map(({ at }) => at),
  );
  return {
    all: probes.every(({ rgb, tolerance = TOLERANCE }, i) => off(colors[i]!, rgb) <= tolerance),
    seen: probes.map(({ at, rgb }, i) => `${at.join()}: ${colors[i]!.join()} for ${rgb.map(Math.round).join()}`),
  };
}

describe('a page shows the colours that are asked for', () => {
  it.each(EFFECTS)('$name', async ({ name, look, probes }) => {
    // Neither the picture without the effect, nor what was seen before, would do.
    if (name !== 'nothing') {
      const change = probes.map(({ rgb, tolerance = TOLERANCE }, i) => off(plain.get(name)![i]!, rgb) / tolerance);
      expect(Math.max(...change)).toBeGreaterThan(1.5);
      expect(await shows(probes)).toMatchObject({ all: false });
    }
    await session.change(graphOf(look));
    await until(
      async () => (await shows(probes)).all,
      20_000,
      async () => [(await shows(probes)).seen, faults],
    );
    expect(faults).toEqual([]);
    await page.page
      .locator('video')
      .first()
      .screenshot({ path: `${SHOTS}/${name.replace(/\W+/g, '-')}.png` });
    expect(page.errors).toEqual([]);
  });
});
