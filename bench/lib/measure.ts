// What a command costs: CPU time and memory of the whole process tree.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a command took. */
export interface Cost {
  /** User and system time of it and everything it started and waited for, in seconds. */
  readonly cpuSec: number;
  /** From start to end, in seconds. */
  readonly wallSec: number;
  /** The largest resident size of any of its processes, in MiB; null without GNU time. */
  readonly peakMb: number | null;
}

const GNU_TIME = '/usr/bin/time';

/** Runs a command to its end. @throws Error when it fails, with what it wrote to standard error. */
export async function measure(command: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), 'voxgraph-bench-'));
  const report = join(folder, 'report');
  // Both ask the kernel for the resources of children that were waited for; bash has no memory figure.
  const wrapped = existsSync(GNU_TIME)
    ? [GNU_TIME, '-f', '%U %S %e %M', '-o', report, ...command]
    : ['bash', '-c', 'TIMEFORMAT="%U %S %R"; exec 3>"$0"; { time "$@" 2>&4; } 4>&2 2>&3', report, ...command];
  try {
    const startedAt = performance.now();
    await run(wrapped, env);
    const wallSec = (performance.now() - startedAt) / 1000;
    const figures = readFileSync(report, 'utf8').trim().split('\n').at(-1)!.split(' ').map(Number);
    const [user = NaN, system = NaN, , kilobytes] = figures;
    return { cpuSec: user + system, wallSec, peakMb: kilobytes === undefined ? null : kilobytes / 1024 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a command; resolves with its standard output. @throws Error when it fails. */
export function run(command: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  return new Promise((resolve, reject) => {
    const [program = '', ...args] = command;
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err = (err + chunk.toString()).slice(-4000)));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${command.join(' ')} ended with ${code ?? signal}:\n${err}`));
    });
  });
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value that a share (0…1) of some sorted numbers does not exceed. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}
