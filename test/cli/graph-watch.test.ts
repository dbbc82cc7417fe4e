import { appendFileSync, mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchFile, type WatchFolder } from '../../src/cli/graph-watch.js';
import { createVirtualScheduler } from '../../src/time/index.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'voxgraph-watch-'));
  file = join(folder, 'graph.json');
  writeFileSync(file, 'first');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A watched file, in virtual time. The test says when the system tells of a change, unless the system's own watch is asked for. */
function watched(folders?: 'of the system') {
  const scheduler = createVirtualScheduler();
  const told: string[] = [];
  let touch: Parameters<WatchFolder>[1] | undefined;
  const listener = { changed: (text: string) => void told.push(text), lost: () => void told.push('(lost)') };
  const stop = folders
    ? watchFile(file, scheduler, listener)
    : watchFile(file, scheduler, listener, (_, given) => {
        touch = given;
        return () => void (touch = undefined);
      });
  return {
    told,
    stop,
    scheduler,
    touched: (name: string | null = 'graph.json') => touch?.touched(name),
    failed: () => touch?.failed(),
    /** The file is another one, and the system says so. */
    write: (text: string) => {
      writeFileSync(file, text);
      touch?.touched('graph.json');
    },
    play: (ms: number) => scheduler.play(ms),
  };
}

describe('a watched file', () => {
  it('is told once it stands still, once, and only if it differs', async () => {
    const test = watched();
    test.write('second');
    await test.play(190);
    expect(test.told).toEqual([]);
    await test.play(20);
    expect(test.told).toEqual(['second']);
    test.write('second');
    await test.play(1000);
    writeFileSync(join(folder, 'other.json'), 'other');
    test.touched('other.json');
    await test.play(1000);
    expect(test.told).toEqual(['second']);
    test.write('third');
    // Some systems do not say which file of the folder it was.
    test.touched(null);
    await test.play(1000);
    expect(test.told).toEqual(['second', 'third']);
    test.stop();
  });

  it('is whole before it is told, though it is written in pieces', async () => {
    const test = watched();
    test.write('');
    for (const piece of ['{', '"ver', 'sion": 1', '}']) {
      await test.play(90);
      appendFileSync(file, piece);
      test.touched();
    }
    await test.play(1000);
    expect(test.told).toEqual(['{"version": 1}']);
    test.stop();
  });

  it('may be away for a moment; when it stays away that is told, and its return too', async () => {
    const test = watched();
    unlinkSync(file);
    test.touched();
    await test.play(900);
    writeFileSync(file, 'back');
    await test.play(1000);
    expect(test.told).toEqual(['back']);
    unlinkSync(file);
    test.touched();
    await test.play(990);
    expect(test.told).toEqual(['back']);
    await test.play(20);
    expect(test.told).toEqual(['back', '(lost)']);
    test.write('back');
    await test.play(300);
    expect(test.told).toEqual(['back', '(lost)', 'back']);
    test.failed();
    expect(test.told.at(-1)).toBe('(lost)');
    test.stop();
  });

  it('is told no more once that was ended', async () => {
    const test = watched();
    test.write('second');
    test.stop();
    await test.play(1000);
    expect(test.told).toEqual([]);
    expect(test.scheduler.flush()).toBe(0);
  });
});

it('the system tells of a file that is written, and of one that another is renamed over', { timeout: 60_000 }, async () => {
  const test = watched('of the system');
  /** The system says when; ours is only to look. */
  const until = async (text: string) => {
    while (test.told.at(-1) !== text) {
      await new Promise((resolve) => setImmediate(resolve));
      await test.play(100);
    }
  };
  writeFileSync(file, 'written');
  await until('written');
  for (const [k, text] of ['a', 'b', 'c'].entries()) {
    const fresh = join(folder, `.graph.json.${k}`);
    writeFileSync(fresh, text);
    renameSync(fresh, file);
    await until(text);
  }
  expect(test.told).toEqual(['written', 'a', 'b', 'c']);
  test.stop();
});
