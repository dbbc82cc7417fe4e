// A room with a tone, and for vp8 and h264 pictures of 720p30, with somebody who watches: how late the beats of its sound are. Prints one
// JSON line. Arguments: none, vp8 or h264; `packets` or `browser`; seconds.
import { readdirSync, readFileSync } from 'node:fs';
import { createEngine, createRealtimeScheduler, graphFromObject } from '../../dist/bundle/index.js';
import type { TickerOptions } from '../../src/time/index.js';
import { quantile } from '../lib/measure.ts';
import { watchInBrowser, watchPackets } from '../lib/room-watchers.ts';

const [codec = 'none', watcher = 'packets', seconds = '12'] = process.argv.slice(2);
const BEAT_US = 20_000;
/** Jitter buffers, just-in-time compilers and the estimate of the network settle first. */
const WARM_UP_MS = 5000;
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

const tone = { tone: { type: 'source.tone', options: { frequencyHz: 440, levelDb: -20 } } };
const nodes =
  codec === 'none'
    ? { ...tone, call: { type: 'sink.call', in: { audio: 'tone' } } }
    : {
        ...tone,
        pictures: { type: 'source.test-pattern', options: { width: 1280, height: 720 } },
        coded: { type: `encode.${codec}`, in: { video: 'pictures' }, options: { bitrateKbps: 1500 } },
        call: { type: 'sink.call', in: { audio: 'tone', video: 'coded' } },
      };

let late: number[] | undefined;
const scheduler = createRealtimeScheduler();
const every = scheduler.every.bind(scheduler);
/** The lateness of each beat is noted down while it counts: the graph's own figures begin with its start. */
const counting = (options: TickerOptions) =>
  options.periodUs !== BEAT_US
    ? every(options)
    : every({
        ...options,
        onTick: (tick) => {
          late?.push(tick.lateUs / 1000);
          options.onTick(tick);
        },
      });
Object.assign(scheduler, { every: counting });

/** What the threads of a name did and how long they waited for a core, in milliseconds since they began; empty where the kernel does not say. */
function threads(): Record<string, readonly [ranMs: number, waitedMs: number]> {
  const sums: Record<string, [number, number]> = {};
  try {
    for (const thread of readdirSync('/proc/self/task')) {
      const name = readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim();
      const [ran = 0, waited = 0] = readFileSync(`/proc/self/task/${thread}/schedstat`, 'utf8').split(' ').map(Number);
      const sum = (sums[name] ??= [0, 0]);
      sum[0] += ran / 1e6;
      sum[1] += waited / 1e6;
    }
  } catch {
    return {};
  }
  return sums;
}

const engine = createEngine({ scheduler });
const server = await engine.serveRooms({ port: 0 });
const session = await engine.run(graphFromObject({ version: 1, nodes }, { registry: engine.registry }), { call: 'room:lobby' });
const origin = `http://127.0.0.1:${server.port}`;
const watching = await (watcher === 'browser' ? watchInBrowser(origin) : watchPackets(origin, 'lobby'));
await sleep(WARM_UP_MS);
const from = { seen: await watching.seen(), stats: (await session.stats()).stats, threads: threads(), cpu: process.cpuUsage() };
const counted: number[] = [];
late = counted;
await sleep(Number(seconds) * 1000);
late = undefined;
const used = process.cpuUsage(from.cpu);
const behind = threads();
const { stats } = await session.stats();
const seen = await watching.seen();
const sorted = counted.sort((a, b) => a - b);
const round = (value: number) => Math.round(value * 100) / 100;
const ms = (share: number) => round(quantile(sorted, share));
const percent = (name: string, which: 0 | 1) =>
  round(((behind[name]?.[which] ?? 0) - (from.threads[name]?.[which] ?? 0)) / (Number(seconds) * 10));
console.log(
  JSON.stringify({
    p50Ms: ms(0.5),
    p99Ms: ms(0.99),
    maxMs: ms(1),
    skipped: (stats.beat?.skipped ?? 0) - (from.stats.beat?.skipped ?? 0),
    shed: (stats.nodes['coded']?.counters.shed ?? 0) - (from.stats.nodes['coded']?.counters.shed ?? 0),
    cpuPercent: round((used.user + used.system) / 1e4 / Number(seconds)),
    threads: Object.fromEntries(
      Object.keys(behind)
        .filter((name) => percent(name, 0) >= 0.1)
        .map((name) => [name, { ranPercent: percent(name, 0), waitedPercent: percent(name, 1) }]),
    ),
    seen: Object.fromEntries(Object.entries(seen).map(([key, value]) => [key, round(value - (from.seen[key] ?? 0))])),
  }),
);
await watching.close();
await engine.close();
scheduler.close();
process.exit();
