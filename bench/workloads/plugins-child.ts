// One frame through ten plugin operators in a graph's chain, and through the same operators with RxJS's pipe alone.
import { Subject, pipe, type OperatorFunction } from 'rxjs';
import { z } from 'zod';
import { PluginRoster } from '../../dist/graph/run/plugin-roster.js';
import { createAudioFrame, mapAudio, monotonicClock, type AudioFrame, type PluginMedia } from '../../dist/index.js';
import { AudioChain } from '../../dist/nodes/plugins/audio-chain.js';
import { createVirtualScheduler } from '../../dist/time/index.js';

const OPERATORS = 10;
type Op = OperatorFunction<AudioFrame, AudioFrame>;

/** The simplest effect as an author writes it: a gain. */
const gain = (): Op =>
  mapAudio(() => (input, output) => {
    for (let c = 0; c < input.planes.length; c++) {
      const [from, to] = [input.planes[c]!, output.planes[c]!];
      for (let i = 0; i < from.length; i++) to[i] = from[i]! * 0.9;
    }
    output.silent = input.silent;
  });

/** The least an operator can do: a copy. */
const copy = (): Op =>
  mapAudio(() => (input, output) => {
    for (let c = 0; c < input.planes.length; c++) output.planes[c]!.set(input.planes[c]!);
    output.silent = input.silent;
  });

type Send = (frame: AudioFrame) => void;

function direct(make: () => Op): Send {
  const in$ = new Subject<AudioFrame>();
  const operators = Array.from({ length: OPERATORS }, make);
  const all = operators.reduce((before, next) => pipe(before, next));
  in$.pipe(all).subscribe(taken);
  return (frame) => in$.next(frame);
}

function chained(make: () => Op): Send {
  const media: PluginMedia[] = Array.from({ length: OPERATORS }, (_, i) => {
    return { name: `p${i}`, config: z.strictObject({}), audio: () => make() };
  });
  const clock = monotonicClock();
  const scheduler = createVirtualScheduler();
  const plugins = new PluginRoster({
    graph: 'bench',
    scheduler,
    supply: { find: (module) => media.find(({ name }) => name === module) },
    clock: () => clock.nowUs(),
    event: (event) => {
      // Other programs on the machine may hold an operator up.
      if ((event['problem'] as { code?: string } | undefined)?.code === 'PLUGIN_SLOW') return;
      throw new Error(JSON.stringify(event));
    },
    onError: (error) => {
      throw error;
    },
  });
  plugins.set(media.map(({ name }) => ({ plugin: name, key: name, module: name, enabled: true, config: {} })));
  const chain = new AudioChain({ node: 'fx', kind: 'audio', plugins, scheduler, offline: false, debug: false });
  plugins.list$.subscribe((list) => chain.set(list));
  return (frame) => chain.run(frame, taken);
}

let sum = 0;
function taken(frame: AudioFrame): void {
  sum += frame.planes[0]![959]!;
}

function nsPerFrame(send: Send, frames: number): number {
  const frame = createAudioFrame(2);
  for (const plane of frame.planes) plane.forEach((_, i) => (plane[i] = Math.sin(i / 9) / 2));
  frame.silent = false;
  const { user, system } = process.cpuUsage();
  for (let i = 0; i < frames; i++) send(frame);
  const after = process.cpuUsage();
  return ((after.user + after.system - user - system) * 1000) / frames;
}

const [frames = 0, runs = 0] = process.argv.slice(2).map(Number);
const figures: Record<string, { direct: number[]; chained: number[] }> = {};
for (const [name, make] of Object.entries({ gain, copy })) {
  const ways = { direct: direct(make), chained: chained(make) };
  const found = { direct: [] as number[], chained: [] as number[] };
  for (const send of Object.values(ways)) nsPerFrame(send, frames);
  // Turn by turn, so that neither has the quieter machine.
  for (let i = 0; i < runs; i++) {
    found.direct.push(nsPerFrame(ways.direct, frames));
    found.chained.push(nsPerFrame(ways.chained, frames));
  }
  figures[name] = found;
}
if (!Number.isFinite(sum)) throw new Error('the sound is no sound');
console.log(JSON.stringify({ figures, rssMb: process.memoryUsage().rss / 2 ** 20 }));
