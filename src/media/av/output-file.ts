import { rm, rename, stat } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { reasonOf, voxError } from '../../errors.js';

let count = 0;

/** Where an output is written until it is whole, and how it then gets its name. */
export interface OutputFile {
  /** The path to write to. */
  readonly workPath: string;
  /** Gives the file its final name. */
  commit(): Promise<void>;
  /** Removes what was written, synchronously. Does nothing to a file that is written in place. */
  discard(): void;
}

/**
 * Checks that a file can be written there, and picks where to write it: under a hidden name beside it, so that a half file
 * never stands under the final name, or in place (`atomic` false, or the path is a device such as /dev/null).
 *
 * @throws VoxError OUTPUT_UNWRITABLE.
 */
export async function prepareOutput(path: string, atomic: boolean): Promise<OutputFile> {
  const fail = (reason: string): Error => voxError('OUTPUT_UNWRITABLE', { path, reason });
  if (path === '' || path.includes('\0')) throw fail('that is no file name');
  const target = resolve(path);
  const folder = await stat(dirname(target)).catch(() => undefined);
  if (!folder) throw fail('its folder does not exist');
  if (!folder.isDirectory()) throw fail('its folder is no folder');
  const there = await stat(target).catch(() => undefined);
  if (there?.isDirectory()) throw fail('a folder has that name');
  if (there?.isFIFO() || there?.isSocket()) throw fail('it is a pipe or socket, not a file');
  const inPlace = !atomic || (there !== undefined && !there.isFile());
  if (inPlace) return { workPath: target, commit: async () => undefined, discard: () => undefined };
  const workPath = join(dirname(target), `.${basename(target).slice(0, 200)}.${process.pid}-${++count}.part`);
  return {
    workPath,
    commit: async () => {
      try {
        await rename(workPath, target);
      } catch (error) {
        await rm(workPath, { force: true });
        throw fail(reasonOf(error));
      }
    },
    discard: () => rmSync(workPath, { force: true }),
  };
}
