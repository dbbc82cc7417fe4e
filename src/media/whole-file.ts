import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fdatasyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** How a file that is written as a whole may be read. */
export interface WholeFileOptions {
  /** Who may read it, as `chmod` takes it. Default: as the file that is there, else what the process makes files with. */
  readonly mode?: number;
}

/**
 * Writes a text file whole or not at all, also when the power fails: beside it, then under its name, so that whoever reads or watches it
 * never sees half of it. A link stays a link; the file it leads to is written. What could not be written leaves nothing behind.
 *
 * @throws what node:fs throws.
 */
export function writeWhole(path: string, text: string, { mode }: WholeFileOptions = {}): void {
  const target = behindLinks(path);
  const wanted = mode ?? statSync(target, { throwIfNoEntry: false })?.mode;
  const beside = besideOf(target);
  try {
    const file = openSync(beside, 'wx', mode ?? 0o666);
    try {
      writeFileSync(file, text);
      fdatasyncSync(file);
    } finally {
      closeSync(file);
    }
    // The process' mask may have taken something away.
    if (wanted !== undefined) chmodSync(beside, wanted & 0o7777);
    renameSync(beside, target);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** The file that a path leads to, links followed; the path itself where nothing is. */
export function behindLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** A hidden name beside a file that nobody else uses. */
function besideOf(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, 200)}.${randomBytes(4).toString('hex')}.part`);
}
