import type { NodeStats, StatsMessage } from '../api/types.js';

/** Figures come twice a second: two minutes of them are kept. */
export const SAMPLES_KEPT = 240;

/** What was measured of one outlet, oldest first. */
export interface OutletPast {
  readonly peakDb: number[];
  readonly rmsDb: number[];
  /** Faults, drops and underruns of its node so far, at each of these moments. */
  readonly troubles: number[];
}

const pasts = new Map<string, OutletPast>();

/** What was measured of an outlet since the page was opened. It grows in place: look again when there are new figures. */
export function pastOf(graph: string, outlet: string): OutletPast | undefined {
  return pasts.get(`${graph} ${outlet}`);
}

/** Keeps what is new. */
export function noteFigures({ graph, levels, stats }: StatsMessage): void {
  for (const [outlet, { peakDb, rmsDb }] of Object.entries(levels)) {
    const key = `${graph} ${outlet}`;
    const past = pasts.get(key) ?? { peakDb: [], rmsDb: [], troubles: [] };
    pasts.set(key, past);
    past.peakDb.push(peakDb);
    past.rmsDb.push(rmsDb);
    past.troubles.push(troublesOf(stats.nodes[outlet.slice(0, outlet.lastIndexOf('.'))]));
    if (past.peakDb.length > SAMPLES_KEPT) for (const list of [past.peakDb, past.rmsDb, past.troubles]) list.shift();
  }
}

/** Forgets graphs of another run of the engine. */
export function forgetPast(): void {
  pasts.clear();
}

function troublesOf(stats: NodeStats | undefined): number {
  if (!stats) return 0;
  const { dropped = 0, underruns = 0 } = stats.counters;
  return stats.faults + dropped + underruns;
}
