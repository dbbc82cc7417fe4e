/**
 * How late a call's 20 ms beats are while 720p pictures are encoded for a page that watches, and what that page sees:
 *
 *     npm run build && node --experimental-strip-types bench/room-video.ts [--seconds 30] [--repeats 2] [--codecs none,vp8,h264]
 *
 * Each run is an engine of its own with a room: a tone, and for `vp8` and `h264` moving test pictures of 1280 by 720 at 30 a second and 1.5
 * Mbit/s. A headless Chromium listens and watches by the room's own page. Prints one JSON line a run: lateness of the beat in milliseconds,
 * CPU of this process in percent of one core, and the page's figures: frames, freezes, and packets that it lost.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { createEngine } from '../dist/engine.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    repeats: { type: 'string', default: '2' },
    codecs: { type: 'string', default: 'none,vp8,h264' },
  },
});
const chromiumFinder = createRequire(import.meta.url)('../scripts/ensure-chromium.cjs') as {
  findChromium: () => string | undefined;
};

function graphOf(codec: string): object {
  const sound = { tone: { type: 'source.tone', options: { frequencyHz: 440, levelDb: -20 } } };
  if (codec === 'none') return { ...sound, call: { type: 'sink.call', in: { audio: 'tone' } } };
  return {
    ...sound,
    pictures: { type: 'source.test-pattern', options: { width: 1280, height: 720 } },
    coded: { type: `encode.${codec}`, in: { video: 'pictures' }, options: { bitrateKbps: 1500 } },
    call: { type: 'sink.call', in: { audio: 'tone', video: 'coded' } },
  };
}

interface Seen {
  readonly framesDecoded: number;
  readonly freezeCount: number;
  readonly totalFreezesDuration: number;
  readonly packetsLost: number;
}

/** Keeps every connection the page makes, to ask it for its figures. */
const KEEP = `const Own = RTCPeerConnection;
  window.connections = [];
  window.RTCPeerConnection = class extends Own { constructor(...given) { super(...given); window.connections.push(this); } };
  window.seen = async () => {
    for (const pc of window.connections) for (const report of (await pc.getStats()).values())
      if (report.type === 'inbound-rtp' && report.kind === 'video' && report.framesDecoded > 0) {
        const { framesDecoded, freezeCount, totalFreezesDuration, packetsLost } = report;
        return { framesDecoded, freezeCount, totalFreezesDuration, packetsLost };
      }
  };`;

async function run(codec: string, seconds: number): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'vox-bench-'));
  const file = join(folder, 'graph.json');
  writeFileSync(file, JSON.stringify({ version: 1, nodes: graphOf(codec) }));
  const engine = createEngine();
  const browser = await chromium.launch({
    executablePath: chromiumFinder.findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'],
  });
  try {
    const server = await engine.serveRooms({ port: 0 });
    const session = await engine.run(file, { call: 'room:lobby' });
    const page = await browser.newPage();
    await page.addInitScript(KEEP);
    await page.goto(`http://127.0.0.1:${server.port}/`);
    await page.click('#listen:enabled');
    await page.waitForSelector('#listen[aria-pressed=true]');
    const seen = () => page.evaluate<Seen | undefined>('window.seen()');
    // Jitter buffers, just-in-time compilers and the estimate of the network settle first.
    await page.waitForTimeout(5000);
    const before = { seen: await seen(), cpu: process.cpuUsage() };
    await page.waitForTimeout(seconds * 1000);
    const after = await seen();
    const { user, system } = process.cpuUsage(before.cpu);
    const { beat } = (await session.stats()).stats;
    if (!beat) throw new Error('the graph has no beat');
    const round = (us: number) => Math.round(us / 10) / 100;
    return {
      codec,
      lateMs: { p50: round(beat.lateness.p50Us), p99: round(beat.lateness.p99Us), max: round(beat.lateness.maxUs) },
      skippedBeats: beat.skipped,
      cpuPercent: Math.round((user + system) / 1e4 / seconds),
      ...(before.seen &&
        after && {
          page: {
            frames: after.framesDecoded - before.seen.framesDecoded,
            freezes: after.freezeCount - before.seen.freezeCount,
            frozenSec: Math.round((after.totalFreezesDuration - before.seen.totalFreezesDuration) * 100) / 100,
            packetsLost: after.packetsLost - before.seen.packetsLost,
          },
        }),
    };
  } finally {
    await browser.close();
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

for (let repeat = 0; repeat < Number(values.repeats); repeat++)
  for (const codec of values.codecs.split(',')) console.log(JSON.stringify(await run(codec, Number(values.seconds))));
