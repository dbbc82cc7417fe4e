// Runs chains of nodes that do nothing and prints what each cost, and what it cost more where beats are timed as in real time.
import { map } from 'rxjs';
import { z } from 'zod';
import { GraphRun } from '../../dist/graph/run/graph-run.js';
import { audio, builtinNodes, createOfflineScheduler, createRegistry, defineNode, graphFromObject } from '../../dist/index.js';

const noop = defineNode({
  type: 'effect.noop',
  summary: 'Do nothing.',
  inputs: { audio: audio('Anything.') },
  outputs: { audio: audio('The same.') },
  options: z.strictObject({}),
  create: ({ inputs }) => ({ audio: inputs.audio.pipe(map((frame) => frame)) }),
});
const registry = createRegistry([...builtinNodes, noop]);

async function chain(count: number, frames: number, workClock?: () => number): Promise<number> {
  const nodes: Record<string, object> = { tone: { type: 'source.silence' } };
  let last = 'tone';
  for (let i = 0; i < count; i++) {
    nodes[`noop${i}`] = { type: 'effect.noop', in: { audio: last } };
    last = `noop${i}`;
  }
  nodes['sink'] = { type: 'sink.null', in: { audio: last } };
  const plan = graphFromObject({ version: 1, nodes }, { registry });
  const scheduler = createOfflineScheduler();
  const run = new GraphRun({
    id: 'noop',
    plan,
    registry,
    scheduler,
    durationUs: frames * 20_000,
    onEvent: () => {},
    ...(workClock && { workClock }),
  });
  await run.start();
  const before = process.cpuUsage();
  await Promise.all([scheduler.run(), run.ended]);
  const { user, system } = process.cpuUsage(before);
  const passed = run.stats().nodes[last]?.passed['audio'];
  if (passed !== frames) throw new Error(`${passed} of ${frames} frames came through`);
  return user + system;
}

const [frames = 0, nodes = 0, runs = 0] = process.argv.slice(2).map(Number);
// So that neither side pays for being compiled.
await chain(nodes, 5000);
await chain(0, 5000);
const clock = () => performance.now() * 1000;
const figures: number[] = [];
const timed: number[] = [];
for (let i = 0; i < runs; i++) {
  const without = await chain(0, frames);
  const withThem = await chain(nodes, frames);
  const timedThem = await chain(nodes, frames, clock);
  figures.push(((withThem - without) * 1000) / (frames * nodes));
  timed.push(((timedThem - withThem) * 1000) / (frames * nodes));
}
console.log(JSON.stringify({ nsPerNode: figures, nsMoreTimed: timed, rssMb: process.memoryUsage().rss / 2 ** 20 }));
