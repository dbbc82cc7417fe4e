/**
 * Measures what node types cost, for the table in src/graph/plan/node-costs.ts:
 *
 *     npm run build && node bench/node-costs.ts [type …]
 *
 * Each type with one stream of sound in and out runs offline behind a tone, at its defaults (or those of `AT` below); the chain without
 * it is taken off. Figures are percent of a core at the speed of real time, medians. They are scaled so that `encode.opus`, measured in
 * the same run, costs the 0.70 % it does on a quiet machine (workload W1): so it matters little how busy the machine is.
 */
import { BehaviorSubject, EMPTY } from 'rxjs';
import { graphFromObject } from '../dist/graph/load.js';
import { GraphRun } from '../dist/graph/run/graph-run.js';
import { createRegistry } from '../dist/graph/registry.js';
import { builtinNodes } from '../dist/nodes/index.js';
import { createOfflineScheduler } from '../dist/time/offline.js';
import { median } from './lib/measure.ts';

const SECONDS = 20;
const RUNS = 5;
const ENCODER_PERCENT = 0.7;

/** Options that make a type work where its defaults do nothing. */
const AT: Readonly<Record<string, object>> = { 'effect.gain': { gainDb: -3 }, 'flow.delay': { delayMs: 20 } };

const registry = createRegistry(builtinNodes);

/** What a graph costs that takes a tone by way of nodes to a call that drops everything, or to nowhere. */
async function percentOf(nodes: object, sink: object): Promise<number> {
  const costs: number[] = [];
  for (let i = 0; i < RUNS; i++) costs.push(await runOnce({ tone: { type: 'source.tone' }, ...nodes, out: sink }));
  return median(costs);
}

async function runOnce(nodes: object): Promise<number> {
  const plan = graphFromObject({ version: 1, nodes }, { registry });
  const scheduler = createOfflineScheduler({
    onError: (error) => {
      throw error;
    },
  });
  const run = new GraphRun({
    id: 'cost',
    plan,
    registry,
    scheduler,
    durationUs: SECONDS * 1e6,
    onEvent: () => {},
    gateway: {
      participants$: EMPTY,
      personalMixes$: new BehaviorSubject<ReadonlySet<string>>(new Set()),
      sendAudio: () => {},
    },
  });
  await run.start();
  const before = process.cpuUsage();
  await scheduler.run();
  const { user, system } = process.cpuUsage(before);
  await run.stop();
  scheduler.close();
  return ((user + system) / (SECONDS * 1e6)) * 100;
}

const nowhere = (from: string) => ({ type: 'sink.null', in: { audio: from } });
await percentOf({}, nowhere('tone'));
const bare = await percentOf({}, nowhere('tone'));
const encoder = (await percentOf({}, { type: 'sink.call', in: { audio: 'tone' } })) - bare;
const scale = ENCODER_PERCENT / encoder;
console.log(`encode.opus as measured: ${encoder.toFixed(3)} %; figures below are times ${scale.toFixed(2)}`);

const wanted = process.argv.slice(2);
for (const { type, inputs, outputs } of builtinNodes) {
  const [input, ...more] = Object.entries(inputs).filter(([, { arity }]) => arity !== 'optional');
  const sound = Object.values(outputs).some(({ kind, arity }) => kind === 'audio' && arity === 'one');
  if ((wanted.length > 0 && !wanted.includes(type)) || !input || more.length > 0 || input[1].kind !== 'audio' || !sound) continue;
  const options = AT[type];
  const port = Object.keys(outputs).find((name) => outputs[name]!.kind === 'audio')!;
  try {
    const one = { type, in: { [input[0]]: 'tone' }, ...(options && { options }) };
    const cost = (await percentOf({ one }, nowhere(`one.${port}`))) - bare;
    console.log(type, Math.max(0, cost * scale).toFixed(3));
  } catch (error) {
    console.log(type, 'not measured:', error instanceof Error ? error.message : error);
  }
}
