import { open } from 'node:fs/promises';
import { reasonOf, voxError } from '../../errors.js';
import type { StampedEvent } from '../event.js';
import { eventLine, JOURNAL_VERSION, markLine, startedLine, type MarkLine, type StartedLine } from './lines.js';

/** A line of a log, in order. */
export type JournalEntry =
  | { readonly kind: 'started'; readonly line: StartedLine; readonly run: number }
  | { readonly kind: 'event'; readonly event: StampedEvent }
  | { readonly kind: 'mark'; readonly mark: MarkLine }
  /** The run was not ended in order: `number` is the line that was cut off, if one was. */
  | { readonly kind: 'cut'; readonly number?: number };

/**
 * Reads a log line by line. A line that was cut off at the end of a run, as a killed process leaves it, is told; any other that is
 * damaged, and a missing event, is an error.
 *
 * @param path its absolute path. @param shown what errors call it.
 * @throws VoxError `JOURNAL_UNREADABLE` with the line.
 */
export async function* readJournal(path: string, shown: string): AsyncGenerator<JournalEntry> {
  const fault = (reason: string, line?: number) =>
    voxError(
      'JOURNAL_UNREADABLE',
      { file: shown, reason },
      line === undefined ? {} : { place: { file: shown, line, column: 1 } },
    );
  let number = 0;
  let run = 0;
  let seq = 0;
  let running = false;
  /** Number and reason of a line that may turn out to be the last of its run. */
  let torn: { readonly number: number; readonly reason: string } | undefined;
  try {
    const file = await open(path);
    for await (const text of file.readLines()) {
      number++;
      if (text === '') continue;
      const value = parse(text);
      const type = (value as { type?: unknown } | undefined)?.type;
      if (type === 'journal.started') {
        const started = startedLine.safeParse(value);
        if (!started.success) throw fault(headerReason(value), number);
        if (running) yield torn ? { kind: 'cut', number: torn.number } : { kind: 'cut' };
        torn = undefined;
        running = true;
        seq = started.data.seq;
        yield { kind: 'started', line: started.data, run: ++run };
        continue;
      }
      if (torn) throw fault(torn.reason, torn.number);
      if (!running && run === 0) throw fault('it does not begin with a header of voxgraph run --log', number);
      const marked = markLine.safeParse(value);
      if (marked.success) {
        if (marked.data.seq !== seq) throw fault(`it speaks of event ${marked.data.seq}, and the last was ${seq}`, number);
        yield { kind: 'mark', mark: marked.data };
        if (marked.data.type === 'journal.ended') running = false;
        continue;
      }
      const event = eventLine.safeParse(value);
      if (!event.success) torn = { number, reason: 'this is no line of a log' };
      else if (!running) throw fault('this stands behind the end of a run', number);
      else if (event.data.seq !== seq + 1) throw fault(`event ${seq + 1} is missing before this one`, number);
      else {
        seq++;
        yield { kind: 'event', event: event.data as unknown as StampedEvent };
      }
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'syscall' in error) throw fault(reasonOf(error));
    throw error;
  }
  if (run === 0) throw torn ? fault('it does not begin with a header of voxgraph run --log', torn.number) : fault('it is empty');
  if (running) yield torn ? { kind: 'cut', number: torn.number } : { kind: 'cut' };
  else if (torn) yield { kind: 'cut', number: torn.number };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function headerReason(value: unknown): string {
  const { version } = value as { version?: unknown };
  return typeof version === 'number' && version !== JOURNAL_VERSION
    ? `it has version ${version}, but this voxgraph reads version ${JOURNAL_VERSION}`
    : 'its header is damaged';
}
