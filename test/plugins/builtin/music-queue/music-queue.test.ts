import { describe, expect, it } from 'vitest';
import { CALL, MusicRig } from './rig.js';

/** A second and a half of one value, so that what is heard tells which track it is. */
const second = (value: number, ticks = 50) => ({ samples: new Float32Array(960 * ticks).fill(value) });
const tracks = {
  'a.wav': second(0.1),
  'b.wav': second(0.2),
  'c.wav': second(0.3),
  'd.wav': second(0.4),
  'e.wav': second(0.5),
  'long.wav': second(0.6, 500),
  'broken.wav': { ...second(0), broken: true },
  'worse.wav': { ...second(0), broken: true },
  'cut.wav': { ...second(0.7), failsAt: 960 * 10 },
};
const names: Record<number, string> = { 0: '-', 1: 'a', 2: 'b', 3: 'c', 4: 'd', 5: 'e', 6: 'L', 7: 'x' };
/** Which tracks were heard, in order, each run once; `-` is silence. Fades between two are left out. */
const heard = ({ stage }: MusicRig, from = 0): string =>
  stage.frames
    .slice(from)
    .filter((frame) => frame.every((sample) => sample === frame[0]))
    .map((frame) => names[Math.round(frame[0]! * 10)]!)
    .filter((name, i, all) => name !== all[i - 1])
    .join('');
const rig = (config: object = {}, nodeOptions: object = {}) => new MusicRig(tracks, config, nodeOptions);
const add = (music: MusicRig, ...srcs: string[]) => music.send('add', { tracks: srcs.map((src) => ({ src: `${src}.wav` })) });
const lasting = async (music: MusicRig, ticks: number) => {
  await music.run(ticks);
  expect(music.faults).toEqual([]);
};

