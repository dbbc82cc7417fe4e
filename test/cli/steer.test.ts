import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clock, parsePosition } from '../../src/cli/player-words.js';
import { sine, writeSignal } from '../support/media-fixtures.js';
import { child, type Child } from './support/child.js';
import { cliIn } from './support/cli.js';

let folder: string;
const before = process.env['XDG_RUNTIME_DIR'];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'voxgraph-steer-'));
  process.env['XDG_RUNTIME_DIR'] = folder;
  process.env['VOXGRAPH_DATA'] = join(folder, 'data');
  for (const name of ['one.wav', 'two.wav', 'three.wav']) await writeSignal(join(folder, name), sine(440), 48_000 * 30);
  const graph = (music: object) => ({
    version: 1,
    title: 'Evening',
    nodes: {
      music,
      volume: { type: 'effect.gain', in: { audio: 'music' } },
      opus: { type: 'encode.opus', in: { audio: 'volume' } },
      call: { type: 'sink.call', in: { audio: 'opus' } },
    },
  });
  const save = (name: string, music: object) => writeFileSync(join(folder, name), JSON.stringify(graph(music)));
  save('queue.json', { type: 'source.queue', options: { tracks: ['one.wav', 'two.wav'] } });
  save('file.json', { type: 'source.file', options: { src: 'one.wav', loop: true } });
});
afterAll(() => {
  if (before === undefined) delete process.env['XDG_RUNTIME_DIR'];
  else process.env['XDG_RUNTIME_DIR'] = before;
  delete process.env['VOXGRAPH_DATA'];
  rmSync(folder, { recursive: true, force: true });
});

const running: Child[] = [];
afterEach(async () => {
  for (const run of running.splice(0)) {
    run.process.kill('SIGKILL');
    await run.exited;
  }
});

