import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { VoxError } from '../../../src/errors.js';
import { processSource } from '../../../src/nodes/sources/process.js';
import { renderNode, type RenderNodeSettings } from '../../../src/testing/index.js';
import { temporaryFolder } from '../support/media.js';
import { largestDifference, noise } from '../support/signals.js';

const folder = temporaryFolder();
const raw = join(folder, 'tune.raw');
const tune = noise(24_000, 0.4);
beforeAll(() => writeFileSync(raw, new Uint8Array(tune.buffer)));

const permissions = { process: true };
const run = (script: string, options: object = {}, settings: RenderNodeSettings = {}) =>
  renderNode(processSource, {
    permissions,
    options: {
      command: process.execPath,
      args: ['-e', script],
      format: 'f32le',
      inputChannels: 1,
      channels: 1,
      ...options,
    },
    ...settings,
  });

describe('source.process', () => {
  it('plays what a command writes, sample by sample, then ends', async () => {
    const { outputs, events, counters } = await run('', { command: 'cat', args: [raw] });
    const { planes, end } = outputs.audio!;
    expect(largestDifference(planes[0]!.subarray(240, 24_000), tune.subarray(240))).toBe(0);
    expect(end!.error).toBeUndefined();
    expect(events.map(({ event }) => event)).toEqual([{ type: 'stream.started' }, { type: 'stream.ended', reason: 'finished' }]);
    expect(counters).toEqual({});
  });

  it('is refused unless it is allowed, with what to do about it', async () => {
    const marker = join(folder, 'ran');
    const script = `require('fs').writeFileSync(${JSON.stringify(marker)}, '')`;
    await expect(run(script, {}, { permissions: {} })).rejects.toMatchObject({ code: 'PROCESS_FORBIDDEN' });
    const error: unknown = await run(script, {}, { permissions: {} }).catch((reason: unknown) => reason);
    expect((error as VoxError).problems[0]!.fix).toContain('--allow-process');
    expect(existsSync(marker)).toBe(false);
  });

  it('passes arguments as they are, through no shell', async () => {
    const { outputs } = await run('', { command: 'cat', args: ['$(touch pwned); `x`', raw] });
    // cat plays the file that exists and fails for the other: no shell has looked at its name.
    expect(outputs.audio!.planes[0]!.length).toBeGreaterThanOrEqual(24_000);
    expect(existsSync('pwned')).toBe(false);
  });

  it('fails with the exit code and the last lines of standard error', async () => {
    const { outputs } = await run("console.error('one\\ntwo\\nthree\\nfour'); process.exit(7)");
    expect(outputs.audio!.end!.error).toBeInstanceOf(VoxError);
    expect((outputs.audio!.end!.error as VoxError).message).toBe(
      `the command ${process.execPath} ended with code 7: two / three / four.`,
    );
    const missing = await run('', { command: 'voxgraph-no-such-command' });
    expect((missing.outputs.audio!.end!.error as Error).message).toContain('no such command is installed');
  });

  it('plays what came before a failure, and then tells it', async () => {
    const { outputs, events } = await run(
      `process.stdout.write(require('fs').readFileSync(${JSON.stringify(raw)}), () => process.exit(3))`,
    );
    expect(outputs.audio!.planes[0]!.length).toBeGreaterThanOrEqual(24_000);
    expect(events.at(-1)!.event).toMatchObject({ type: 'stream.ended', reason: 'failed', problem: { code: 'PROCESS_FAILED' } });
  });

  it('lets the command wait instead of reading on, and kills it with its children at the end', async () => {
    const pids = join(folder, 'pids');
    const count = join(folder, 'count');
    const script = `
      const fs = require('fs');
      const child = require('child_process').spawn('sleep', ['1000']);
      fs.writeFileSync(${JSON.stringify(pids)}, process.pid + ' ' + child.pid);
      let written = 0;
      const more = () => {
        // Before each piece: once it is out, this process may be killed at any time.
        do fs.writeFileSync(${JSON.stringify(count)}, String(written += 65536));
        while (process.stdout.write(Buffer.alloc(65536)));
      };
      process.stdout.on('drain', more);
      more();`;
    const { problems, outputs } = await run(script, {}, { durationMs: 1000 });
    expect(problems).toEqual([]);
    expect(outputs.audio!.planes[0]!.length).toBe(48_000);
    // A second of 192 000 bytes was played; pipes and buffers hold a few hundred thousand more.
    expect(Number(readFileSync(count, 'utf8'))).toBeLessThan(2_000_000);
    const alive = (pid: number) => {
      try {
        // A process that ended but was not reaped yet is a zombie, which is as good as gone.
        return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
      } catch {
        return false;
      }
    };
    for (const pid of readFileSync(pids, 'utf8').split(' ').map(Number))
      await expect.poll(() => alive(pid), { timeout: 10_000 }).toBe(false);
  });
});
