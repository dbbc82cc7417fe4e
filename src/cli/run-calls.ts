import type { Engine, GraphSession, RunOptions } from '../engine.js';
import type { GraphEndReason } from '../graph/run/graph-events.js';

/** The runs of one graph in several calls. */
export interface CallRuns {
  /** Those that run; more come when calls that had to wait are live. */
  readonly sessions: readonly GraphSession[];
  /** How each ended, once all have. */
  readonly ended: Promise<readonly GraphEndReason[]>;
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
  run: (call: string) => RunOptions & { readonly graph: string },
  late: LateCalls,
): Promise<CallRuns> {
  const sessions: GraphSession[] = [];
  const failures: (readonly [call: string, error: unknown])[] = [];
  let begun = false;
  const ends: Promise<GraphEndReason>[] = [];
  for (const call of calls) {
    const { graph, ...options } = run(call);
    const started = engine.run(graph, { ...options, call }).then(
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
        if (event.type === 'call.waiting' && event.call === call) done();
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
