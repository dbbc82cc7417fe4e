// Beats for some seconds, by a graph or by setInterval, and prints how late each beat was, in µs, against where it ought to have been.
import { createEngine, createRealtimeScheduler, graphFromObject } from '../../dist/bundle/index.js';

const PERIOD_MS = 20;
const [driver, seconds] = [process.argv[2], Number(process.argv[3])];

async function graph(): Promise<object> {
  const scheduler = createRealtimeScheduler();
  const engine = createEngine({ scheduler });
  const plan = graphFromObject(
    {
      version: 1,
      nodes: {
        tone: { type: 'source.tone' },
        opus: { type: 'encode.opus', in: { audio: 'tone' } },
        call: { type: 'sink.call', in: { audio: 'opus' } },
      },
    },
    { registry: engine.registry },
  );
  const session = await engine.run(plan, { call: 'room:bench' });
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const { stats } = await session.stats();
  await engine.close();
  scheduler.close();
  const { lateness, ticks, skipped } = stats.beat!;
  return { p50Us: lateness.p50Us, p99Us: lateness.p99Us, maxUs: lateness.maxUs, ticks, skipped };
}

async function interval(): Promise<object> {
  const late: number[] = [];
  const from = performance.now();
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now() - from;
      late.push((now - (late.length + 1) * PERIOD_MS) * 1000);
      if (now < seconds * 1000) return;
      clearInterval(timer);
      resolve();
    }, PERIOD_MS);
  });
  late.sort((a, b) => a - b);
  const at = (share: number) => late[Math.ceil(late.length * share) - 1]!;
  return { p50Us: at(0.5), p99Us: at(0.99), maxUs: at(1), ticks: late.length, skipped: 0 };
}

console.log(JSON.stringify(await (driver === 'graph' ? graph() : interval())));
