// A call in a process of its own: plays a graph in a room, serves it, and answers what it cost. Arguments: the graph file.
import { createEngine, createRealtimeScheduler } from '../../dist/bundle/index.js';

/** What the process did since it was last asked. */
export interface CallFigures {
  /** User and system time, in milliseconds. */
  readonly cpuMs: number;
  /** Since it was last asked, in milliseconds. */
  readonly wallMs: number;
  readonly rssMb: number;
  readonly heapMb: number;
  readonly beats: number;
  readonly skipped: number;
  /** How late beats ran, in microseconds. */
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

const scheduler = createRealtimeScheduler();
const late: number[] = [];
let skipped = 0;
const every = scheduler.every.bind(scheduler);
scheduler.every = (beat) =>
  every({
    ...beat,
    onTick: (tick) => {
      late.push(tick.lateUs);
      skipped += tick.skipped;
      beat.onTick(tick);
    },
  });

const engine = createEngine({ scheduler });
await engine.run(process.argv[2]!, { call: 'room:bench' });
const server = await engine.serveRooms({ port: 0, requestsPerMinute: 1_000_000 });
let cpu = process.cpuUsage();
let since = performance.now();

function figures(): CallFigures {
  const { user, system } = process.cpuUsage(cpu);
  const { rss, heapUsed } = process.memoryUsage();
  const sorted = late.splice(0).sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
  const found = {
    cpuMs: (user + system) / 1000,
    wallMs: performance.now() - since,
    rssMb: rss / 2 ** 20,
    heapMb: heapUsed / 2 ** 20,
    beats: sorted.length,
    skipped,
    p50Us: at(0.5),
    p99Us: at(0.99),
    maxUs: at(1),
  };
  cpu = process.cpuUsage();
  since = performance.now();
  skipped = 0;
  return found;
}

process.on('message', (asked: { readonly type: 'figures' | 'say' | 'end'; readonly bytes?: number }) => {
  if (asked.type === 'figures') process.send!(figures());
  else if (asked.type === 'say') void engine.say('room:bench', 'x'.repeat(asked.bytes ?? 100), { id: 'bench' });
  else void engine.close().then(() => process.exit(0));
});
process.send!({ port: server.port });
