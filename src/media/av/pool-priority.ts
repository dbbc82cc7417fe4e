import { readdirSync, readFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** How much nicer the threads of the pool are than the one that plays: they get a third of its share where both want the same core. */
const NICER = 5;

/** Linux's largest niceness: least of all. */
const MOST_NICE = 19;

/** What libuv calls the threads of its pool. */
const POOL_THREAD = 'libuv-worker';

/** Where the kernel tells of threads, and how their niceness is read and set; tests give their own. */
export interface ThreadTable {
  /** Ids and names. */
  list(): readonly { readonly id: number; readonly name: string }[];
  /** @param id of a thread; 0: this one. */
  niceness(id: number): number;
  setNiceness(id: number, niceness: number): void;
}

/** The threads of this process. On Linux alone a thread has a niceness of its own, and os.setPriority takes the id of one. */
export const ownThreads: ThreadTable = {
  list: () =>
    readdirSync('/proc/self/task').map((id) => ({
      id: Number(id),
      name: readFileSync(`/proc/self/task/${id}/comm`, 'latin1').trim(),
    })),
  niceness: getPriority,
  setNiceness: setPriority,
};

let done = false;

/**
 * Makes the threads of Node's pool, in which FFmpeg decodes, filters and encodes, give way to the one that plays: where both want the same
 * core, the beat of the sound is first. Once for the process, after the first work for the pool, which makes its threads. Where it cannot
 * be, all stays as it is. See docs/decisions/0014-video.md.
 */
export function yieldToSound(threads: ThreadTable = ownThreads, platform: NodeJS.Platform = process.platform): void {
  if (done && threads === ownThreads) return;
  done = true;
  if (platform !== 'linux') return;
  try {
    const wanted = Math.min(MOST_NICE, threads.niceness(0) + NICER);
    for (const { id, name } of threads.list()) {
      // Taking niceness back is for the mighty alone.
      if (name === POOL_THREAD && threads.niceness(id) < wanted) threads.setNiceness(id, wanted);
    }
  } catch {
    // No /proc, or a rule that forbids it.
  }
}
