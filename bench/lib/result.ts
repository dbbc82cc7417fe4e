// One line of results.

/** What a workload found. */
export interface Result {
  /** Its name. */
  readonly workload: string;
  /** Our figure, the median of the runs. */
  readonly ours: number;
  /** The peer's; null when the peer is not installed or there is none. */
  readonly peer: number | null;
  /** Ours over the peer's. */
  readonly ratio: number | null;
  /** Of `ours` and `peer`. */
  readonly unit: string;
  /** Our peak memory in MiB, where it was measured. */
  readonly peakMemoryMb: number | null;
  /** What we want to reach, as a sentence. */
  readonly target: string;
  /** Whether that was reached; null when it needs a peer that is missing. */
  readonly reached: boolean | null;
  /** More figures. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** A number with three digits that mean something. */
export function short(value: number): number {
  return Number(value.toPrecision(3));
}

/** Ours over the peer's, if there is one. */
export function ratioOf(ours: number, peer: number | null): number | null {
  return peer === null || peer === 0 ? null : short(ours / peer);
}

/** A result for people. */
export function sentence(result: Result): string {
  const peer = result.peer === null ? 'no peer' : `peer ${result.peer} ${result.unit}, ratio ${result.ratio}`;
  const memory = result.peakMemoryMb === null ? '' : `, peak ${result.peakMemoryMb} MiB`;
  const verdict = result.reached === null ? 'not decided' : result.reached ? 'reached' : 'NOT reached';
  const details = Object.entries(result.details).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}`);
  return [
    `${result.workload}: ours ${result.ours} ${result.unit}, ${peer}${memory}`,
    `    target: ${result.target}: ${verdict}`,
    ...details,
  ].join('\n');
}
