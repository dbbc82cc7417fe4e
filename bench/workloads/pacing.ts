// W8: how late a graph's 20 ms beats are while two endless loops want the cores, against setInterval in the same place.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { median, run } from '../lib/measure.ts';
import { ratioOf, short, type Result } from '../lib/result.ts';

const SECONDS = 8;
const LOOPS = 2;

interface Lateness {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  readonly skipped: number;
}

/** Runs W8, the sides in turn. */
export async function pacing(runs: number): Promise<Result> {
  const child = join(import.meta.dirname, 'pacing-child.ts');
  const once = async (driver: string) => JSON.parse(await run([process.execPath, child, driver, String(SECONDS)])) as Lateness;
  const ours: Lateness[] = [];
  const peers: Lateness[] = [];
  const loops = Array.from({ length: LOOPS }, () => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
  try {
    for (let i = 0; i < runs; i++) {
      ours.push(await once('graph'));
      peers.push(await once('interval'));
    }
  } finally {
    for (const loop of loops) loop.kill('SIGKILL');
  }
  const ms = (all: readonly Lateness[], key: keyof Lateness) => all.map((late) => short(late[key] / 1000));
  const our = short(median(ours.map((late) => late.p99Us)) / 1000);
  const peer = short(median(peers.map((late) => late.p99Us)) / 1000);
  return {
    workload: 'W8',
    ours: our,
    peer,
    ratio: ratioOf(our, peer),
    unit: 'ms late (p99)',
    peakMemoryMb: null,
    target: 'no later than setInterval',
    reached: our <= peer,
    details: {
      busyLoops: LOOPS,
      p50Ms: { ours: ms(ours, 'p50Us'), peer: ms(peers, 'p50Us') },
      p99Ms: { ours: ms(ours, 'p99Us'), peer: ms(peers, 'p99Us') },
      maxMs: { ours: ms(ours, 'maxUs'), peer: ms(peers, 'maxUs') },
      skipped: ours.map((late) => late.skipped),
    },
  };
}
