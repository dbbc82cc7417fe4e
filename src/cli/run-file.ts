import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { isRunning, processIdentity } from '../media/process-identity.js';
import { writeWhole } from '../media/whole-file.js';

const runFile = z.object({
  version: z.literal(1),
  url: z.url({ protocol: /^https?$/ }),
  pid: z.int().positive(),
  identity: z.string().optional(),
  graph: z.string(),
  calls: z.array(z.string()),
});

/** A running engine, as its run file says. */
export interface EngineRun {
  /** Where it answers. */
  readonly url: string;
  /** Its process. */
  readonly pid: number;
  /** The graph file, for people. */
  readonly graph: string;
  /** The calls it runs in. */
  readonly calls: readonly string[];
}

/** Where run files lie: a folder of the user's own that does not outlive the login where there is one, else with his programs' state. */
export function runFolder(env: NodeJS.ProcessEnv = process.env): string {
  const { XDG_RUNTIME_DIR, XDG_STATE_HOME } = env;
  if (XDG_RUNTIME_DIR) return join(XDG_RUNTIME_DIR, 'voxgraph');
  return join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'voxgraph', 'run');
}

/**
 * Notes where this process's engine answers, so that commands find it. There is no secret in it. Where it cannot be written commands
 * must be told the address; that is no reason not to run.
 *
 * @returns takes the note away.
 */
export function noteRun(run: Omit<EngineRun, 'pid'>, folder: string = runFolder()): () => void {
  const { pid } = process;
  const file = join(folder, `${pid}.json`);
  const identity = processIdentity();
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const text = `${JSON.stringify({ version: 1, pid, ...(identity !== undefined && { identity }), ...run })}\n`;
    writeWhole(file, text, { mode: 0o600 });
  } catch {
    return () => {};
  }
  return () => rmSync(file, { force: true });
}

/** The engines of this user that run. What those left that were killed is taken away. */
export function runningEngines(folder: string = runFolder()): EngineRun[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => /^\d+\.json$/.test(name));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const file = join(folder, name);
    try {
      const { pid, identity, ...run } = runFile.parse(JSON.parse(readFileSync(file, 'utf8')));
      if (isRunning(pid, identity)) return [{ pid, url: run.url, graph: run.graph, calls: run.calls }];
    } catch {
      // Half of one, or none any more.
    }
    rmSync(file, { force: true });
    return [];
  });
}