describe('music-queue: playing', () => {
  it('plays what is added, one after the other without a gap', async () => {
    const music = rig();
    await music.run(5);
    expect(add(music, 'a', 'b', 'c')).toMatchObject({ text: 'Now: 3 tracks.', tracks: [{ src: 'a.wav', place: 0 }, {}, {}] });
    await lasting(music, 160);
    expect(heard(music)).toBe('-abc-');
    // Each of 50 frames, to the frame, and nothing between.
    const sounding = music.stage.frames.map((frame) => frame[959]! > 0.05);
    expect(sounding.lastIndexOf(true) - sounding.indexOf(true)).toBe(149);
    expect(music.queue.history.map(({ src, reason }) => `${src} ${reason}`)).toEqual([
      'a.wav finished',
      'b.wav finished',
      'c.wav finished',
    ]);
    expect(music.current).toBeUndefined();
    expect(music.stage.counters).toEqual({});
  });

  it('plays again after it was through', async () => {
    const music = rig();
    add(music, 'a');
    await music.run(80);
    add(music, 'b');
    await lasting(music, 80);
    expect(heard(music)).toBe('-a-b-'.slice(heard(music).startsWith('-') ? 0 : 1));
  });

  it('skips to the next, which begins at once', async () => {
    const music = rig();
    add(music, 'a', 'b', 'c');
    await music.run(10);
    expect(music.send('next')).toMatchObject({ text: 'Now: b.' });
    await lasting(music, 5);
    expect(music.current).toBe('b.wav');
    await lasting(music, 120);
    expect(heard(music)).toMatch(/^-?abc-$/);
    expect(music.queue.history.map(({ reason }) => reason)).toEqual(['skipped', 'finished', 'finished']);
  });

  it('does not skip two tracks when a track ends by itself as somebody skips it', async () => {
    for (let ticks = 44; ticks < 60; ticks++) {
      const music = rig();
      music.delay = 3;
      add(music, 'a', 'b', 'c');
      await music.run(ticks);
      const before = music.current;
      const { id } = (music.send('nowPlaying') as { track: { id: string } }).track;
      music.send('next', { of: id });
      await lasting(music, 10);
      expect([before, music.current]).toEqual(before === 'a.wav' ? ['a.wav', 'b.wav'] : ['b.wav', 'c.wav']);
      await lasting(music, 200);
      expect(heard(music)).toMatch(/^-?abc-$/);
      const played = music.queue.history.map(({ src }) => src);
      expect(played).toEqual([...new Set(played)]);
    }
  });

  it('refuses to skip a track that is over already', async () => {
    const music = rig();
    add(music, 'a', 'b');
    const { id } = (music.send('nowPlaying') as { track: { id: string } }).track;
    await music.run(60);
    expect(music.send('next', { of: id })).toContain('That track is over already.');
    expect(music.current).toBe('b.wav');
  });

  it('counts each end once, though it is told twice', async () => {
    const music = rig();
    add(music, 'a', 'b', 'c');
    await music.run(60);
    const end = music.events.find((event) => event.type === 'node.told' && event.what === 'track.ended')!;
    music.tell(end);
    music.tell(end);
    expect(music.current).toBe('b.wav');
    expect(music.queue.history).toHaveLength(1);
  });

  it('goes on only when a track ended by itself: stop stays stopped, and resumes from the beginning of the track', async () => {
    const music = rig();
    add(music, 'a', 'b');
    await music.run(20);
    expect(music.send('stop')).toMatchObject({ text: 'Stopped.' });
    await lasting(music, 100);
    expect(heard(music)).toMatch(/^-?a-$/);
    expect(music.send('nowPlaying')).toMatchObject({ status: 'stopped', positionMs: 0, track: { src: 'a.wav' } });
    music.send('resume');
    await lasting(music, 120);
    expect(heard(music)).toMatch(/^-?a-ab-$/);
    expect(music.queue.history.map(({ src }) => src)).toEqual(['a.wav', 'b.wav']);
  });

  it('pauses, and goes on where it was', async () => {
    const music = rig();
    add(music, 'a', 'b');
    await music.run(30);
    music.send('pause');
    await music.run(100);
    const paused = music.send('nowPlaying') as { positionMs: number; status: string };
    expect(paused.status).toBe('paused');
    expect(paused.positionMs).toBeGreaterThan(500);
    expect(paused.positionMs).toBeLessThan(620);
    expect(music.send('pause')).toContain('Nothing plays.');
    music.send('resume');
    await lasting(music, 30);
    expect(music.current).toBe('b.wav');
  });

  it('tells the progress between two reports', async () => {
    const music = rig();
    add(music, 'long');
    await lasting(music, 200);
    const { positionMs, durationMs } = music.send('nowPlaying') as { positionMs: number; durationMs: number };
    expect(durationMs).toBe(10_000);
    expect(Math.abs(positionMs - 200 * 20)).toBeLessThan(100);
    music.send('seek', { positionMs: 8000 });
    await lasting(music, 10);
    expect(Math.abs((music.send('nowPlaying') as { positionMs: number }).positionMs - 8200)).toBeLessThan(100);
    expect(music.send('seek', { positionMs: 10_000 })).toContain('not as long');
    await lasting(music, 95);
    expect(music.current).toBeUndefined();
  });
});

