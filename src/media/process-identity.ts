import { readFileSync } from 'node:fs';

/**
 * What tells a process from a later one that got the same number: the machine's boot and the moment the process began (Linux, proc(5)).
 *
 * @param pid the process; default this one.
 * @returns undefined where there is no `/proc`, or no such process.
 */
export function processIdentity(pid: number = process.pid): string | undefined {
  const fields = fieldsOf(pid);
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // `starttime`.
    return fields && `${boot} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

/** The fields of `/proc/PID/stat` behind the name, which stands in brackets and may hold anything. */
function fieldsOf(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/**
 * Whether a process still runs.
 *
 * @param identity what {@link processIdentity} said of it; undefined: nothing.
 */
export function isRunning(pid: number, identity: string | undefined): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process may not be signalled, but is there.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // One that was killed, and whose end nobody has asked for, is still listed: in containers often for ever.
  if (/^[ZX]/.test(fieldsOf(pid)?.[0] ?? '')) return false;
  const now = processIdentity(pid);
  return identity === undefined || now === undefined || identity === now;
}
