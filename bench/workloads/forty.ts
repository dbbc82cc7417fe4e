// W6: forty graphs in real time in one process on one core, against as many ffmpeg processes that do the same.
import { join } from 'node:path';
import { MUSIC, hasPeer, needInputs, pinned } from '../lib/machine.ts';
import { measure, median, run } from '../lib/measure.ts';
import { ratioOf, short, type Result } from '../lib/result.ts';
import type { LatenessSummary } from '../../dist/bundle/index.js';

const GRAPHS = 40;
const SECONDS = 20;
const READ = `-v error -nostdin -threads 1 -filter_threads 1 -re -t ${SECONDS} -i`.split(' ');
const ENCODE =
  '-af aresample=48000,volume=-3dB -c:a libopus -b:a 64k -vbr on -frame_duration 20 -compression_level 10 -f ogg'.split(' ');

interface Printed {
  readonly cpuPercent: number;
  readonly lateness: readonly LatenessSummary[];
  readonly skipped: number;
  readonly skippedAtStart: number;
  readonly underruns: number;
  readonly rssMb: number;
}

/** Runs W6 once: it takes 20 s of real time a side. */
export async function forty(): Promise<Result> {
  needInputs();
  const child = join(import.meta.dirname, 'forty-child.ts');
  const printed = JSON.parse(await run(pinned([process.execPath, child, String(GRAPHS), String(SECONDS)]))) as Printed;
  const { lateness } = printed;
  const ms = (us: readonly number[]) => ({ median: short(median(us) / 1000), worst: short(Math.max(...us) / 1000) });
  const p99 = ms(lateness.map((late) => late.p99Us));
  const ours = short(printed.cpuPercent / GRAPHS);
  let peer: number | null = null;
  let decodeOnly: number | null = null;
  if (hasPeer('ffmpeg')) {
    peer = await percentEach(['ffmpeg', ...READ, MUSIC, ...ENCODE, '-y', '/dev/null']);
    decodeOnly = await percentEach(['ffmpeg', ...READ, MUSIC, '-f', 's16le', '-y', '/dev/null']);
  }
  return {
    workload: 'W6',
    ours,
    peer,
    ratio: ratioOf(ours, peer),
    unit: '% of a core per graph',
    peakMemoryMb: Math.round(printed.rssMb),
    target: 'once all run: ticks at most 5 ms late in 99 of 100 cases, in the worst graph',
    reached: p99.worst <= 5,
    details: {
      graphs: GRAPHS,
      seconds: SECONDS,
      p50Ms: ms(lateness.map((late) => late.p50Us)),
      p99Ms: p99,
      maxMs: ms(lateness.map((late) => late.maxUs)),
      skipped: printed.skipped,
      skippedAtStart: printed.skippedAtStart,
      underruns: printed.underruns,
      peerDecodeOnly: decodeOnly,
    },
  };
}

async function percentEach(command: readonly string[]): Promise<number> {
  const costs = await Promise.all(Array.from({ length: GRAPHS }, () => measure(pinned(command))));
  const cpuSec = costs.reduce((sum, cost) => sum + cost.cpuSec, 0);
  return short((cpuSec / SECONDS / GRAPHS) * 100);
}
