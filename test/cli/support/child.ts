import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../../bin/voxgraph.js', import.meta.url));

/** A command line in a process of its own. */
export interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  /** Its exit code. */
  readonly exited: Promise<number | null>;
  /** Resolves when its output matches; rejects when it ends before. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Standard output and standard error so far. */
  text(): string;
}

/** Starts `voxgraph …args` in a folder. */
export function child(folder: string, ...args: string[]): Child {
  const program = spawn(process.execPath, [bin, ...args], { cwd: folder, env: { ...process.env, NO_COLOR: '1' } });
  let text = '';
  const waiting: (() => void)[] = [];
  const hear = (chunk: Buffer) => {
    text += chunk.toString();
    for (const look of waiting) look();
  };
  program.stdout.on('data', hear);
  program.stderr.on('data', hear);
  const exited = new Promise<number | null>((resolve) => program.on('close', (code) => resolve(code)));
  const said = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(text);
        if (match) resolve(match);
      };
      waiting.push(look);
      look();
      void exited.then(() => reject(new Error(`ended without saying ${String(pattern)}: ${text}`)));
    });
  return { process: program, exited, said, text: () => text };
}
