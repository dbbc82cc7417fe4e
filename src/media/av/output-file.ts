import { existsSync, rmSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, parse, resolve } from 'node:path';
import { reasonOf, voxError } from '../../errors.js';
import { isRunning } from '../process-identity.js';

let count = 0;
/** What this process writes, so that its own files are told from those of an earlier process with the same number. */
const own = new Set<string>();

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
  const workPath = join(dirname(target), `${workPrefix(target)}${process.pid}-${++count}.part`);
  own.add(workPath);
  return {
    workPath,
    commit: async () => {
      own.delete(workPath);
      try {
        await rename(workPath, target);
      } catch (error) {
        await rm(workPath, { force: true });
        throw fail(reasonOf(error));
      }
    },
    discard: () => {
      own.delete(workPath);
      rmSync(workPath, { force: true });
    },
  };
}

/**
 * Gives what killed processes left of a recording a name that people see: `call (rescued).ogg` for `call.ogg`. What holds nothing is
 * removed.
 *
 * @returns the new names. Never rejects: what cannot be renamed stays.
 */
export async function rescueRecordings(path: string): Promise<string[]> {
  const target = resolve(path);
  const prefix = workPrefix(target);
  const names = await readdir(dirname(target)).catch(() => []);
  const rescued: string[] = [];
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    const pid = /^(\d+)-\d+\.part$/.exec(name.slice(prefix.length))?.[1];
    const left = join(dirname(target), name);
    if (pid === undefined || own.has(left) || (Number(pid) !== process.pid && isRunning(Number(pid), undefined))) continue;
    const to = freeName(target);
    try {
      if ((await stat(left)).size === 0) await rm(left);
      else {
        await rename(left, to);
        rescued.push(to);
      }
    } catch {
      // It is still there, for whoever looks.
    }
  }
  return rescued;
}

function workPrefix(target: string): string {
  return `.${basename(target).slice(0, 200)}.`;
}

function freeName(target: string): string {
  const { dir, name, ext } = parse(target);
  for (let n = 1; ; n++) {
    const free = join(dir, `${name} (rescued${n > 1 ? ` ${n}` : ''})${ext}`);
    if (!existsSync(free)) return free;
  }
}
