// Runs many graphs in real time in this process and prints how late their ticks were and what they cost, once all of them run.
import { join } from 'node:path';
import {
  Lateness,
  createEngine,
  createRealtimeScheduler,
  type GraphSession,
  type Scheduler,
  type TickerOptions,
} from '../../dist/bundle/index.js';
import { MUSIC, ROOT } from '../lib/machine.ts';

const [graphs = 0, seconds = 0] = process.argv.slice(2, 4).map(Number);
const file = process.argv[4] ?? 'w6.json';

/** One histogram a graph, filled while `steady`: opening forty graphs at once is not what is measured. */
const lateness: Lateness[] = [];
let steady = false;
const clock = createRealtimeScheduler();
const every = clock.every.bind(clock);
clock.every = (options: TickerOptions) => {
  const late = new Lateness();
  lateness.push(late);
  return every({
    ...options,
    onTick: (tick) => {
      if (steady) late.record(tick.lateUs);
      options.onTick(tick);
    },
  });
};
const scheduler: Scheduler = clock;

const engine = createEngine({ scheduler });
const sessions: GraphSession[] = [];
for (let i = 0; i < graphs; i++) {
  sessions.push(await engine.run(join(ROOT, 'bench/graphs', file), { call: `room:bench-${i}`, params: { music: MUSIC } }));
}
const skippedSoFar = async () => {
  const all = await Promise.all(sessions.map(async (session) => (await session.stats()).stats.beat?.skipped ?? 0));
  return all.reduce((sum, skipped) => sum + skipped, 0);
};
// What the start has compiled and left behind is cleared away first.
await new Promise((resolve) => setTimeout(resolve, 2000));
const skippedAtStart = await skippedSoFar();
steady = true;
const cpu = process.cpuUsage();
const from = performance.now();
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
steady = false;
const { user, system } = process.cpuUsage(cpu);
const wallUs = (performance.now() - from) * 1000;
const all = await Promise.all(sessions.map(async (session) => (await session.stats()).stats));
console.log(
  JSON.stringify({
    cpuPercent: ((user + system) / wallUs) * 100,
    lateness: lateness.map((late) => late.summary()),
    skipped: (await skippedSoFar()) - skippedAtStart,
    skippedAtStart,
    shared: Math.min(...all.map((stats) => stats.nodes['opus']?.shared ?? 1)),
    encoded: all[0]?.nodes['opus']?.counters.encoded ?? 0,
    underruns: all.reduce((sum, stats) => sum + (stats.nodes['music']?.counters.underruns ?? 0), 0),
    rssMb: process.resourceUsage().maxRSS / 1024,
  }),
);
await engine.close();
clock.close();