async function start(...args: string[]) {
  const run = child(folder, 'run', ...args, '--port', '0');
  running.push(run);
  const [, origin = ''] = await run.said(/(http:\/\/127\.0\.0\.1:\d+)\/console\//);
  return { ...run, origin };
}

const cli = (...args: string[]) => cliIn(folder, args);

interface Shown {
  readonly status: string;
  readonly src: string;
  readonly positionMs: number;
  readonly durationMs: number;
  readonly gainDb: number;
}
const word = async (...args: string[]): Promise<Shown> => {
  const { out, err, code } = await cli(...args, '--json');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as Shown;
};
const status = async () => {
  const { out } = await cli('status', '--json');
  const [{ calls }] = JSON.parse(out) as [{ calls: { call: string; state: { selfMuted: boolean }; players: Shown[] }[] }];
  return { ...calls[0]!.players[0]!, muted: calls[0]!.state.selfMuted };
};

describe('words for a running engine', () => {
  it('find it by themselves and steer a queue; what they show is so', { timeout: 60_000 }, async () => {
    const run = await start('queue.json');
    const [name = ''] = readdirSync(join(folder, 'voxgraph'));
    const file = join(folder, 'voxgraph', name);
    expect([name, statSync(file).mode & 0o777]).toEqual([`${run.process.pid}.json`, 0o600]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ url: run.origin, calls: ['room:lobby'] });
    // One that was killed, and rubbish: both are gone when they were looked at.
    writeFileSync(join(folder, 'voxgraph', '999999999.json'), readFileSync(file, 'utf8').replace(/"pid":\d+/, '"pid":999999999'));
    writeFileSync(join(folder, 'voxgraph', '7.json'), '{');

    const paused = await word('pause');
    expect(paused).toMatchObject({ status: 'paused', src: 'one.wav', durationMs: 30_000 });
    expect((await status()).positionMs).toBe(paused.positionMs);
    expect(readdirSync(join(folder, 'voxgraph'))).toEqual([name]);
    expect(await word('seek', '0:12.5')).toMatchObject({ status: 'paused', positionMs: 12_500 });
    expect(await word('seek', '+5')).toMatchObject({ positionMs: 17_500 });
    expect(await word('seek', '-2.5')).toMatchObject({ positionMs: 15_000 });
    expect((await cli('status')).out).toMatch(
      /^room:lobby {2}live {2}Evening\n {2}paused {2}0:15 \/ 0:30 {2}one\.wav {2}1 of 2 {2}volume 100 %\n$/,
    );
    const from = performance.now();
    const resumed = await word('resume');
    expect(resumed.status).toBe('playing');
    await expect.poll(async () => (await status()).positionMs).toBeGreaterThan(15_300);
    const { positionMs } = await status();
    expect(positionMs - 15_000).toBeLessThanOrEqual(performance.now() - from + 100);
    expect(await word('skip')).toMatchObject({ status: 'playing', src: 'two.wav' });
    expect((await status()).positionMs).toBeLessThan(10_000);
    expect(await word('volume', '50')).toMatchObject({ gainDb: -6.02 });
    expect(await word('volume', '-12dB')).toMatchObject({ gainDb: -12 });
    await cli('mute');
    expect(await status()).toMatchObject({ muted: true });
    await cli('unmute');
    expect(await status()).toMatchObject({ muted: false });
    expect((await cli('queue', 'three.wav')).out).toMatch(/two\.wav.*\n {2}1\. three\.wav\n$/);
    // What lies in the folder of who asks is meant, wherever the engine looks.
    const last = async () => {
      const { out } = await cli('status', '--json');
      const [{ calls }] = JSON.parse(out) as [{ calls: { players: { queue: { tracks: Shown[] } }[] }[] }];
      return calls[0]!.players[0]!.queue.tracks.at(-1)!.src;
    };
    await expect.poll(last).toBe(join(folder, 'three.wav'));
    expect(await word('play', 'one.wav')).toMatchObject({ status: 'playing', src: join(folder, 'one.wav') });
    expect(await word('stop')).toMatchObject({ status: 'paused', positionMs: 0 });

    expect((await cli('seek', '9:00')).err).toMatch(/the track is only 30 s long/);
    expect((await cli('seek', 'soon')).code).toBe(2);
    expect((await cli('volume', '900')).code).toBe(2);
    expect((await cli('pause', '--call', 'room:hall')).err).toContain('no open call has the id "room:hall"');
    expect(await cli('play', 'missing.wav')).toMatchObject({
      code: 1,
      err: expect.stringContaining('"missing.wav" cannot be played') as string,
    });
    expect((await cli('leave')).out).toContain('Left room:lobby');
    expect(await run.exited).toBe(0);
    expect(existsSync(file)).toBe(false);
    expect(await cli('pause')).toMatchObject({ code: 3, err: expect.stringContaining('no running voxgraph answers') as string });
  });

  it('ask which engine and which call are meant, where there are several', { timeout: 60_000 }, async () => {
    await start('file.json', '--call', 'room:hall', '--call', 'room:kitchen');
    const two = await start('queue.json', '--call', 'room:attic', '--token', 'secret', '--admin-token', 'of-the-house');
    expect(await cli('pause')).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /several engines run: .*file\.json in room:hall, room:kitchen.*queue\.json in room:attic/,
      ) as string,
    });
    expect((await word('pause', '--call', 'room:kitchen')).status).toBe('paused');
    expect((await word('volume', '--call', 'room:hall')).status).toBe('playing');
    expect((await cli('pause', '--call', 'room:attic')).err).toMatch(/token/);
    writeFileSync(join(folder, 'token'), 'of-the-house\n');
    expect((await word('pause', '--call', 'room:attic', '--token-file', 'token')).status).toBe('paused');
    expect(
      JSON.stringify(readdirSync(join(folder, 'voxgraph')).map((name) => readFileSync(join(folder, 'voxgraph', name), 'utf8'))),
    ).not.toMatch(/secret|of-the-house/);
    running.splice(running.indexOf(running.find(({ process }) => process === two.process)!), 1);
    two.process.kill('SIGINT');
    expect(await two.exited).toBe(0);
    expect(await cli('skip')).toMatchObject({
      code: 2,
      err: expect.stringContaining('several calls are open: room:hall, room:kitchen') as string,
    });
    const { out } = await cli('calls');
    expect(out).toMatch(/^room:hall {5}live {8}Evening .*\nroom:kitchen {2}live/);
    expect((await cli('raise-hand', '--call', 'room:hall')).err).toContain('it is for calls of Telegram');
    expect((await cli('queue', '--call', 'room:hall')).err).toContain('"music" plays one recording');
  });
});

describe('positions', () => {
  it('are written and read as people do', () => {
    expect([0, 59_999, 83_000, 3_723_000].map(clock)).toEqual(['0:00', '0:59', '1:23', '1:02:03']);
    const read = (given: string) => parsePosition(given);
    expect(['1:23', '1:02:03', '83', '83.5', '+10', '-1:00'].map((given) => [read(given).ms, read(given).relative])).toEqual([
      [83_000, false],
      [3_723_000, false],
      [83_000, false],
      [83_500, false],
      [10_000, true],
      [-60_000, true],
    ]);
    for (const wrong of ['', '1:60', '1:99:00', 'x', '1:2:3:4', '1:-2']) expect(() => read(wrong)).toThrow();
  });
});