describe('music-queue: the order', () => {
  it('goes back, jumps, moves and removes', async () => {
    const music = rig();
    add(music, 'a', 'b', 'c', 'd', 'e');
    await music.run(10);
    music.send('jump', { place: 2 });
    await lasting(music, 10);
    expect([music.current, ...music.waiting]).toEqual(['c.wav', 'd.wav', 'e.wav']);
    music.send('move', { place: 2, to: 1 });
    expect(music.waiting).toEqual(['e.wav', 'd.wav']);
    music.send('remove', { place: 2 });
    expect(music.waiting).toEqual(['e.wav']);
    expect(music.send('remove', { place: 2 })).toContain('No track waits at place 2.');
    music.send('previous');
    await lasting(music, 10);
    expect(music.current).toBe('a.wav');
    await lasting(music, 250);
    expect(heard(music)).toMatch(/^-?acabce-$/);
  });

  it('removes the current track: the next begins', async () => {
    const music = rig();
    add(music, 'a', 'b');
    await music.run(10);
    const { id } = (music.send('nowPlaying') as { track: { id: string } }).track;
    music.send('remove', { id });
    await lasting(music, 80);
    expect(heard(music)).toMatch(/^-?ab-$/);
  });

  it('puts tracks next and at a place', async () => {
    const music = rig();
    add(music, 'a', 'b', 'c');
    music.send('add', { src: 'd.wav', at: 'next' });
    music.send('add', { src: 'e.wav', at: 3 });
    expect(music.waiting).toEqual(['d.wav', 'b.wav', 'e.wav', 'c.wav']);
    await lasting(music, 260);
    expect(heard(music)).toMatch(/^-?adbec-$/);
  });

  it('repeats a track, and the queue, without a gap', async () => {
    const music = rig();
    add(music, 'a', 'b');
    music.send('repeat', { mode: 'track' });
    await lasting(music, 130);
    expect([music.current, music.queue.history.length]).toEqual(['a.wav', 2]);
    music.send('next');
    music.send('repeat', { mode: 'queue' });
    await lasting(music, 130);
    expect(heard(music)).toMatch(/^-?abab$/);
    expect(music.stage.counters).toEqual({});
    music.send('repeat', { mode: 'off' });
    await lasting(music, 100);
    expect(heard(music)).toMatch(/^-?abab-?$/);
  });

  it('shuffles what waits, and later tracks too when it is dynamic', () => {
    const music = rig({ seed: 5 });
    add(music, ...Array.from({ length: 20 }, (_, i) => `t${i}`));
    const before = music.waiting;
    music.send('shuffle');
    expect(music.waiting).not.toEqual(before);
    expect(music.waiting.toSorted()).toEqual(before.toSorted());
    expect(music.current).toBe('t0.wav');
    music.send('shuffle', { mode: 'dynamic' });
    for (const src of ['x', 'y', 'z']) add(music, src);
    expect(music.waiting.slice(-3)).not.toEqual(['x.wav', 'y.wav', 'z.wav']);
    music.send('shuffle', { mode: 'off' });
    expect(music.waiting).toEqual([...before, 'x.wav', 'y.wav', 'z.wav']);
  });

  it('clears what waits, and goes on with what plays', async () => {
    const music = rig();
    add(music, 'a', 'b', 'c');
    await music.run(10);
    expect(music.send('clear')).toMatchObject({ text: 'Removed 2 tracks.' });
    await lasting(music, 100);
    expect(heard(music)).toMatch(/^-?a-$/);
  });

  it('lists in pages', () => {
    const music = rig();
    add(music, 'a', 'b', 'c', 'd');
    expect(music.send('list', { offset: 1, limit: 1 })).toMatchObject({
      call: CALL,
      total: 3,
      track: { src: 'a.wav', title: 'a' },
      waiting: [{ src: 'c.wav', place: 2 }],
      repeat: 'off',
    });
  });
});

