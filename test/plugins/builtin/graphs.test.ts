import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPluginLoader } from '../../../src/plugins/loader/plugin-loader.js';
import type { Report } from '../../../src/plugins/builtin/statistics/report.js';
import type { MusicState } from '../../../src/plugins/builtin/music-queue/state.js';
import { memoryStorage, type StorageBackend } from '../../../src/plugins/storage.js';
import { sine } from '../../nodes/support/signals.js';
import { writeWav } from '../../nodes/support/media.js';
import { lab } from '../lab.js';

const folder = mkdtempSync(join(tmpdir(), 'voxgraph-bot-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const call = 'room:lobby';
const SECOND = 48_000;

beforeAll(async () => {
  for (const [name, seconds] of [
    ['one', 2],
    ['two', 2],
    ['three', 2],
    ['long', 30],
  ] as const)
    await writeWav(join(folder, `${name}.wav`), [sine(seconds * SECOND, 200, 0.3)]);
});

/** The shipped bot in a room, in virtual time. */
async function bot(storage: StorageBackend = memoryStorage(), nowMs = Date.UTC(2026, 0, 1)) {
  const world = lab({ loader: createPluginLoader(), storage, nowMs: () => nowMs + world.scheduler.nowUs() / 1000 });
  const { engine, scheduler, of } = world;
  const session = await engine.run('graphs/music-bot.json', { call, params: { folder } });
  await scheduler.play(100);
  const say = async (text: string, id = 'ann') => {
    await engine.say(call, text, { id, name: id });
    await scheduler.play(100);
  };
  const wait = async <T>(work: Promise<T>): Promise<T> => {
    await scheduler.play(100);
    return work;
  };
  return {
    ...world,
    session,
    say,
    queue: () => world.state(`music-queue@${call}`) as MusicState,
    said: () => of('message.sent').map(({ text, to }) => (to === undefined ? text : `${to}: ${text}`)),
    streams: () =>
      of('stream.ended').map(
        ({ src, reason, playedMs }) => `${src.split('/').at(-1)} ${reason} ${Math.round(playedMs / 100) / 10}`,
      ),
    send: (plugin: string, message: string, payload: object = {}) => wait(engine.send(plugin, message, payload)),
    close: async () => {
      await session.stop();
      await engine.close();
    },
    problems: () =>
      world.events.flatMap((event) => ('problem' in event && event.problem ? [`${event.type} ${event.problem.message}`] : [])),
  };
}

describe('graphs/music-bot.json', () => {
  it('plays what people ask for, without a gap, and remembers it', async () => {
    const test = await bot();
    await test.say('/play one.wav');
    await test.say('/play two.wav', 'bob');
    await test.say('/play three.wav');
    await test.scheduler.play(1000);
    await test.say('/queue');
    await test.scheduler.play(7000);
    expect(test.streams()).toEqual(['one.wav finished 2', 'two.wav finished 2', 'three.wav finished 2']);
    // Six seconds in all: each begins in the tick after the one before has ended.
    expect(test.of('stream.ended')[2]!.atMs - test.of('stream.started')[0]!.atMs).toBe(6000 - 20);
    expect(test.said()).toEqual([
      'Now: one.',
      'Added two, place 1.',
      'Added three, place 2.',
      expect.stringMatching(/^one, asked for by ann: 0:0\d of 0:02\n1. two, asked for by bob\n2. three, asked for by ann$/),
      'Now: two.',
      'Now: three.',
    ]);
    expect(await test.send('stream-history', 'list')).toMatchObject({
      total: 3,
      entries: [{ call, reason: 'finished' }, { playedMs: 2000 }, { src: expect.stringContaining('one.wav') as string }],
    });
    const { total } = (await test.send('statistics', 'report')) as Report;
    expect(total).toMatchObject({
      calls: { started: 1, open: 1 },
      streams: { started: 3, finished: 3, totalMs: 6000 },
      users: { unique: 2, exact: true },
      messages: 4,
    });
    expect(test.problems()).toEqual([]);
    await test.close();
  });

  it('skips, stops, goes on and passes over what is not there', async () => {
    const test = await bot();
    for (const name of ['long', 'gone', 'one', 'two']) await test.say(`/play ${name}.wav`);
    await test.say('/skip');
    await test.scheduler.play(1000);
    await test.say('/stop');
    await test.scheduler.play(3000);
    expect(test.streams()).toEqual([expect.stringMatching(/^long.wav skipped/), expect.stringMatching(/^one.wav stopped/)]);
    await test.say('/resume');
    await test.scheduler.play(6000);
    expect(test.streams().slice(2)).toEqual(['one.wav finished 2', 'two.wav finished 2']);
    // Where the files are is nobody's business.
    expect(test.said()).toContain('Passed over gone: there is no such file.');
    await test.close();
  });

  it('goes on after the process was killed, where it was', async () => {
    const storage = memoryStorage();
    // What is stored after the kill is lost.
    let dead = false;
    const mortal: StorageBackend = {
      ...storage,
      set: (...args) => (dead ? Promise.resolve() : storage.set(...args)),
      delete: (...args) => (dead ? Promise.resolve(false) : storage.delete(...args)),
      close: async () => {},
    };
    const first = await bot(mortal);
    for (const name of ['long', 'one']) await first.say(`/play ${name}.wav`);
    await first.scheduler.play(21_500);
    dead = true;
    const before = first.queue().queues[call]!;
    const second = await bot(storage, Date.UTC(2026, 0, 2));
    await second.scheduler.play(500);
    const after = second.queue().queues[call]!;
    expect(after.window).toEqual(before.window);
    const now = (await second.send('music-queue', 'nowPlaying')) as { positionMs: number; track: { title: string } };
    expect(now.track.title).toBe('long');
    // At most so much is heard twice: how often the place is noted, and how long a state may wait to be saved.
    expect(now.positionMs).toBeGreaterThan(21_500 - 10_000 - 1000);
    expect(now.positionMs).toBeLessThan(22_500);
    await second.scheduler.play(25_000);
    expect(second.streams()).toEqual([expect.stringMatching(/^long.wav finished/), 'one.wav finished 2']);
    const { total } = (await second.send('statistics', 'report')) as Report;
    expect(total.calls).toMatchObject({ started: 2, interrupted: 1, open: 1 });
    expect(total.streams).toMatchObject({ interrupted: 1, finished: 2 });
    expect(await second.send('stream-history', 'list')).toMatchObject({
      entries: [{ reason: 'finished' }, { reason: 'finished' }, { reason: 'interrupted', endedAtMs: null }],
    });
    await second.close();
    await first.close();
  });

  it('follows other commands: play, pause and skip of the call', async () => {
    const test = await bot();
    await test.say('/play long.wav');
    await test.scheduler.play(500);
    const run = async (command: Parameters<typeof test.engine.execute>[0]) => {
      const done = test.engine.execute(command);
      await test.scheduler.play(200);
      await done;
    };
    await run({ type: 'call.play', call, src: join(folder, 'one.wav') });
    expect(await test.send('music-queue', 'nowPlaying')).toMatchObject({ track: { title: 'one' }, status: 'playing' });
    await run({ type: 'call.pause', call });
    expect(await test.send('music-queue', 'nowPlaying')).toMatchObject({ status: 'paused' });
    await run({ type: 'call.resume', call });
    await run({ type: 'call.skip', call });
    expect(await test.send('music-queue', 'nowPlaying')).toMatchObject({ track: null, status: 'idle' });
    expect(test.problems()).toEqual([]);
    await test.close();
  });
});

describe('graphs/moderated-room.json', () => {
  it('bans, and answers to messages', async () => {
    const { engine, scheduler, state } = lab({ loader: createPluginLoader() });
    const session = await engine.run('graphs/moderated-room.json', { call, params: { maxParticipants: 2 } });
    await scheduler.play(100);
    const answer = engine.send('auto-moderator', 'ban', { id: 'eve', reason: 'noise' });
    await scheduler.play(100);
    expect(await answer).toEqual({ banned: true });
    expect(state(`auto-moderator@${call}`)).toMatchObject({ bans: { eve: { reason: 'noise', by: '(outside)' } } });
    await session.stop();
    await engine.close();
  });
});
