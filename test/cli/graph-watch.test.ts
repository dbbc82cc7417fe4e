import { mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchFile } from '../../src/cli/graph-watch.js';
import { createRealtimeScheduler } from '../../src/time/realtime.js';
import { timerWaker } from '../../src/time/timer-waker.js';

const scheduler = createRealtimeScheduler({ waker: timerWaker });
let folder: string;
let file: string;
let told: string[];
let stop: () => void;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'voxgraph-watch-'));
  file = join(folder, 'graph.json');
  writeFileSync(file, 'first');
  told = [];
  stop = watchFile(file, scheduler, { changed: (text) => void told.push(text), lost: () => void told.push('(lost)') });
});
afterEach(() => {
  stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Until that was told; a real file system says when. */
const until = (wanted: readonly string[]) => vi.waitFor(() => expect(told).toEqual(wanted), { timeout: 10_000, interval: 20 });

it('tells a file that was written, once', async () => {
  writeFileSync(file, 'second');
  await until(['second']);
  // The same text again is no news, and another file is nobody's.
  writeFileSync(file, 'second');
  writeFileSync(join(folder, 'other.json'), 'other');
  writeFileSync(file, 'third');
  await until(['second', 'third']);
});

it('tells a file that another was renamed over, again and again', async () => {
  for (const [k, text] of ['a', 'b', 'c'].entries()) {
    const fresh = join(folder, `.graph.json.${k}`);
    writeFileSync(fresh, text);
    renameSync(fresh, file);
    await until(['a', 'b', 'c'].slice(0, k + 1));
  }
});

it('waits until a file that is written in pieces is whole', async () => {
  writeFileSync(file, '');
  for (const piece of ['{', '"ver', 'sion": 1', '}']) {
    await new Promise((resolve) => scheduler.after(10, () => resolve(undefined)));
    writeFileSync(file, piece, { flag: 'a' });
  }
  await vi.waitFor(() => expect(told.at(-1)).toBe('{"version": 1}'), { timeout: 10_000, interval: 20 });
});

it('is patient with a file that is away for a moment, and tells when it stays away', async () => {
  unlinkSync(file);
  writeFileSync(file, 'back');
  await until(['back']);
  unlinkSync(file);
  await until(['back', '(lost)']);
  writeFileSync(file, 'again');
  await until(['back', '(lost)', 'again']);
});