describe('music-queue: faults', () => {
  it('passes over what cannot be played, and says so', async () => {
    const music = rig();
    add(music, 'a', 'broken', 'b');
    await lasting(music, 120);
    expect(heard(music)).toMatch(/^-?ab-$/);
    expect(music.said).toEqual([expect.stringContaining('Passed over broken: ')]);
    expect(music.queue.history.find(({ src }) => src === 'broken.wav')).toMatchObject({
      reason: 'failed',
      problem: expect.stringContaining('broken.wav') as string,
    });
    expect(music.stage.counters).toEqual({});
  });

  it('passes over the broken one alone, though it steers the node within the very fact', async () => {
    const music = rig({}, { prefetchSec: 0 });
    music.delay = -1;
    add(music, 'long', 'broken', 'a', 'b');
    await music.run(5);
    music.send('next');
    await lasting(music, 20);
    expect([music.current, ...music.waiting]).toEqual(['a.wav', 'b.wav']);
    await lasting(music, 120);
    expect(heard(music)).toMatch(/^-?Lab-$/);
  });

  it('stops after so many in a row, even when it repeats', async () => {
    const music = rig({ failureLimit: 3, repeat: 'queue' });
    add(music, ...Array.from({ length: 40 }, () => 'broken'));
    await lasting(music, 200);
    expect(music.said.at(-1)).toBe('3 tracks in a row could not be played; the queue stands still.');
    expect(music.queue).toMatchObject({ halted: true, status: 'stopped' });
    expect(music.waiting.length).toBeGreaterThan(30);
    const tried = music.stage.events.filter(({ type }) => type === 'track.failed').length;
    expect(tried).toBeLessThanOrEqual(6);
    await lasting(music, 500);
    expect(music.stage.events.filter(({ type }) => type === 'track.failed')).toHaveLength(tried);
    // Somebody asks: it tries again.
    music.send('add', { src: 'a.wav', at: 'next' });
    music.send('jump', { place: 1 });
    await lasting(music, 30);
    expect(music.current).toBe('a.wav');
  });

  it('a track that breaks off soon counts as one that cannot be played, also when it repeats', async () => {
    const music = rig({ failureLimit: 2, repeat: 'track' });
    add(music, 'cut', 'cut');
    await lasting(music, 200);
    expect(music.stage.events.filter(({ reason }) => reason === 'failed')).toHaveLength(2);
    expect(music.queue).toMatchObject({ halted: true, status: 'stopped' });
  });

  it('passes over tracks that are too long', async () => {
    const music = rig({ maxTrackSec: 5 });
    music.send('add', { tracks: [{ src: 'long.wav' }, { src: 'a.wav' }], requester: { id: 'ann' } });
    await lasting(music, 80);
    expect(music.said).toEqual(['Passed over long: it is longer than 5 seconds.']);
    expect(heard(music).replace('L', '')).toMatch(/^-?a-$/);
  });

  it('gives the window again to a node that was made anew', async () => {
    const music = rig();
    add(music, 'a', 'long');
    await music.run(80);
    music.open();
    music.tell({
      type: 'node.told',
      graph: 'graph-1',
      node: 'music',
      what: 'queue.changed',
      data: { tracks: [], playing: true },
    });
    await lasting(music, 20);
    expect(heard(music)).toMatch(/^-?L$/);
  });
});

describe('music-queue: somebody steers the node itself', () => {
  it('follows, and takes over what was given to the node', async () => {
    const music = rig();
    add(music, 'a', 'b', 'c');
    await music.run(10);
    music.stage.command('next');
    await lasting(music, 5);
    expect(music.current).toBe('b.wav');
    music.stage.command('pause');
    await lasting(music, 5);
    expect(music.send('nowPlaying')).toMatchObject({ status: 'paused' });
    music.stage.command('play');
    await lasting(music, 5);
    expect(music.send('nowPlaying')).toMatchObject({ status: 'playing' });
    music.stage.command('add', { track: { src: 'd.wav', title: 'Dee' }, at: 'next' });
    music.stage.command('next');
    await lasting(music, 10);
    expect([music.current, ...music.waiting]).toEqual(['d.wav', 'c.wav']);
    await lasting(music, 120);
    expect(heard(music)).toMatch(/^-?ab-?bdc-$/);
  });

  it('takes over the tracks that the graph gave', async () => {
    const music = rig({}, { tracks: ['a.wav', 'b.wav'] });
    await lasting(music, 30);
    expect([music.current, ...music.waiting]).toEqual(['a.wav', 'b.wav']);
    music.send('next');
    await lasting(music, 80);
    expect(heard(music)).toMatch(/^-?ab-$/);
  });
});

