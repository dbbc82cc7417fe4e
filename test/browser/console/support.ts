import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { launch, watchErrors } from '../support/browser.js';
import type { Nodes, Stage } from '../support/stage.js';

/** Where pictures of the console are put, for people to look at. */
export const SHOTS = 'node_modules/.cache/screenshots';
/** How long a page may take on a busy machine. */
export const LIMIT = { timeout: 30_000 };

/** The screens that everything must look right on. */
export const LOOKS: Readonly<Record<'light' | 'dark' | 'phone', BrowserContextOptions>> = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 780 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

/** An open console. */
export interface OpenConsole {
  readonly page: Page;
  /** What the browser complained of, such as a breach of the page's policy. */
  readonly errors: string[];
  close(): Promise<void>;
}

/** What the tests of a file have open. */
export interface Desk {
  browser: Browser;
  stage: Stage;
  open: OpenConsole;
}

/** A browser for the tests of a file; what each of them opens in it is closed behind it. */
export function consoleDesk(): Desk {
  const desk = {} as Desk;
  beforeAll(async () => {
    desk.browser = await launch();
  });
  afterAll(() => (desk.browser as Browser | undefined)?.close());
  afterEach(async () => {
    const { open, stage } = desk as Partial<Desk>;
    await open?.close();
    await stage?.close();
  });
  return desk;
}

/** Opens a part of the console of a stage. */
export async function openConsole(
  browser: Browser,
  stage: Pick<Stage, 'origin'>,
  fragment: string,
  options: BrowserContextOptions = LOOKS.light,
): Promise<OpenConsole> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const errors = watchErrors(page);
  await page.goto(`${stage.origin}/console/#${fragment}`);
  await page.locator('.connection.live').waitFor({ ...LIMIT, state: 'attached' });
  return { page, errors, close: () => context.close() };
}

/** Takes a picture. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}/console-${name}.png` });
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Barriers that axe-core calls serious or critical, as `rule: element`. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const result = await page.evaluate(() => (globalThis as unknown as { axe: { run(): Promise<AxeResult> } }).axe.run());
  return result.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}

/** Presses Tab until an element has the focus. @returns how often; throws after a hundred times */
export async function tabTo(page: Page, target: Locator): Promise<number> {
  for (let times = 1; times <= 100; times++) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement).catch(() => false)) return times;
  }
  throw new Error('never reached by Tab');
}

/** Music that makes way for voices: enough to see of everything. */
export const duckNodes: Nodes = {
  music: { type: 'source.tone', options: { frequencyHz: 440, levelDb: -12 } },
  volume: { type: 'effect.gain', in: { audio: 'music' } },
  room: { type: 'source.participants' },
  duck: { type: 'mix.duck', in: { bed: 'volume', voice: 'room' } },
  opus: { type: 'encode.opus', in: { audio: 'duck' } },
  call: { type: 'sink.call', in: { audio: { from: 'opus', queue: { frames: 5, overflow: 'drop-oldest' } } } },
};
