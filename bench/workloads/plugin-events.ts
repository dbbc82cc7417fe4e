// What an event costs that twenty plugins count in their states.
import { join } from 'node:path';
import { pinned } from '../lib/machine.ts';
import { median, run } from '../lib/measure.ts';
import { ratioOf, short, type Result } from '../lib/result.ts';

const EVENTS = 5000;
/** A thousand events a minute then cost less than a hundredth of a core. */
const MOST_US = 500;

/** Runs the workload `plugin-events`. */
export async function pluginEvents(runs: number): Promise<Result> {
  const child = join(import.meta.dirname, 'plugin-events-child.ts');
  const printed = await run(pinned([process.execPath, child, String(EVENTS), String(runs)]));
  const { ours, peer, rssMb } = JSON.parse(printed) as { ours: number[]; peer: number[]; rssMb: number };
  const [mine, theirs] = [median([...ours]), median([...peer])];
  return {
    workload: 'plugin-events',
    ours: short(mine),
    peer: short(theirs),
    ratio: ratioOf(mine, theirs),
    unit: 'µs per event through 20 plugins with reducers',
    peakMemoryMb: Math.round(rssMb),
    target: `at most ${MOST_US} µs: 1,000 events a minute for 1 % of a core`,
    reached: mine <= MOST_US,
    details: { peer: 'the same reducers with immer alone', ours: ours.map(short), theirs: peer.map(short) },
  };
}