describe('a run that was killed', () => {
  const left = () =>
    readdirSync(join(folder, 'data', 'calls')).filter((name) => name.endsWith('.json') && !/hall|kitchen|attic/.test(name));

  it(
    'goes on where it was: track, position, volume, mute, pause; what ends in order leaves nothing',
    { timeout: 60_000 },
    async () => {
      const killed = async (run: Child) => {
        run.process.kill('SIGKILL');
        await run.exited;
        running.splice(0);
      };
      const first = await start('queue.json');
      await word('skip');
      await cli('queue', 'three.wav');
      await word('volume', '25');
      await cli('mute');
      await word('pause');
      await word('seek', '0:11');
      const [name = ''] = await until(left, (names) => names.length === 1);
      const file = join(folder, 'data', 'calls', name);
      const text = () => readFileSync(file, 'utf8');
      await until(
        text,
        (now) =>
          now.includes('"playing":false') &&
          now.includes('"positionMs":11000') &&
          now.includes('"muted":true') &&
          now.includes('three.wav'),
      );
      expect(statSync(file).mode & 0o777).toBe(0o600);
      await killed(first);

      const second = await start('queue.json');
      expect(second.text()).toMatch(/room:lobby goes on where a run that was killed was \d+ s ago/);
      const now = await until(status, (shown) => shown.status !== 'loading');
      expect(now).toMatchObject({ status: 'paused', src: 'two.wav', gainDb: -12.04, muted: true });
      expect(Math.abs(now.positionMs - 11_000)).toBeLessThan(50);
      expect((await cli('queue')).out).toContain('1. three.wav');
      await word('resume');
      const { positionMs } = await until(status, (shown) => shown.positionMs > now.positionMs + 2500);
      await killed(second);

      const third = await start('queue.json');
      const again = await until(status, (shown) => shown.status !== 'loading');
      expect(again).toMatchObject({ status: 'playing', src: 'two.wav' });
      // About a second is heard again; a busy machine stores a little later.
      expect(again.positionMs).toBeGreaterThan(positionMs - 2500);
      third.process.kill('SIGINT');
      expect(await third.exited).toBe(0);
      running.splice(0);
      expect(left()).toEqual([]);
      const fourth = await start('queue.json');
      expect(fourth.text()).not.toContain('goes on');
      await expect.poll(status).toMatchObject({ src: 'one.wav', gainDb: 0, muted: false });
    },
  );

  it('begins anew with --fresh, and where what it left is damaged, which is kept', { timeout: 60_000 }, async () => {
    const first = await start('file.json', '--call', 'room:den');
    await word('play', 'two.wav');
    await word('seek', '0:20');
    const [name = ''] = await until(left, (names) => names.some((one) => one.includes('den')));
    const file = join(folder, 'data', 'calls', left().find((one) => one.includes('den')) ?? name);
    await until(
      () => readFileSync(file, 'utf8'),
      (text) => /two\.wav/.test(text) && /"positionMs":2\d{4}/.test(text),
    );
    first.process.kill('SIGKILL');
    await first.exited;
    running.splice(0);
    const good = readFileSync(file, 'utf8');
    const second = await start('file.json', '--call', 'room:den');
    await expect.poll(status).toMatchObject({ status: 'playing', src: join(folder, 'two.wav') });
    expect((await status()).positionMs).toBeGreaterThan(19_000);
    second.process.kill('SIGINT');
    await second.exited;
    running.splice(0);
    writeFileSync(file, good.slice(0, -40));
    const third = await start('file.json', '--call', 'room:den');
    expect(third.text()).toMatch(/what an earlier run left of the call room:den cannot be used: .*kept as .*\.set-aside/);
    expect(readFileSync(file.replace('.json', '.set-aside'), 'utf8')).toBe(good.slice(0, -40));
    expect(await status()).toMatchObject({ src: 'one.wav' });
    third.process.kill('SIGKILL');
    await third.exited;
    running.splice(0);
    writeFileSync(file, good);
    const fourth = await start('file.json', '--call', 'room:den', '--fresh');
    expect(fourth.text()).not.toContain('goes on');
    expect(await status()).toMatchObject({ src: 'one.wav' });
  });
});

async function until<T>(read: () => T | Promise<T>, is: (value: T) => boolean): Promise<T> {
  let last: T | undefined;
  await expect
    .poll(async () => {
      try {
        last = await read();
        return is(last);
      } catch {
        return false;
      }
    })
    .toBe(true);
  return last!;
}
