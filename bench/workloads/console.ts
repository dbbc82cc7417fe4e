// What an open console costs the engine: a call that plays for a listener, with and without a console beside it, in a real Chromium.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { MeasuredCall, pause, type Phase } from '../lib/call.ts';
import { ROOT } from '../lib/machine.ts';
import { median } from '../lib/measure.ts';
import { short, type Result } from '../lib/result.ts';

const SECONDS = Number(process.env['VOXGRAPH_BENCH_SECONDS'] ?? 15);
/** Pages load, jitter buffers fill, compilers settle. */
const SETTLE_MS = 4000;
const MOST_PERCENT = 3;
const MOST_LATER_MS = 1;

/** Pictures with a wire to look at, and nobody who watches them. */
const FILM = {
  version: 1,
  title: 'Film',
  nodes: {
    film: { type: 'source.test-pattern', options: { width: 640, height: 360 } },
    small: { type: 'video.scale', in: { video: 'film' }, options: { width: 320, height: 180 } },
    vp8: { type: 'encode.vp8', in: { video: 'small' } },
    tone: { type: 'source.tone' },
    opus: { type: 'encode.opus', in: { audio: 'tone' } },
    call: { type: 'sink.call', in: { audio: 'opus', video: 'vp8' } },
  },
};

interface Compared {
  readonly without: readonly Phase[];
  readonly withConsole: readonly Phase[];
}

/** Runs it, both sides in turn. */
export async function consoleCost(runs: number): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'voxgraph-bench-'));
  const { findChromium } = createRequire(import.meta.url)('../../scripts/ensure-chromium.cjs') as {
    findChromium: () => string | undefined;
  };
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'],
  });
  try {
    const music = await compare(browser, join(ROOT, 'graphs/duck.json'), runs, true);
    const film = join(folder, 'film.json');
    writeFileSync(film, JSON.stringify(FILM));
    const pictures = await compare(browser, film, Math.min(runs, 2), false);
    const ours = more(music);
    const later = short(middle(music.withConsole, 'p99Ms') - middle(music.without, 'p99Ms'));
    return {
      workload: 'console',
      ours,
      peer: null,
      ratio: null,
      unit: '% of a core more with an open console',
      peakMemoryMb: Math.max(...music.withConsole.map(({ rssMb }) => rssMb)),
      target: `at most ${MOST_PERCENT} %, and 99 of 100 beats at most ${MOST_LATER_MS} ms later`,
      reached: ours <= MOST_PERCENT && later <= MOST_LATER_MS,
      details: { p99LaterMs: later, ...shown(music), picturesPercent: more(pictures), pictures: shown(pictures) },
    };
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

async function compare(browser: Browser, graph: string, runs: number, isHeard: boolean): Promise<Compared> {
  const call = await MeasuredCall.start(graph);
  const origin = `http://127.0.0.1:${call.port}`;
  const without: Phase[] = [];
  const withConsole: Phase[] = [];
  try {
    if (isHeard) await listen(await browser.newPage(), origin);
    for (let run = 0; run < runs; run++) {
      await pause(SETTLE_MS);
      without.push(await call.measure(SECONDS));
      const page = await browser.newPage();
      await page.goto(`${origin}/console/#view=graph`);
      await page.locator('.node').first().waitFor();
      await pause(SETTLE_MS);
      withConsole.push(await call.measure(SECONDS));
      await page.close();
    }
  } finally {
    for (const context of browser.contexts()) await context.close();
    await call.end();
  }
  return { without, withConsole };
}

async function listen(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/?room=bench`);
  await page.click('#listen:enabled');
  await page.waitForSelector('#listen[aria-pressed=true]');
}

function middle(phases: readonly Phase[], key: 'cpuPercent' | 'p99Ms'): number {
  return median(phases.map((phase) => phase[key]));
}

function more({ without, withConsole }: Compared): number {
  return short(middle(withConsole, 'cpuPercent') - middle(without, 'cpuPercent'));
}

function shown({ without, withConsole }: Compared): Record<string, unknown> {
  const of = (phases: readonly Phase[]) => ({
    cpuPercent: phases.map(({ cpuPercent }) => cpuPercent),
    p99Ms: phases.map(({ p99Ms }) => p99Ms),
    maxMs: phases.map(({ maxMs }) => maxMs),
    skipped: phases.reduce((sum, { skipped }) => sum + skipped, 0),
  });
  return { without: of(without), with: of(withConsole) };
}
