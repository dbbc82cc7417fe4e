import { stat } from 'node:fs/promises';
import { startLoudnessScan, type FileLoudness, type LoudnessScan, type LoudnessScanOptions } from './loudness-scan.js';

/** Everybody's interest in one scan. */
interface Entry {
  readonly scan: LoudnessScan;
  readonly abort: AbortController;
  users: number;
  known: FileLoudness | undefined;
}

/** A share in a scan. */
export interface SharedScan extends LoudnessScan {
  /** The result, if it is there already. */
  readonly known: FileLoudness | undefined;
  /** Gives the share back; a scan that nobody waits for any more is stopped. Idempotent. */
  release(): void;
}

/** Files whose loudness is remembered. */
const MOST_FILES = 4096;

/**
 * Remembers the loudness of files, by path, size and time of change, and lets all who ask for the same one share its scan: one radio for
 * many calls, or a song that comes again, is scanned once.
 */
export class LoudnessCache {
  readonly #entries = new Map<string, Entry>();

  /**
   * A share in the scan of a file; a new one is begun if there is none. The scan's pauses are those of whoever asked first.
   *
   * @throws Error of the file system when there is no such file.
   */
  async open(path: string, options: Omit<LoudnessScanOptions, 'signal'> = {}): Promise<SharedScan> {
    const { size, mtimeMs } = await stat(path);
    const key = JSON.stringify([path, size, mtimeMs, options.streamIndex ?? null]);
    const entry = this.#entries.get(key) ?? this.#begin(path, options);
    // Put last again: the first is the one longest not asked for.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    this.#forgetOld();
    entry.users++;
    let released = false;
    return {
      done: entry.scan.done,
      known: entry.known,
      soFar: () => entry.scan.soFar(),
      release: () => {
        if (released) return;
        released = true;
        if (--entry.users > 0 || entry.known) return;
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
        entry.abort.abort();
      },
    };
  }

  #begin(path: string, options: LoudnessScanOptions): Entry {
    const abort = new AbortController();
    const scan = startLoudnessScan(path, { ...options, signal: abort.signal });
    const entry: Entry = { scan, abort, users: 0, known: undefined };
    scan.done.then(
      (known) => (entry.known = known),
      // Whoever shares in it is told by `done`; the next to ask tries again.
      () => this.#drop(entry),
    );
    return entry;
  }

  #drop(entry: Entry): void {
    for (const [key, other] of this.#entries) if (other === entry) this.#entries.delete(key);
  }

  #forgetOld(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= MOST_FILES) return;
      if (entry.known) this.#entries.delete(key);
    }
  }
}

/** The cache of this process. */
export const loudnessCache = new LoudnessCache();
