import type { Scheduler } from '../../time/scheduler.js';
import { processIdentity } from '../../media/process-identity.js';
import type { Snapshot } from './snapshot.js';
import type { SnapshotFiles } from './snapshot-files.js';

/** How often a snapshot is stored if something changed: what a kill loses at most. */
const EVERY_MS = 1000;
/** The same of one so large that storing it is work. */
const LARGE_EVERY_MS = 10_000;
const LARGE_CHARACTERS = 256 * 1024;

/** Stores what is known of a call again and again while it runs, between its beats, and takes that away when it ends in order. */
export class SnapshotKeeper {
  readonly #files: SnapshotFiles;
  readonly #file: string;
  readonly #make: () => Omit<Snapshot, 'version' | 'savedAtMs' | 'pid' | 'identity'>;
  readonly #stored: () => void;
  readonly #failed: (reason: unknown) => void;
  readonly #nowMs: () => number;
  readonly #scheduler: Scheduler;
  readonly #identity = processIdentity();
  #last = '';
  #failing = false;
  #writing: Promise<void> | undefined;
  #cancel: () => void;

  /**
   * @param make what is known now.
   * @param stored called when one is stored.
   * @param failed called when one cannot be stored, not again until one could.
   */
  constructor(
    parts: { readonly files: SnapshotFiles; readonly scheduler: Scheduler; readonly nowMs: () => number; readonly call: string },
    make: () => Omit<Snapshot, 'version' | 'savedAtMs' | 'pid' | 'identity'>,
    stored: () => void,
    failed: (reason: unknown) => void,
  ) {
    this.#files = parts.files;
    this.#scheduler = parts.scheduler;
    this.#nowMs = parts.nowMs;
    this.#file = parts.files.fileOf(parts.call, process.pid);
    this.#make = make;
    this.#stored = stored;
    this.#failed = failed;
    this.#cancel = parts.scheduler.after(EVERY_MS, () => this.#turn());
  }

  /** The call is over. @param remove whether nothing of it is to be taken up, since it ended in order. */
  async close(remove: boolean): Promise<void> {
    this.#cancel();
    await this.#writing;
    if (remove) await this.#files.remove(this.#file).catch(() => {});
  }

  #turn(): void {
    const known = this.#make();
    const text = JSON.stringify(known);
    // One that is still being written is as good as this one; the next turn comes soon.
    if (text !== this.#last && !this.#writing) {
      this.#last = text;
      const { pid } = process;
      const about = { pid, ...(this.#identity !== undefined && { identity: this.#identity }), savedAtMs: this.#nowMs() };
      const whole = `${JSON.stringify({ version: 1, ...about }).slice(0, -1)},${text.slice(1)}\n`;
      this.#writing = this.#files
        .write(this.#file, whole)
        .then(
          () => {
            this.#failing = false;
            this.#stored();
          },
          (reason: unknown) => {
            // A full disk: it is tried again.
            this.#last = '';
            if (!this.#failing) this.#failed(reason);
            this.#failing = true;
          },
        )
        .finally(() => (this.#writing = undefined));
    }
    const everyMs = text.length > LARGE_CHARACTERS ? LARGE_EVERY_MS : EVERY_MS;
    this.#cancel = this.#scheduler.after(everyMs, () => this.#turn());
  }
}
