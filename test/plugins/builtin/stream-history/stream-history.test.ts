import { describe, expect, it } from 'vitest';
import type { EngineEvent, StreamEndReason } from '../../../../src/events/event.js';
import history from '../../../../src/plugins/builtin/stream-history/index.js';
import type { HistoryEntry } from '../../../../src/plugins/builtin/stream-history/store.js';
import { memoryStorage } from '../../../../src/plugins/storage.js';
import type { PluginTest } from '../../../../src/testing/plugin-test.js';
import { testPlugin } from '../../../../src/testing/test-plugin.js';

const call = 'room:lobby';
const stream = (src: string, of: string | undefined = call) => ({
  graph: `graph of ${of}`,
  node: 'music',
  src,
  ...(of !== undefined && { call: of }),
});
const started = (src: string, of?: string, title?: string): EngineEvent => ({
  type: 'stream.started',
  ...stream(src, of),
  ...(title !== undefined && { title }),
});
const ended = (src: string, reason: StreamEndReason = 'finished', of?: string): EngineEvent => ({
  type: 'stream.ended',
  ...stream(src, of),
  reason,
  playedMs: 1000,
  ...(reason === 'failed' && { problem: { code: 'MEDIA_CORRUPT', message: 'It broke.', fix: '' } as never }),
});
const begin = (config: object = {}) => testPlugin(history, { config: { ...config } });
const list = (test: PluginTest<unknown>, payload: object = {}) =>
  test.send('list', { ...payload }) as Promise<{ total: number; entries: HistoryEntry[] }>;
const played = async (test: PluginTest<unknown>, src: string, of?: string) => {
  await test.emit(started(src, of));
  await test.advance(1000);
  await test.emit(ended(src, 'finished', of));
};

describe('stream-history', () => {
  it('remembers what was played, the newest first', async () => {
    const test = await begin();
    await test.emit(started('a.opus', call, 'A song'));
    await test.advance(2000);
    await test.emit(ended('a.opus'), started('b.opus'), ended('b.opus', 'failed'));
    const { total, entries } = await list(test);
    expect(total).toBe(2);
    expect(entries).toEqual([
      expect.objectContaining({ src: 'b.opus', title: null, reason: 'failed', problem: 'It broke.' }),
      {
        call,
        src: 'a.opus',
        title: 'A song',
        startedAtMs: Date.UTC(2026, 0, 1),
        endedAtMs: Date.UTC(2026, 0, 1) + 2000,
        playedMs: 1000,
        reason: 'finished',
        problem: null,
      },
    ]);
    await test.close();
  });

  it('pages, by call and over all', async () => {
    const test = await begin();
    for (let n = 0; n < 5; n++) {
      await played(test, `a${n}`, 'room:a');
      await played(test, `b${n}`, 'room:b/ä %');
    }
    await test.emit({ type: 'stream.started', graph: 'g', node: 'n', src: 'alone' });
    await test.emit({ type: 'stream.ended', graph: 'g', node: 'n', src: 'alone', reason: 'stopped', playedMs: 5 });
    const srcs = async (payload: object) => (await list(test, payload)).entries.map(({ src }) => src);
    expect(await srcs({ limit: 3 })).toEqual(['alone', 'b4', 'a4']);
    expect(await srcs({ offset: 3, limit: 3 })).toEqual(['b3', 'a3', 'b2']);
    expect(await srcs({ call: 'room:b/ä %', offset: 1, limit: 2 })).toEqual(['b3', 'b2']);
    expect(await srcs({ call: null })).toEqual(['alone']);
    expect(await srcs({ call: 'room:none' })).toEqual([]);
    expect(await test.send('chats', {})).toEqual([
      { call: 'room:a', entries: 5 },
      { call: 'room:b/ä %', entries: 5 },
      { call: null, entries: 1 },
    ]);
    await test.close();
  });

  it('forgets what is too many and too old', async () => {
    const test = await begin({ maxPerChat: 3, maxTotal: 5, maxDays: 1 });
    for (let n = 0; n < 6; n++) {
      await played(test, `a${n}`, 'room:a');
      await played(test, `b${n}`, 'room:b');
    }
    expect((await list(test)).entries.map(({ src }) => src)).toEqual(['b5', 'a5', 'b4', 'a4', 'b3']);
    expect(await test.storage.list()).toHaveLength(5);
    await test.advance(86_400_001);
    expect(await list(test)).toEqual({ total: 0, entries: [] });
    expect(await test.storage.list()).toEqual([]);
    await test.close();
  });

  it('is all there after kill -9; what was heard then was interrupted', async () => {
    const test = await begin();
    await played(test, 'a');
    await test.emit(started('b', call, 'Bee'));
    await test.kill(60_000);
    expect((await list(test)).entries).toEqual([
      {
        call,
        src: 'b',
        title: 'Bee',
        startedAtMs: Date.UTC(2026, 0, 1) + 1000,
        endedAtMs: null,
        playedMs: null,
        reason: 'interrupted',
        problem: null,
      },
      expect.objectContaining({ src: 'a', reason: 'finished' }),
    ]);
    await played(test, 'c');
    await test.restart(1000);
    expect((await list(test)).entries.map(({ src }) => src)).toEqual(['c', 'b', 'a']);
    await test.close();
  });

  it('forgets when it is asked to', async () => {
    const test = await begin();
    await played(test, 'a', 'room:a');
    await played(test, 'b', 'room:b');
    expect(await test.send('clear', { call: 'room:a' })).toEqual({ removed: 1 });
    expect((await list(test)).entries.map(({ src }) => src)).toEqual(['b']);
    expect(await test.send('clear', {})).toEqual({ removed: 1 });
    expect(await test.storage.list()).toEqual([]);
    await test.close();
  });

  it('keeps no passwords of addresses', async () => {
    const test = await begin();
    await played(test, 'https://me:secret@x.example/a?token=abc&x=1');
    expect(JSON.stringify(await list(test))).not.toMatch(/secret|abc/);
    await test.close();
  });

  it('reads around an entry that is broken', async () => {
    const storage = memoryStorage();
    const test = await testPlugin(history, { storage });
    await played(test, 'a');
    await played(test, 'b');
    const [key] = await test.storage.list('over/');
    await test.storage.set(key!, { wrong: true });
    expect(await list(test)).toMatchObject({ total: 2, entries: [{ src: 'b' }] });
    expect(test.told.map(({ data }) => data['level'])).toEqual(['warn']);
    await test.close();
  });
});
