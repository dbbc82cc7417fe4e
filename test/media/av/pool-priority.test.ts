import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { yieldToSound, type ThreadTable } from '../../../src/media/av/pool-priority.js';
import { typeScriptArgs } from '../../support/run-typescript.js';

const table = (niceness: Record<number, number>, names: Record<number, string>, refuse = false): ThreadTable => ({
  list: () => Object.entries(names).map(([id, name]) => ({ id: Number(id), name })),
  niceness: (id) => niceness[id || 1]!,
  setNiceness: (id, nice) => {
    if (refuse) throw new Error('EPERM');
    niceness[id] = nice;
  },
});
const NAMES = { 1: 'MainThread', 2: 'V8Worker', 3: 'libuv-worker', 4: 'libuv-worker', 5: 'voxgraph-waker' };

describe('the threads in which FFmpeg works', () => {
  it('give way to the one that plays, and no others do', () => {
    const niceness = { 1: 0, 2: 0, 3: 0, 4: 17, 5: 0 };
    // Once more changes nothing.
    for (let n = 0; n < 2; n++) yieldToSound(table(niceness, NAMES), 'linux');
    expect(niceness).toEqual({ 1: 0, 2: 0, 3: 5, 4: 17, 5: 0 });
    const nice = { 1: 16, 3: 16 };
    yieldToSound(table(nice, { 1: 'MainThread', 3: 'libuv-worker' }), 'linux');
    expect(nice).toEqual({ 1: 16, 3: 19 });
  });

  it('stay as they are where threads have no niceness of their own, and where it is forbidden', () => {
    const niceness = { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 };
    yieldToSound(table(niceness, NAMES), 'darwin');
    yieldToSound(table(niceness, NAMES), 'win32');
    expect(() => yieldToSound(table(niceness, NAMES, true), 'linux')).not.toThrow();
    expect(niceness).toEqual({ 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 });
  });

  it.runIf(process.platform === 'linux')('are those that the kernel knows, once an encoder of a call is open', () => {
    const child = fileURLToPath(new URL('./children/pool-threads.ts', import.meta.url));
    const { stdout, stderr, status } = spawnSync(process.execPath, [...typeScriptArgs(child)], { encoding: 'utf8' });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const { main, pool } = JSON.parse(stdout) as { main: number; pool: number[] };
    expect(pool.length).toBeGreaterThan(0);
    expect(pool.every((niceness) => niceness === Math.min(19, main + 5))).toBe(true);
  });
});
