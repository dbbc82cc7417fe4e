// W1 and W1gainecho: ten minutes of MP3 to Opus as a whole process, against ffmpeg with the same encoder settings.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DATA, MUSIC, ROOT, hasPeer, needInputs, pinned } from '../lib/machine.ts';
import { measure, median, type Cost } from '../lib/measure.ts';
import { ratioOf, short, type Result } from '../lib/result.ts';

const FFMPEG = 'ffmpeg -v error -nostdin -threads 1 -filter_threads 1 -filter_complex_threads 1 -y'.split(' ');
const ENCODE = '-c:a libopus -application audio -b:a 64k -vbr on -frame_duration 20 -compression_level 10'.split(' ');

const WORKLOADS = {
  W1: { graph: 'w1.json', filter: ['-ar', '48000', '-ac', '2'], limit: 1 },
  W1gainecho: {
    graph: 'w1gainecho.json',
    filter: ['-af', 'aresample=48000,volume=-3dB,aecho=1.0:1.0:300:0.3'],
    limit: 0.9,
  },
} as const;

/** Runs W1 or W1gainecho, the sides in turn. */
export async function render(name: keyof typeof WORKLOADS, runs: number): Promise<Result> {
  needInputs();
  const { graph, filter, limit } = WORKLOADS[name];
  const output = join(DATA, `out-${name}.ogg`);
  const cli = [process.execPath, join(ROOT, 'bin/voxgraph.js'), 'render', join(ROOT, 'bench/graphs', graph)];
  const ourCommand = pinned([...cli, '--param', `music=${MUSIC}`, '-o', output, '--json']);
  const peerCommand = pinned([...FFMPEG, '-i', MUSIC, ...filter, ...ENCODE, '-f', 'ogg', '/dev/null']);
  const peered = hasPeer('ffmpeg');
  const ours: Cost[] = [];
  const peers: Cost[] = [];
  try {
    for (let i = 0; i < runs; i++) {
      ours.push(await measure(ourCommand));
      if (peered) peers.push(await measure(peerCommand));
    }
  } finally {
    rmSync(output, { force: true });
  }
  const our = short(median(ours.map((cost) => cost.cpuSec)));
  const peer = peered ? short(median(peers.map((cost) => cost.cpuSec))) : null;
  const ratio = ratioOf(our, peer);
  const peaks = ours.flatMap((cost) => (cost.peakMb === null ? [] : [cost.peakMb]));
  const peak = peaks.length > 0 ? Math.round(Math.max(...peaks)) : null;
  return {
    workload: name,
    ours: our,
    peer,
    ratio,
    unit: 'CPU s',
    peakMemoryMb: peak,
    target: `ratio at most ${limit}, peak at most 200 MiB`,
    reached: ratio === null ? null : ratio <= limit && (peak ?? 0) <= 200,
    details: {
      oursCpuSec: ours.map((cost) => short(cost.cpuSec)),
      peerCpuSec: peers.map((cost) => short(cost.cpuSec)),
      oursWallSec: ours.map((cost) => short(cost.wallSec)),
    },
  };
}
