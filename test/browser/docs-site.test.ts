import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtinNodes } from '../../src/nodes/index.js';
import { launch } from './support/browser.js';
import { barriers } from './console/support.js';

const ROOT = join(import.meta.dirname, '../..');
const SITE = join(ROOT, 'dist-docs');
const SHOTS = join(ROOT, 'node_modules/.cache/screenshots');
/** TypeDoc's contents have links in what opens and closes them; both work by keyboard. */
const CONTENTS_TREE = /^nested-interactive: <summary class="tsd-accordion-summary"/;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ogg': 'audio/ogg',
  '.woff2': 'font/woff2',
};

let server: Server;
let browser: Browser;
let url: string;

/** Serves the site as any server of files would. */
function serveSite(): Promise<Server> {
  const made = createServer((request, response) => {
    const path = join(SITE, normalize(decodeURIComponent(new URL(request.url!, 'http://site').pathname)));
    const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'index.html') : path;
    if (!existsSync(file)) return void response.writeHead(404).end();
    const { size } = statSync(file);
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    const [, from, to] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? [];
    const [start, end] = [Number(from ?? 0), to ? Number(to) : size - 1];
    response.writeHead(from === undefined ? 200 : 206, {
      'content-type': type,
      'content-length': end - start + 1,
      'accept-ranges': 'bytes',
      ...(from !== undefined && { 'content-range': `bytes ${start}-${end}/${size}` }),
    });
    createReadStream(file, { start, end }).pipe(response);
  });
  return new Promise((done) => made.listen(0, '127.0.0.1', () => done(made)));
}

beforeAll(async () => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/site/build.mjs')], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  server = await serveSite();
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launch();
  mkdirSync(SHOTS, { recursive: true });
}, 900_000);
afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** Opens a page; fails for whatever it could not load, and for whatever it loads from elsewhere. */
async function open(
  path: string,
  { dark = false, width = 1440 }: { dark?: boolean; width?: number } = {},
): Promise<{ page: Page; faults: string[]; close(): Promise<void> }> {
  const context = await browser.newContext({ colorScheme: dark ? 'dark' : 'light', viewport: { width, height: 900 } });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('response', (response) => response.status() >= 400 && faults.push(`${response.status()} ${response.url()}`));
  page.on('request', (request) => !/^(http:\/\/127\.0\.0\.1|data:|blob:)/.test(request.url()) && faults.push(request.url()));
  await page.goto(`${url}/${path}`);
  await page.locator('.col-content').waitFor({ state: 'visible' });
  return { page, faults, close: () => context.close() };
}

const ECHO = 'documents/Nodes.Effects.effect.echo.html';
const CARTOON = 'documents/Nodes.Pictures.video.cartoon.html';

describe('the site of the docs', () => {
  it('has a page for every node type, with small sounds', () => {
    const pages = readdirSync(join(SITE, 'documents'));
    for (const { type } of builtinNodes) {
      const page = pages.find((name) => name.startsWith('Nodes.') && name.endsWith(`.${type}.html`));
      expect(page, type).toBeDefined();
      expect(readFileSync(join(SITE, 'documents', page!), 'utf8'), type).toMatch(/<audio |<figure class="picture">/);
    }
    const sounds = readdirSync(join(SITE, 'files'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ogg'),
    );
    expect(sounds.length).toBeGreaterThan(80);
    for (const name of sounds) expect(statSync(join(SITE, 'files', name)).size, name).toBeLessThan(30 * 1024);
  });

  it('begins with a page that leads to Start', async () => {
    const { page, faults, close } = await open('index.html');
    await page.locator('.hero a', { hasText: 'Start' }).click();
    await page.locator('h1', { hasText: 'Start' }).waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it('plays what a node does', async () => {
    const { page, faults, close } = await open(ECHO);
    const audio = page.locator('audio').nth(1);
    await audio.evaluate(
      (element: HTMLAudioElement) =>
        new Promise<void>((done, fail) => {
          element.addEventListener('timeupdate', () => element.currentTime > 0 && done());
          element.play().catch(fail);
        }),
    );
    expect(await audio.evaluate((element: HTMLAudioElement) => element.duration)).toBeGreaterThan(3);
    const heights = await page.locator('figure img').evaluateAll((images) =>
      Promise.all(
        images.map(async (image) => {
          image.scrollIntoView();
          await (image as HTMLImageElement).decode();
          return (image as HTMLImageElement).naturalHeight;
        }),
      ),
    );
    expect(Math.min(...heights)).toBeGreaterThan(50);
    expect(faults).toEqual([]);
    await close();
  });

  it('finds a node, an error and an export by words, without a network', async () => {
    const { page, faults, close } = await open('index.html');
    for (const [words, wanted] of [
      ['effect.echo', /effect\.echo/],
      ['PORT_TAKEN', /Errors/],
      ['createEngine', /createEngine/],
    ] as const) {
      await page.locator('#tsd-search-trigger').click();
      await page.locator('#tsd-search-input').fill(words);
      await page.locator('#tsd-search-results li', { hasText: wanted }).first().waitFor();
      await page.keyboard.press('Escape');
    }
    expect(faults).toEqual([]);
    await close();
  });

  it.each([
    ['index.html', false, 1440],
    ['index.html', true, 1440],
    ['index.html', false, 360],
    [ECHO, true, 1440],
    [ECHO, false, 360],
    [CARTOON, false, 1440],
    ['documents/Start.html', false, 360],
    ['documents/Concepts.html', true, 1440],
    ['documents/Errors.html', false, 360],
    ['documents/Operate.html', false, 360],
    ['documents/HTTP_API.html', true, 360],
    ['modules/voxgraph.html', false, 360],
  ] as const)('%s (dark: %s) at %s pixels has no barriers and does not go sideways', async (path, dark, width) => {
    const { page, faults, close } = await open(path, { dark, width });
    const name = path.replace(/^\w+\/|\.html$/g, '').replace(/\W+/g, '-');
    await page.screenshot({ path: join(SHOTS, `docs-${name}-${dark ? 'dark' : 'light'}-${width}.png`) });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect((await barriers(page)).filter((barrier) => !CONTENTS_TREE.test(barrier))).toEqual([]);
    expect(faults).toEqual([]);
    await close();
  });
});
