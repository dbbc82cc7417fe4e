import { readFileSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Scheduler } from '../time/scheduler.js';

/** A file is taken when it was the same twice, so many milliseconds apart: editors write in pieces, or put another file in its place. */
const STILL_MS = 100;

/** So often a file that is gone is looked for before it counts as gone. */
const PATIENCE = 10;

/** What is told of a watched file. */
export interface WatchListener {
  /** It has another text than before. */
  changed(text: string): void;
  /** It is not there any more, or cannot be read. */
  lost(): void;
}

/** Watches a folder. Returns the end of it. */
export type WatchFolder = (
  folder: string,
  told: { readonly touched: (name: string | null) => void; readonly failed: () => void },
) => () => void;

/** The system's watch. */
const watchFolder: WatchFolder = (folder, { touched, failed }) => {
  const watcher: FSWatcher = watch(folder, (_, name) => touched(name));
  watcher.on('error', failed);
  return () => watcher.close();
};

/**
 * Watches one file through its folder, so that it is still watched when an editor renames another file over it. Only a text that differs
 * from the last is told, once it stands still.
 *
 * @param file absolute path
 * @param folders how its folder is watched
 * @returns ends it
 */
export function watchFile(
  file: string,
  scheduler: Pick<Scheduler, 'after'>,
  listener: WatchListener,
  folders: WatchFolder = watchFolder,
): () => void {
  let taken = read(file);
  let seen: string | undefined;
  let misses = 0;
  let cancel: (() => void) | undefined;

  const look = () => {
    cancel = undefined;
    const text = read(file);
    if (text === undefined) {
      if (++misses < PATIENCE) return again();
      misses = 0;
      if (taken !== undefined) listener.lost();
      taken = undefined;
      return;
    }
    misses = 0;
    if (text !== seen) {
      seen = text;
      return again();
    }
    if (text === taken) return;
    taken = text;
    listener.changed(text);
  };
  const again = () => {
    cancel?.();
    cancel = scheduler.after(STILL_MS, look);
  };
  const touched = () => {
    seen = undefined;
    again();
  };

  const unwatch = folders(dirname(file), {
    touched: (name) => {
      if (name === null || name === basename(file)) touched();
    },
    failed: () => listener.lost(),
  });
  return () => {
    cancel?.();
    unwatch();
  };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
