import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sine } from '../../../nodes/support/signals.js';
import { temporaryFolder, writeWav } from '../../../nodes/support/media.js';
import { CALL, stage } from './rig.js';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const SECOND = 48_000;
const file = (name: string) => join(folder, `${name}.wav`);
let params: Record<string, string | number>;

beforeAll(async () => {
  // Whole waves, so that the loop has no seam.
  await writeWav(file('music'), [sine(10 * SECOND, 3000, 0.25)]);
  await writeWav(file('two'), [sine(2 * SECOND, 500, 0.25)]);
  await writeWav(file('one'), [sine(SECOND, 700, 0.25)]);
  params = { music: file('music'), jingle: file('one'), everySec: 100_000 };
});

describe('graphs/announcer.json', () => {
  it('lets the music go down by so many decibels while somebody talks, and brings it back, without a click', async () => {
    const test = await stage(params);
    test.room.join('ada');
    await test.scheduler.play(2000);
    const fullDb = test.musicDb(500, 2000);
    test.room.hum('ada', -20);
    await test.scheduler.play(2000);
    expect(test.of('participant.speaking')).toMatchObject([{ call: CALL, participantId: 'ada', speaking: true }]);
    expect(test.engine.state.calls[CALL]!.speaking).toEqual(['ada']);
    // Within the time that talk needs to count, and the attack.
    expect(test.musicDb(2400, 4000)).toBeCloseTo(fullDb - 12, 0);
    expect(Math.abs(test.musicDb(2400, 4000) - (fullDb - 12))).toBeLessThanOrEqual(0.1);
    // Half-way down after half of the attack: a straight line in decibels.
    expect(test.musicDb(2140, 2180)).toBeGreaterThan(fullDb - 9);
    expect(test.musicDb(2140, 2180)).toBeLessThan(fullDb - 3);
    test.room.hum('ada', undefined);
    await test.scheduler.play(4000);
    expect(test.engine.state.calls[CALL]!.speaking).toEqual([]);
    // Held for half a second of silence before it counts, and 600 ms of the plugin's; then 1.2 s up.
    expect(test.musicDb(4000, 5000)).toBeCloseTo(fullDb - 12, 0);
    expect(Math.abs(test.musicDb(6500, 8000) - fullDb)).toBeLessThanOrEqual(0.1);
    expect(test.clicks()).toBe(0);
    expect(test.refused()).toEqual([]);
    await test.close();
  });

  it('plays an announcement over the music, which is down before it begins and back when it is over', async () => {
    const test = await stage(params);
    await test.scheduler.play(1000);
    const at = test.nowMs();
    expect(await test.send('announce', { src: file('two'), title: 'Two seconds' })).toMatchObject({ before: 0 });
    await test.scheduler.play(6000);
    const fullDb = test.musicDb(0, 1000);
    const [begin = 0, end = 0, ...more] = test.spans('announcement');
    expect(more).toEqual([]);
    expect(begin - at).toBeGreaterThanOrEqual(250);
    expect(begin - at).toBeLessThan(400);
    expect(end - begin).toBe(2000);
    expect(Math.abs(test.musicDb(begin, end) - (fullDb - 18))).toBeLessThanOrEqual(0.1);
    expect(Math.abs(test.musicDb(end + 1900, end + 2900) - fullDb)).toBeLessThanOrEqual(0.1);
    expect([test.clicks(), test.clicks('announcement')]).toEqual([0, 0]);
    expect(test.lately()).toMatchObject([{ src: file('two'), title: 'Two seconds', by: '(outside)', outcome: 'finished' }]);
    expect(test.of('stream.ended')).toMatchObject([{ node: 'announcement', reason: 'finished', playedMs: 2000 }]);
    expect(test.refused()).toEqual([]);
    await test.close();
  });

  it('keeps the music down between announcements and under talk, at the deeper of the two', async () => {
    const test = await stage(params);
    test.room.join('ada');
    await test.scheduler.play(1000);
    const fullDb = test.musicDb(0, 1000);
    await test.send('announce', { src: file('one') });
    expect(await test.send('announce', { src: file('two') })).toMatchObject({ before: 1 });
    // Before those that wait, but not before the one that is on.
    expect(await test.send('announce', { src: file('one'), next: true })).toMatchObject({ before: expect.any(Number) as number });
    await test.scheduler.play(1000);
    test.room.hum('ada', -20);
    await test.scheduler.play(5000);
    const spans = test.spans('announcement');
    expect(spans).toHaveLength(6);
    expect(spans.filter((_, i) => i % 2 === 1).map((end, i) => end - spans[2 * i]!)).toEqual([1000, 1000, 2000]);
    expect(Math.abs(test.musicDb(spans[0]!, spans[5]!) - (fullDb - 18))).toBeLessThanOrEqual(0.1);
    // Then she alone talks.
    const end = spans[5]!;
    await test.scheduler.play(3000);
    expect(Math.abs(test.musicDb(end + 1900, end + 2900) - (fullDb - 12))).toBeLessThanOrEqual(0.1);
    test.room.leave('ada');
    await test.scheduler.play(3000);
    const now = test.nowMs();
    expect(Math.abs(test.musicDb(now - 900, now - 100) - fullDb)).toBeLessThanOrEqual(0.1);
    expect(test.clicks()).toBe(0);
    await test.close();
  });

  it('announces by schedule, on the second, for as long as the graph runs', async () => {
    const test = await stage({ ...params, everySec: 30 });
    await test.scheduler.play(125_000);
    const begins = test.of('stream.started').filter(({ node }) => node === 'announcement');
    expect(begins.map(({ atMs }) => Math.round((atMs - begins[0]!.atMs) / 100) / 10)).toEqual([0, 30, 60, 90]);
    expect(test.lately().map(({ outcome }) => outcome)).toEqual(['finished', 'finished', 'finished', 'finished']);
    expect(test.lately()[0]).toMatchObject({ by: `announcer@${CALL}` });
    await test.close();
  });

  it('breaks off what is announced, and forgets what waits', async () => {
    const test = await stage(params);
    await test.send('announce', { src: file('two') });
    await test.send('announce', { src: file('one') });
    await test.scheduler.play(1000);
    expect(test.desk().entries.map(({ status }) => status)).toEqual(['playing', 'waiting']);
    expect(await test.send('cancel')).toEqual({ cancelled: 2 });
    expect(await test.send('cancel')).toEqual({ cancelled: 0 });
    await test.scheduler.play(4000);
    const spans = test.spans('announcement');
    expect(spans).toHaveLength(2);
    expect(spans[1]! - spans[0]!).toBeLessThan(1000);
    expect(test.clicks('announcement')).toBe(0);
    expect(test.lately().map(({ outcome }) => outcome)).toEqual(['cancelled', 'cancelled']);
    // The next one is heard again.
    await test.send('announce', { src: file('one') });
    await test.scheduler.play(4000);
    expect(test.spans('announcement')).toHaveLength(4);
    await test.close();
  });

  it('passes over what cannot be played, says why, and the music comes back', async () => {
    const test = await stage(params);
    await test.scheduler.play(500);
    await test.send('announce', { src: file('gone') });
    await test.send('announce', { src: file('one') });
    await test.scheduler.play(5000);
    expect(test.lately()).toMatchObject([
      { outcome: 'failed', problem: expect.stringContaining('gone.wav') as string },
      { outcome: 'finished' },
    ]);
    const now = test.nowMs();
    expect(Math.abs(test.musicDb(now - 900, now - 100) - test.musicDb(0, 400))).toBeLessThanOrEqual(0.1);
    await test.close();
  });

  it('leaves the music as it was when it is switched off, and sees who talks when it is switched on', async () => {
    const test = await stage(params);
    test.room.join('ada');
    await test.scheduler.play(500);
    const fullDb = test.musicDb(0, 400);
    test.room.hum('ada', -20);
    await test.send('announce', { src: file('two') });
    await test.scheduler.play(1000);
    test.engine.setPlugin('announcer', false);
    await test.scheduler.play(3000);
    const off = test.nowMs();
    expect(Math.abs(test.musicDb(off - 900, off - 100) - fullDb)).toBeLessThanOrEqual(0.2);
    expect(test.spans('announcement')).toHaveLength(2);
    test.engine.setPlugin('announcer', true);
    await test.scheduler.play(1500);
    const on = test.nowMs();
    expect(test.desk()).toMatchObject({ speaking: ['ada'], entries: [] });
    expect(Math.abs(test.musicDb(on - 900, on - 100) - (fullDb - 12))).toBeLessThanOrEqual(0.2);
    await test.close();
  });

  it('greets who comes, a crowd once, and never itself', async () => {
    const test = await stage(params);
    const config = test.engine.state.plugins[`announcer@${CALL}`]!.config;
    const configured = test.engine.execute({
      type: 'plugin.configure',
      plugin: 'announcer',
      config: { ...config, onJoin: { src: file('one'), minGapSec: 10 } },
    });
    await test.scheduler.play(20);
    await configured;
    test.room.join('bot', true);
    await test.scheduler.play(1000);
    expect(test.desk().entries).toEqual([]);
    for (const id of ['ada', 'bob', 'cyd']) test.room.join(id);
    await test.scheduler.play(12_000);
    expect(test.lately()).toMatchObject([{ by: '(join)', outcome: 'finished' }]);
    test.room.join('dan');
    // Nothing makes way for ourselves.
    test.room.hum('bot', -20);
    await test.scheduler.play(6000);
    expect(test.lately()).toHaveLength(2);
    expect(test.desk().speaking).toEqual([]);
    await test.close();
  });
});

describe('announcer', () => {
  it('refuses what it cannot do, with the reason', async () => {
    const test = await stage(params);
    const message = async (payload: object) => {
      const error = await test.send('announce', payload).then(
        () => undefined,
        (reason: Error) => reason.message,
      );
      return error;
    };
    expect(await message({ src: file('one'), call: 'room:other' })).toContain('there is no such graph or call');
    expect(await message({ src: '' })).toContain('src');
    for (let i = 0; i < 20; i++) await test.send('announce', { src: file('one') });
    expect(await message({ src: file('one') })).toContain('20 announcements wait already');
    await test.close();
  });

  it('tells what is announced, and that its nodes are missing', async () => {
    const test = await stage({}, 'test/plugins/builtin/announcer/without-nodes.json');
    await test.send('announce', { src: file('one') });
    await test.scheduler.play(1000);
    expect(await test.send('list')).toMatchObject({ announcements: [], lately: [{ outcome: 'failed' }] });
    expect(test.refused().join()).toContain('announcement');
    await test.close();
  });
});
