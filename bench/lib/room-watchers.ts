// Who watches a room: a process that takes the packets only, or a browser with the room's own page.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

/** Somebody who watches. */
export interface Watching {
  /** What it has seen so far. */
  seen(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

/** Takes packets in a process of its own, and decodes nothing. @throws Error when it cannot connect. */
export async function watchPackets(origin: string, room: string): Promise<Watching> {
  const child = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, 'room-watcher-child.ts'), origin, room], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('who watches the room has ended');
    return JSON.parse(value) as Record<string, number>;
  };
  await next();
  return {
    seen: async () => {
      child.stdin.write('\n');
      return next();
    },
    close: async () => {
      child.stdin.end();
      await new Promise((done) => child.once('exit', done));
    },
  };
}

const finder = createRequire(import.meta.url)('../../scripts/ensure-chromium.cjs') as { findChromium: () => string | undefined };

/** Whether there is a browser to watch with. */
export function hasBrowser(): boolean {
  return finder.findChromium() !== undefined;
}

/** Keeps every connection the page makes, to ask it for its figures. */
const KEEP = `const Own = RTCPeerConnection;
  window.connections = [];
  window.RTCPeerConnection = class extends Own { constructor(...given) { super(...given); window.connections.push(this); } };
  window.seen = async () => {
    const seen = {};
    for (const pc of window.connections) for (const report of (await pc.getStats()).values())
      if (report.type === 'inbound-rtp' && report.kind === 'video' && report.framesDecoded > 0)
        for (const key of ['framesDecoded', 'freezeCount', 'totalFreezesDuration', 'packetsLost']) seen[key] = report[key];
    return seen;
  };`;

/** A headless Chromium that listens and watches by the room's page. @throws Error without a browser. */
export async function watchInBrowser(origin: string): Promise<Watching> {
  const browser = await chromium.launch({
    executablePath: finder.findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'],
  });
  const page = await browser.newPage();
  await page.addInitScript(KEEP);
  await page.goto(`${origin}/`);
  await page.click('#listen:enabled');
  await page.waitForSelector('#listen[aria-pressed=true]');
  return { seen: () => page.evaluate<Record<string, number>>('window.seen()'), close: () => browser.close() };
}
