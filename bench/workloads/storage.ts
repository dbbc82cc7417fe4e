// That storing never delays a beat: how late a graph is while plugins store 1,000 values a second on a disk that stands still half of the
// time, against the same graph while they store nothing.
import { join } from 'node:path';
import { median, run } from '../lib/measure.ts';
import { ratioOf, short, type Result } from '../lib/result.ts';

const SECONDS = 5;
/** Beyond what the same machine has without. */
const MOST_MORE_MS = 1;

interface Beats {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  readonly skipped: number;
  readonly writesPerSec: number;
}

/** Runs the workload `storage`: the sides take turns in one process. */
export async function storage(runs: number): Promise<Result> {
  const child = join(import.meta.dirname, 'storage-child.ts');
  const printed = await run([process.execPath, '--no-warnings', child, String(SECONDS), String(runs)]);
  const sides = JSON.parse(printed) as Record<'without' | 'byThread' | 'inMainThread', Beats[]>;
  const ms = (side: readonly Beats[], key: 'p50Us' | 'p99Us' | 'maxUs') => side.map((beats) => short(beats[key] / 1000));
  const ours = median(ms(sides.byThread, 'p99Us'));
  const peer = median(ms(sides.without, 'p99Us'));
  const perSec = (side: readonly Beats[]) => Math.round(median(side.map(({ writesPerSec }) => writesPerSec)));
  return {
    workload: 'storage',
    ours: short(ours),
    peer: short(peer),
    ratio: ratioOf(ours, peer),
    unit: 'ms late (p99)',
    peakMemoryMb: null,
    target: `at most ${MOST_MORE_MS} ms more than the same graph while nothing is stored, and no beat skipped`,
    reached: ours - peer <= MOST_MORE_MS && sides.byThread.every(({ skipped }) => skipped === 0),
    details: {
      writesPerSec: { byThread: perSec(sides.byThread), inMainThread: perSec(sides.inMainThread) },
      p99Ms: {
        without: ms(sides.without, 'p99Us'),
        byThread: ms(sides.byThread, 'p99Us'),
        inMainThread: ms(sides.inMainThread, 'p99Us'),
      },
      maxMs: {
        without: ms(sides.without, 'maxUs'),
        byThread: ms(sides.byThread, 'maxUs'),
        inMainThread: ms(sides.inMainThread, 'maxUs'),
      },
    },
  };
}
