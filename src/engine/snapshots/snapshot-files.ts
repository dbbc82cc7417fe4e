import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { reasonOf, voxError, type VoxError } from '../../errors.js';
import { isRunning } from '../../media/process-identity.js';
import { snapshot, type Snapshot } from './snapshot.js';

/** What a process that was killed left of a call. */
export interface Found {
  /** The newest one that can be used. */
  readonly snapshot: Snapshot | undefined;
  /** Why one cannot be; it was set aside. */
  readonly problems: readonly VoxError[];
  /** Takes away what was found; to be called when something newer is stored. */
  readonly forget: () => Promise<void>;
}

/** Where the snapshots of calls lie: one file for each call of each process. */
export class SnapshotFiles {
  readonly #folder: string;

  /** @param folder a folder of its own. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The file of a call of a process. */
  fileOf(call: string, pid: number): string {
    return join(this.#folder, `${prefixOf(call)}${pid}.json`);
  }

  /**
   * What is left of a call in which a graph ran, by processes that run no more.
   *
   * @param here this process, and what is known of it; a file of its own number is of an earlier one.
   */
  async find(call: string, graph: string): Promise<Found> {
    const problems: VoxError[] = [];
    const found: { readonly file: string; readonly snapshot: Snapshot }[] = [];
    for (const name of await this.#names(call)) {
      const file = join(this.#folder, name);
      try {
        const read = snapshot.parse(JSON.parse(await readFile(file, 'utf8')));
        const own = read.pid === process.pid;
        if (read.call === call && read.graph === graph && (own || !isRunning(read.pid, read.identity)))
          found.push({ file, snapshot: read });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
        problems.push(await setAside(file, call, error));
      }
    }
    found.sort((a, b) => b.snapshot.savedAtMs - a.snapshot.savedAtMs);
    const own = this.fileOf(call, process.pid);
    const old = found.map(({ file }) => file).filter((file) => file !== own);
    const forget = async () => void (await Promise.all(old.map((file) => rm(file, { force: true }))));
    return { snapshot: found[0]?.snapshot, problems, forget };
  }

  /** Stores one: whole or not at all, also when the power fails, and for nobody else to read. */
  async write(file: string, text: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const next = `${file}.new`;
    const handle = await open(next, 'w', 0o600);
    try {
      await handle.writeFile(text);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(next, file);
  }

  /** Takes one away. */
  async remove(file: string): Promise<void> {
    await Promise.all([rm(file, { force: true }), rm(`${file}.new`, { force: true })]);
  }

  async #names(call: string): Promise<string[]> {
    const prefix = prefixOf(call);
    try {
      const names = await readdir(this.#folder);
      return names.filter((name) => name.startsWith(prefix) && /^\d+\.json$/.test(name.slice(prefix.length)));
    } catch {
      return [];
    }
  }
}

/** A name that a file may have, by which a call's are known also when they cannot be read. */
function prefixOf(call: string): string {
  return `${encodeURIComponent(call).replaceAll('*', '%2A').slice(0, 150)}~`;
}

async function setAside(file: string, call: string, error: unknown): Promise<VoxError> {
  const aside = `${file.replace(/\.json$/, '')}.set-aside`;
  await rename(file, aside).catch(() => {});
  const reason = error instanceof z.ZodError ? (error.issues[0]?.message ?? 'it does not fit') : reasonOf(error);
  return voxError('SNAPSHOT_UNREADABLE', { call, reason, aside });
}