describe('music-queue: saved and continued', () => {
  it('goes on where it was after kill -9', async () => {
    const music = rig();
    add(music, 'a', 'long', 'b');
    await music.run(150);
    music.stage.command('report');
    await music.run(2);
    music.restart();
    await lasting(music, 20);
    expect(music.current).toBe('long.wav');
    const { positionMs } = music.send('nowPlaying') as { positionMs: number };
    expect(Math.abs(positionMs - (152 - 50 + 20) * 20)).toBeLessThan(120);
    expect(music.waiting).toEqual(['b.wav']);
    await lasting(music, 480);
    expect(heard(music)).toMatch(/^-?Lb-$/);
    expect(music.queue.history.map(({ src }) => src)).toEqual(['a.wav', 'long.wav', 'b.wav']);
  });

  it('stays paused over a restart, without a sound', async () => {
    const music = rig();
    add(music, 'long');
    await music.run(50);
    music.send('pause');
    await music.run(5);
    music.restart();
    await lasting(music, 50);
    expect(heard(music)).toBe('-');
    music.send('resume');
    await lasting(music, 50);
    expect(heard(music)).toBe('-L');
    expect((music.send('nowPlaying') as { positionMs: number }).positionMs).toBeGreaterThan(1800);
  });

  it('waits for its call when the graph ends, and goes on there', async () => {
    const music = rig();
    add(music, 'long', 'b');
    await music.run(100);
    music.end();
    expect(music.queue.graph).toBeNull();
    expect(music.send('list')).toMatchObject({ track: { src: 'long.wav' }, total: 1 });
    add(music, 'c');
    music.open();
    await lasting(music, 20);
    expect(music.waiting).toEqual(['b.wav', 'c.wav']);
    expect((music.send('nowPlaying') as { positionMs: number }).positionMs).toBeGreaterThan(2300);
  });

  it('begins a track anew where it does not resume', async () => {
    const music = rig({ resume: false });
    add(music, 'long');
    await music.run(100);
    music.restart();
    await lasting(music, 20);
    expect((music.send('nowPlaying') as { positionMs: number }).positionMs).toBeLessThan(500);
  });

  it('begins with the tracks of its config where nothing was saved', async () => {
    const music = rig({ tracks: ['a.wav', { src: 'b.wav', title: 'Bee' }], repeat: 'queue' });
    await lasting(music, 130);
    expect(heard(music)).toMatch(/^-?aba$/);
  });
});

describe('music-queue: limits', () => {
  it('holds so many tracks, and so many of one user', () => {
    const music = rig({ maxTracks: 4, maxPerUser: 2 });
    const as = (id: string, count: number, admin = false) =>
      music.send('add', {
        tracks: Array.from({ length: count }, () => ({ src: 'a.wav' })),
        requester: { id, admin },
      });
    expect(as('ann', 4)).toContain('You may have 2 tracks waiting at most.');
    expect(as('ann', 3)).toMatchObject({ text: 'Now: 3 tracks.' });
    expect(as('ann', 1)).toContain('You may have 2 tracks waiting at most.');
    expect(as('bob', 1)).toMatchObject({ text: 'Added a, place 3.' });
    expect(as('boss', 2, true)).toContain('The queue holds 4 tracks at most.');
    expect(as('boss', 1, true)).toMatchObject({ text: 'Added a, place 4.' });
    expect(music.waiting).toHaveLength(4);
  });

  it.each([
    ['../secret.wav', 'no such file'],
    ['/etc/passwd', 'no such file'],
    ['x/../../secret.wav', 'no such file'],
    ['C:\\secret.wav', 'Only http and https'],
    ['..\\secret.wav', 'no such file'],
    ['file:///etc/passwd', 'Only http and https'],
    ['concat:a|b', 'Only http and https'],
    ['', 'Too small'],
  ])('refuses the source %j', (src, reason) => {
    const music = rig();
    let answer: unknown;
    try {
      answer = music.send('add', { src });
    } catch (error) {
      answer = (error as Error).message;
    }
    expect(answer).toContain(reason);
    expect(music.current).toBeUndefined();
  });

  it('reaches public addresses only, unless told otherwise', () => {
    const src = 'https://music.example/a.mp3';
    const setOf = (music: MusicRig) => {
      music.tell({ type: 'node.told', graph: 'graph-1', node: 'music', what: 'queue.changed', data: { tracks: [] } });
      music.send('add', { src });
      return (music.orders.find(({ type }) => type === 'node.set') as unknown as { options: { tracks: object[] } }).options
        .tracks[0];
    };
    expect(setOf(rig())).toMatchObject({ src, publicOnly: true });
    expect(setOf(rig({ addresses: 'any' }))).not.toHaveProperty('publicOnly');
    expect(rig({ addresses: 'none' }).send('add', { src })).toContain('Addresses cannot be played here.');
    expect(rig({ folder: undefined }).send('add', { src: 'a.wav' })).toContain('Only addresses');
  });
});
