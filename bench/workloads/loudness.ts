// What an even loudness costs a live stream: W1 with it less W1 without, against ffmpeg's loudnorm, likewise.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DATA, MUSIC, ROOT, hasPeer, needInputs, pinned } from '../lib/machine.ts';
import { measure, median } from '../lib/measure.ts';
import { ratioOf, short, type Result } from '../lib/result.ts';
import { ENCODE, FFMPEG } from './render.ts';

const SECONDS = 600;
const OUTPUT = join(DATA, 'out-loudness.ogg');

/** Runs it: with and without, ours and the peer's, in turn. */
export async function loudness(runs: number): Promise<Result> {
  needInputs();
  const ours = (graph: string) => [
    ...[process.execPath, join(ROOT, 'bin/voxgraph.js'), 'render', join(ROOT, 'bench/graphs', graph)],
    ...['--param', `music=${MUSIC}`, '-o', OUTPUT, '--duration', String(SECONDS), '--json'],
  ];
  // loudnorm gives 192 kHz while it does not know the whole file.
  const filters = (even: string) => [
    ...FFMPEG,
    '-i',
    MUSIC,
    '-af',
    `aresample=48000${even}`,
    ...ENCODE,
    '-f',
    'ogg',
    '/dev/null',
  ];
  const peered = hasPeer('ffmpeg');
  const our: number[] = [];
  const peers: number[] = [];
  try {
    for (let i = 0; i < runs; i++) {
      our.push(await more(ours('loudness.json'), ours('w1.json')));
      if (peered) peers.push(await more(filters(',loudnorm=I=-16:TP=-1,aresample=48000'), filters('')));
    }
  } finally {
    rmSync(OUTPUT, { force: true });
  }
  const percent = short(median(our));
  const peer = peered ? short(median(peers)) : null;
  return {
    workload: 'loudness',
    ours: percent,
    peer,
    ratio: ratioOf(percent, peer),
    unit: '% of a core per stream',
    peakMemoryMb: null,
    target: 'at most 0.3 % of a core',
    reached: percent <= 0.3,
    details: { oursPercent: our.map(short), peerPercent: peers.map(short) },
  };
}

/** What one command takes more than another, in percent of a core while the stream lasts. */
async function more(command: readonly string[], less: readonly string[]): Promise<number> {
  const base = (await measure(pinned(less))).cpuSec;
  return (((await measure(pinned(command))).cpuSec - base) / SECONDS) * 100;
}
