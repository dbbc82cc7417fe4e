// What the chain of plugins adds to their operators: guard, checks, timing.
import { join } from 'node:path';
import { pinned } from '../lib/machine.ts';
import { median, run } from '../lib/measure.ts';
import { short, type Result } from '../lib/result.ts';

const FRAMES = 20_000;

interface Figures {
  readonly direct: readonly number[];
  readonly chained: readonly number[];
}

/** Runs the workload `plugins`. */
export async function plugins(runs: number): Promise<Result> {
  const child = join(import.meta.dirname, 'plugins-child.ts');
  const printed = await run(pinned([process.execPath, child, String(FRAMES), String(Math.max(runs, 5))]));
  const { figures, rssMb } = JSON.parse(printed) as { figures: Record<'gain' | 'copy', Figures>; rssMb: number };
  const ours = median([...figures.gain.chained]);
  const peer = median([...figures.gain.direct]);
  // Pairs that ran one after the other met the same machine.
  const ratio = median(figures.gain.chained.map((ns, i) => ns / figures.gain.direct[i]!));
  const added = median(figures.copy.chained.map((ns, i) => (ns - figures.copy.direct[i]!) / 10));
  return {
    workload: 'plugins',
    ours: short(ours),
    peer: short(peer),
    ratio: short(ratio),
    unit: 'ns per frame through 10 operators',
    peakMemoryMb: Math.round(rssMb),
    target: 'at most 1.5 times the same operators with RxJS alone',
    reached: ratio <= 1.5,
    details: {
      operators: 'a gain, stereo, as an author writes it with mapAudio: the simplest effect there is',
      addedNsPerOperator: short(added),
      copiesOnly: { ours: short(median([...figures.copy.chained])), peer: short(median([...figures.copy.direct])) },
    },
  };
}
