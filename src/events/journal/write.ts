import { closeSync, createWriteStream, fstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { reasonOf, voxError, type VoxError } from '../../errors.js';
import type { StampedEvent } from '../event.js';
import type { EngineState } from '../state.js';
import { JOURNAL_VERSION, MARK_EVERY, type MarkLine, type StartedLine } from './lines.js';
import { stateHash } from './state-hash.js';

/** What a log begins with. */
export interface JournalOptions {
  /** The file. A log that it holds stays, and this one is written behind it. */
  readonly file: string;
  /** Which voxgraph writes. */
  readonly voxgraph: string;
  /** Now, in milliseconds since 1970. */
  readonly atMs: number;
  /** The number of the last event before it. */
  readonly seq: number;
  /** The state before its first event. */
  readonly state: EngineState;
  /** Hears once that nothing more can be written. */
  readonly onProblem: (problem: VoxError) => void;
}

/** A log that is being written. Writing never waits: the disk is served in the background. */
export interface Journal {
  /** Writes an event. @param state after it. */
  write(event: StampedEvent, state: EngineState): void;
  /** Writes the last line; resolves when all of it is with the system. Idempotent. */
  close(): Promise<void>;
}

/** Begins a log. @throws VoxError `JOURNAL_UNWRITABLE`, also for a file that holds something else than logs. */
export function openJournal(options: JournalOptions): Journal {
  const { file, voxgraph, atMs, seq, state, onProblem } = options;
  const unwritable = (error: unknown) => voxError('JOURNAL_UNWRITABLE', { file, reason: reasonOf(error) });
  let handle: number | undefined;
  let torn: boolean;
  try {
    mkdirSync(dirname(file), { recursive: true });
    // What people said and are called is in it: for its owner only.
    handle = openSync(file, 'a+', 0o600);
    if (!isLog(handle)) throw new Error('it holds something else, and no log');
    torn = endsTorn(handle);
  } catch (error) {
    if (handle !== undefined) closeSync(handle);
    throw unwritable(error);
  }
  const stream = createWriteStream(file, { fd: handle });
  let failed = false;
  stream.on('error', (error) => {
    if (!failed) onProblem(unwritable(error));
    failed = true;
  });
  const put = (line: object) => {
    if (!failed) stream.write(`${JSON.stringify(line)}\n`);
  };
  // The last line of a killed process must not swallow the header.
  if (torn) stream.write('\n');
  put({ type: 'journal.started', version: JOURNAL_VERSION, voxgraph, atMs, seq, state } satisfies Record<
    keyof StartedLine,
    unknown
  >);
  let last = { seq, state };
  /** No mark is worth while until something else than unloading happened. */
  let markedAt = seq;
  let closing: Promise<void> | undefined;
  return {
    write: (event, after) => {
      if (closing) return;
      // A run that ends in order ends with nothing loaded: what it came to is before that.
      if (event.type === 'plugin.unloaded' && last.seq !== markedAt) put(mark('journal.marked', last));
      if (event.type === 'plugin.unloaded') markedAt = event.seq;
      put(event);
      last = { seq: event.seq, state: after };
      if (event.seq % MARK_EVERY === 0) put(mark('journal.marked', last));
    },
    close: () => {
      closing ??= new Promise((resolve) => {
        put(mark('journal.ended', last));
        if (stream.closed) return resolve();
        // Comes after an error too.
        stream.once('close', resolve);
        stream.end();
      });
      return closing;
    },
  };
}

function mark(type: MarkLine['type'], { seq, state }: { seq: number; state: EngineState }): MarkLine {
  return { type, seq, hash: stateHash(state) };
}

/** Whether a log may be written behind what a file holds: nothing, or a log. A pipe or a device holds nothing. */
function isLog(handle: number): boolean {
  const stat = fstatSync(handle);
  if (!stat.isFile() || stat.size === 0) return true;
  const begin = Buffer.alloc(Math.min(stat.size, LOG_BEGIN.length));
  readSync(handle, begin, 0, begin.length, 0);
  // A killed process may have left half a header.
  return LOG_BEGIN.startsWith(begin.toString('latin1'));
}

const LOG_BEGIN = '{"type":"journal.started"';

function endsTorn(handle: number): boolean {
  const { size } = fstatSync(handle);
  if (size === 0) return false;
  const end = Buffer.alloc(1);
  readSync(handle, end, 0, 1, size - 1);
  return end[0] !== 10;
}
