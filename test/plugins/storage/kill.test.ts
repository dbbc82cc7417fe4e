import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pluginStorage } from '../../../src/plugins/storage.js';
import { sqliteStorage } from '../../../src/plugins/sqlite/sqlite-storage.js';
import { typeScriptArgs } from '../../support/run-typescript.js';

const WRITER = fileURLToPath(new URL('writer.ts', import.meta.url));
const RUNS = 12;

/** mulberry32: the same moments in every run of the test. */
function seeded(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Lets a writer run until it has acknowledged `lines`, kills it outright, and gives back all that it had acknowledged. */
function killedAfter(lines: number, args: readonly string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...typeScriptArgs(WRITER), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.split('\n').length > lines) child.kill('SIGKILL');
    });
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('error', reject);
    child.on('close', (_, signal) => {
      if (signal === 'SIGKILL') resolve(out.split('\n').slice(0, -1));
      else reject(new Error(`the writer ended by itself: ${err}`));
    });
  });
}

describe('SQLite storage under kill -9', () => {
  it(`has everything acknowledged by ${RUNS} writers that were killed at seeded moments, two of them at a time`, async () => {
    const dir = mkdtempSync(join(tmpdir(), 'voxgraph-kill-'));
    const random = seeded(4);
    const problems: unknown[] = [];
    try {
      let counted = 0;
      const keys = new Set<string>();
      for (let run = 0; run < RUNS; run += 2) {
        const pair = [0, 1].map((i) =>
          killedAfter(1 + Math.floor(random() * 150), [dir, String(run + i), String(1 + Math.floor(random() * 8))]),
        );
        for (const line of (await Promise.all(pair)).flat()) {
          const [what, value = ''] = line.split(' ');
          if (what === 'set') keys.add(value);
          else counted = Math.max(counted, Number(value));
        }
        // Opened after each kill, as a restarted process does.
        const backend = sqliteStorage({ dir, onProblem: (found) => problems.push(found) });
        const storage = pluginStorage(backend, 'writer');
        const there = new Set(await storage.list());
        expect([...keys].filter((key) => !there.has(key))).toEqual([]);
        for (const key of keys) expect((await storage.get(key, z.object({ key: z.string() })))?.key).toBe(key);
        // What was written and not acknowledged any more may be there too.
        expect(await storage.get('count', z.number())).toBeGreaterThanOrEqual(counted);
        await backend.close();
      }
      expect(problems).toEqual([]);
      expect(keys.size).toBeGreaterThan(RUNS * 10);
    } finally {
      rmSync(dir, { recursive: true });
    }
  }, 120_000);
});
