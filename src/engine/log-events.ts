import type { VoxError } from '../errors.js';
import { openJournal } from '../events/journal/write.js';
import { voxgraphVersion } from '../plugins/running-copy.js';
import { wallTimeMs } from '../time/clock.js';
import type { Engine } from './api.js';

/** Where events are logged. */
export interface LogEventsOptions {
  /** The file; what it holds stays, and the log is written behind it. */
  readonly file: string;
  /** Hears once that nothing more can be written. Default: nobody. */
  readonly onProblem?: (problem: VoxError) => void;
}

/**
 * Writes everything that happens in an engine to a file that `replay` reads. Begin before the engine does anything, and end it after the
 * engine is closed.
 *
 * @returns ends the log; resolves when all of it is with the system.
 * @throws VoxError `JOURNAL_UNWRITABLE`.
 */
export function logEvents(engine: Pick<Engine, 'events$' | 'state'>, options: LogEventsOptions): () => Promise<void> {
  const { file, onProblem = () => {} } = options;
  const { state } = engine;
  const journal = openJournal({ file, voxgraph: voxgraphVersion(), atMs: Math.round(wallTimeMs()), seq: 0, state, onProblem });
  const subscription = engine.events$.subscribe((event) => journal.write(event, engine.state));
  return () => {
    subscription.unsubscribe();
    return journal.close();
  };
}
