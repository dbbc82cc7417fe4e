import type { Engine, GraphSession, RunOptions } from '../engine.js';
import { RtmpNames } from '../engine/rtmp-call.js';
import type { GraphEndReason } from '../graph/run/graph-events.js';

/** The runs of one graph in several calls. */
export interface CallRuns {
  /** Those that run; more come when calls that had to wait are live. */
  readonly sessions: readonly GraphSession[];
  /** How each ended, once all have. */
  readonly ended: Promise<readonly GraphEndReason[]>;
}

/** What calls at addresses are called: the addresses, but for the secrets in them. @throws VoxError `RTMP_ADDRESS`. */
export function callNames(addresses: readonly string[]): string[] {
  const names = new RtmpNames();
  return addresses.map((address) => names.of(address));
}

/** What {@link startCalls} tells of calls that come, or fail, behind the others. */
export interface LateCalls {
  /** A call that had to wait is live. */
  live(call: string): void;
  /** A call could not be joined; the others go on. */
  failed(call: string, error: unknown): void;
}

/**
 * Runs a graph in calls, one after another. A call that has to wait, for its beginning or because of a flood, keeps no other one from being
 * joined, and neither does one that cannot be.
 *
 * @returns once all are live, wait, or have failed.
 * @throws what went wrong with the first, when nothing runs.
 */
export async function startCalls(
  engine: Engine,
  calls: readonly string[],
  run: (address: string) => RunOptions & { readonly graph: string },
  late: LateCalls,
): Promise<CallRuns> {
  const sessions: GraphSession[] = [];
  const failures: (readonly [call: string, error: unknown])[] = [];
  let begun = false;
  const ends: Promise<GraphEndReason>[] = [];
  const names = callNames(calls);
  for (const [i, address] of calls.entries()) {
    const call = names[i]!;
    const { graph, ...options } = run(address);
    const started = engine.run(graph, { ...options, call: address }).then(
      (session) => {
        sessions.push(session);
        if (begun) late.live(call);
        return session;
      },
      (error: unknown) => {
        if (begun) late.failed(call, error);
        else failures.push([call, error]);
        return undefined;
      },
    );
    ends.push(started.then((session) => session?.ended ?? 'failed'));
    const mustWait = new Promise<void>((done) => {
      const subscription = engine.events$.subscribe((event) => {
        // The pause before a call is taken up again is short.
        if (event.type === 'call.waiting' && event.call === call && event.kind !== 'resume') done();
      });
      void started.then(() => subscription.unsubscribe());
    });
    if (calls.length === 1) await started;
    else await Promise.race([started, mustWait]);
  }
  const [first] = failures;
  if (first && failures.length === calls.length) throw first[1];
  begun = true;
  for (const [call, error] of failures) late.failed(call, error);
  return { sessions, ended: Promise.all(ends) };
}
