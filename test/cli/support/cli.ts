import { expect } from 'vitest';
import { voxgraph } from '../../../src/cli/program.js';

/** Runs a command line in this process, in a folder; what it prints never has a stack trace. */
export async function cliIn(folder: string, args: readonly string[]): Promise<{ out: string; err: string; code: number }> {
  let out = '';
  let err = '';
  const io = { stdout: (t: string) => void (out += t), stderr: (t: string) => void (err += t), cwd: folder, color: false };
  const code = await voxgraph(args, io);
  expect(err).not.toMatch(/\n\s+at /);
  return { out, err, code };
}
