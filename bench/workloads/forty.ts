// W6: forty graphs in real time in one process on one core, against as many ffmpeg processes that do the same. W6x60: sixty. W9: forty
// calls with one radio, which those graphs share.
import { join } from 'node:path';
import { MUSIC, hasPeer, needInputs, pinned } from '../lib/machine.ts';
import { measure, median, run } from '../lib/measure.ts';
import { ratioOf, short, type Result } from '../lib/result.ts';
import type { LatenessSummary } from '../../dist/bundle/index.js';

const SECONDS = 20;
const CALLS = 40;
const READ = `-v error -nostdin -threads 1 -filter_threads 1 -re -t ${SECONDS} -i`.split(' ');
const ENCODE =
  '-af aresample=48000,volume=-3dB -c:a libopus -b:a 64k -vbr on -frame_duration 20 -compression_level 10 -f ogg'.split(' ');

interface Printed {
  readonly cpuPercent: number;
  readonly lateness: readonly LatenessSummary[];
  readonly skipped: number;
  readonly skippedAtStart: number;
  readonly underruns: number;
  /** In how many graphs one encoder was heard, and how many packets it made. */
  readonly shared: number;
  readonly encoded: number;
  readonly rssMb: number;
}

/** Runs W6 once: it takes 20 s of real time a side. @param graphs how many. @param limitMs how late they may be. */
export async function forty(graphs = 40, limitMs = 5): Promise<Result> {
  needInputs();
  const printed = await runOurs(graphs, 'w6.json');
  const { lateness } = printed;
  const ms = (us: readonly number[]) => ({ median: short(median(us) / 1000), worst: short(Math.max(...us) / 1000) });
  const p99 = ms(lateness.map((late) => late.p99Us));
  const ours = short(printed.cpuPercent / graphs);
  let peer: number | null = null;
  let decodeOnly: number | null = null;
  if (hasPeer('ffmpeg')) {
    peer = await percentEach(graphs, ['ffmpeg', ...READ, MUSIC, ...ENCODE, '-y', '/dev/null']);
    decodeOnly = await percentEach(graphs, ['ffmpeg', ...READ, MUSIC, '-f', 's16le', '-y', '/dev/null']);
  }
  return {
    workload: graphs === 40 ? 'W6' : `W6x${graphs}`,
    ours,
    peer,
    ratio: ratioOf(ours, peer),
    unit: '% of a core per graph',
    peakMemoryMb: Math.round(printed.rssMb),
    target: `once all run: ticks at most ${limitMs} ms late in 99 of 100 cases, in the worst graph`,
    reached: p99.worst <= limitMs,
    details: {
      graphs,
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

/** Runs W9 once, as W6. */
export async function oneRadio(): Promise<Result> {
  needInputs();
  const printed = await runOurs(CALLS, 'w9.json');
  const own = await runOurs(CALLS, 'w6.json');
  const ours = short(printed.cpuPercent / CALLS);
  const peer = hasPeer('ffmpeg') ? await percentEach(CALLS, ['ffmpeg', ...READ, MUSIC, ...ENCODE, '-y', '/dev/null']) : null;
  const late = printed.lateness.map(({ p99Us }) => p99Us / 1000);
  return {
    workload: 'W9',
    ours,
    peer,
    ratio: ratioOf(ours, peer),
    unit: '% of a core per call',
    peakMemoryMb: Math.round(printed.rssMb),
    target: 'one encoder for all calls; ratio at most 0.2',
    reached: printed.shared === CALLS && (peer === null || ours <= 0.2 * peer),
    details: {
      calls: CALLS,
      seconds: SECONDS,
      withRadioOfTheirOwn: short(own.cpuPercent / CALLS),
      packetsEncoded: printed.encoded,
      p99Ms: { median: short(median(late)), worst: short(Math.max(...late)) },
      skipped: printed.skipped,
      underruns: printed.underruns,
    },
  };
}

async function runOurs(graphs: number, file: string): Promise<Printed> {
  const child = join(import.meta.dirname, 'forty-child.ts');
  return JSON.parse(await run(pinned([process.execPath, child, String(graphs), String(SECONDS), file]))) as Printed;
}

async function percentEach(graphs: number, command: readonly string[]): Promise<number> {
  const costs = await Promise.all(Array.from({ length: graphs }, () => measure(pinned(command))));
  const cpuSec = costs.reduce((sum, cost) => sum + cost.cpuSec, 0);
  return short((cpuSec / SECONDS / graphs) * 100);
}
