import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { MOST_TRACKS } from './queue-state.js';

/** Extensions of files that hold sound, as people name them. */
const MEDIA = new Set(
  (
    'aac ac3 aif aiff alac amr ape au avi caf dsf dts eac3 flac flv m4a m4b m4v mka mkv mov mp1 mp2 mp3 mp4 mpc mpg mpeg mts ' +
    'oga ogg ogv opus qoa ra rm spx tak tta ts voc w64 wav webm wma wmv wv'
  )
    .split(' ')
    .map((extension) => `.${extension}`),
);

/** Folders deeper than this are left out. */
const DEEPEST = 32;

let collator: Intl.Collator | undefined;

/** As people number their files: 2 before 10; what is alike then is told apart by its letters. */
export function naturalOrder(a: string, b: string): number {
  // Made on first use: it takes 3 ms.
  collator ??= new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * The media files of a folder, sorted naturally, with those of a folder in its place among them. Hidden ones are left out; each folder is
 * entered once, however many links lead there.
 *
 * @throws what reading the folder itself throws; folders below that cannot be read are left out.
 */
export async function mediaFilesIn(folder: string, recursive: boolean, signal: AbortSignal): Promise<string[]> {
  const found: string[] = [];
  const seen = new Set<string>();
  const enter = async (path: string, depth: number): Promise<void> => {
    signal.throwIfAborted();
    const real = await realpath(path);
    if (seen.has(real)) return;
    seen.add(real);
    const entries = await readdir(path, { withFileTypes: true });
    entries.sort((a, b) => naturalOrder(a.name, b.name));
    for (const entry of entries) {
      if (found.length >= MOST_TRACKS) return;
      if (entry.name.startsWith('.')) continue;
      const inside = join(path, entry.name);
      const kind = entry.isSymbolicLink() ? await stat(inside).catch(() => undefined) : entry;
      if (kind?.isDirectory()) {
        if (recursive && depth < DEEPEST) await enter(inside, depth + 1).catch(() => signal.throwIfAborted());
      } else if (kind?.isFile() && MEDIA.has(extname(entry.name).toLowerCase())) found.push(inside);
    }
  };
  await enter(folder, 0);
  return found;
}
