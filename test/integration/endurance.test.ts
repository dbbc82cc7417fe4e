import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeTempDir, sine, writeSignal } from '../support/media-fixtures.js';

const temp = makeTempDir();
afterAll(() => temp.remove());

/** Runs a script with a collector it may call, since growth can only be seen behind one. */
function measured(script: string, ...args: string[]): Promise<Record<string, number>> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, ['--expose-gc', '--import', loader, join(import.meta.dirname, 'support', script), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk: Buffer) => (stderr += String(chunk)));
    child.on('close', (code) => {
      if (code === 0) done(JSON.parse(stdout) as Record<string, number>);
      else fail(new Error(`${script} ended with ${code}: ${stderr}`));
    });
  });
}
