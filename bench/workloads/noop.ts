// W5: what a node costs that does nothing, guard and counters included, against GStreamer's identity.
import { join } from 'node:path';
import { hasPeer, pinned } from '../lib/machine.ts';
import { measure, median, run } from '../lib/measure.ts';
import { ratioOf, short, type Result } from '../lib/result.ts';

const FRAMES = 30_000;
const NODES = 100;

/** Runs W5. */
export async function noop(runs: number): Promise<Result> {
  const child = join(import.meta.dirname, 'noop-child.ts');
  const printed = await run(pinned([process.execPath, child, String(FRAMES), String(NODES), String(runs)]));
  const { nsPerNode, nsMoreTimed, rssMb } = JSON.parse(printed) as {
    nsPerNode: number[];
    nsMoreTimed: number[];
    rssMb: number;
  };
  const ours = short(median(nsPerNode));
  const peers: number[] = [];
  if (hasPeer('gst-launch-1.0')) {
    for (let i = 0; i < runs; i++) {
      const without = await measure(pinned(identities(0)));
      const withThem = await measure(pinned(identities(NODES)));
      peers.push(((withThem.cpuSec - without.cpuSec) * 1e9) / (FRAMES * NODES));
    }
  }
  const peer = peers.length > 0 ? short(median(peers)) : null;
  return {
    workload: 'W5',
    ours,
    peer,
    ratio: ratioOf(ours, peer),
    unit: 'ns per node and frame',
    peakMemoryMb: Math.round(rssMb),
    target: 'at most 150 ns',
    reached: ours <= 150,
    details: {
      ours: nsPerNode.map(short),
      moreInRealTime: nsMoreTimed.map(short),
      peer: peers.map(short),
      frames: FRAMES,
      nodes: NODES,
    },
  };
}

function identities(count: number): string[] {
  const source = `fakesrc num-buffers=${FRAMES} sizetype=fixed sizemax=7680 filltype=nothing`.split(' ');
  const chain = Array.from({ length: count }, () => ['!', 'identity', 'silent=true']).flat();
  return ['gst-launch-1.0', '-q', ...source, ...chain, '!', 'fakesink', 'silent=true'];
}
