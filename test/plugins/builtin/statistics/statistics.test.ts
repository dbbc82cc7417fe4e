import { describe, expect, it } from 'vitest';
import type { EngineEvent } from '../../../../src/events/event.js';
import statistics from '../../../../src/plugins/builtin/statistics/index.js';
import type { Report } from '../../../../src/plugins/builtin/statistics/report.js';
import {
  NO_STATISTICS,
  OTHERS,
  statisticsState,
  type StatisticsState,
} from '../../../../src/plugins/builtin/statistics/state.js';
import { countOf, NOBODY, withUser } from '../../../../src/plugins/builtin/statistics/unique-users.js';
import { memoryStorage, pluginStorage } from '../../../../src/plugins/storage.js';
import type { PluginTest } from '../../../../src/testing/plugin-test.js';
import { testPlugin } from '../../../../src/testing/test-plugin.js';

const call = 'room:lobby';
const opened = (of = call): EngineEvent[] => [
  { type: 'call.opened', call: of, address: of },
  { type: 'call.moved', call: of, status: 'live' },
  { type: 'call.started', call: of, address: of },
];
const joined = (participantId: string, of = call, self?: boolean): EngineEvent => ({
  type: 'participant.joined',
  call: of,
  participantId,
  ...(self !== undefined && { self }),
});
const left = (participantId: string, of = call): EngineEvent => ({ type: 'participant.left', call: of, participantId });
const stream = { graph: 'graph-1', call, node: 'music', src: 'a.opus' };
const begin = (config: object = {}) => testPlugin<StatisticsState>(statistics, { config: { ...config } });
const report = (test: PluginTest<StatisticsState>, chat?: string) =>
  test.send('report', chat === undefined ? {} : { chat }) as Promise<Report>;
const MINUTE = 60_000;

describe('statistics', () => {
  it('counts calls, streams, people and how long', async () => {
    const test = await begin();
    await test.emit(...opened(), joined('ann'), joined('us', call, true), { type: 'stream.started', ...stream });
    await test.advance(MINUTE);
    await test.emit(joined('bob'), joined('bob'), left('ann'), left('nobody'));
    await test.emit({ type: 'stream.ended', ...stream, reason: 'finished', playedMs: 50_000 });
    await test.advance(MINUTE);
    await test.emit({ type: 'message.received', call, from: { id: 'cat' }, text: 'hi' });
    expect((await report(test)).total).toMatchObject({
      calls: { started: 1, ended: 0, open: 1, totalMs: 2 * MINUTE, longestMs: 2 * MINUTE, averageMs: 0 },
      participants: { joins: 2, present: 1, most: 2, totalMs: 2 * MINUTE, average: 1 },
    });
    await test.emit({ type: 'call.ended', call, reason: 'left' }, { type: 'call.closed', call });
    await test.emit(...opened('room:other'));
    await test.advance(MINUTE);
    await test.emit({ type: 'call.ended', call: 'room:other', reason: 'left' });
    const { total, chats } = await report(test);
    expect(total).toEqual({
      calls: {
        started: 2,
        ended: 2,
        interrupted: 0,
        open: 0,
        totalMs: 3 * MINUTE,
        longestMs: 2 * MINUTE,
        averageMs: 1.5 * MINUTE,
      },
      streams: {
        started: 1,
        open: 0,
        finished: 1,
        stopped: 0,
        skipped: 0,
        failed: 0,
        interrupted: 0,
        totalMs: 50_000,
        averageMs: 50_000,
      },
      participants: { joins: 2, present: 0, most: 2, totalMs: 2 * MINUTE, average: 0.667 },
      listeners: { connections: 0, present: 0, most: 0 },
      messages: 1,
      users: { unique: 3, exact: true },
    });
    expect(Object.keys(chats)).toEqual([call, 'room:other']);
    expect(Object.keys((await report(test, 'room:other')).chats)).toEqual(['room:other']);
    await test.close();
  });

  it('counts listeners that connected', async () => {
    const test = await begin();
    const peer = (peerId: string) => ({ call, peerId, role: 'listen' });
    await test.emit(
      ...opened(),
      { type: 'peer.connected', ...peer('1') },
      { type: 'peer.connected', ...peer('2') },
      { type: 'peer.closed', ...peer('1'), wasConnected: true, reason: '' },
      { type: 'peer.closed', ...peer('3'), wasConnected: false, reason: '' },
      { type: 'peer.connected', ...peer('4') },
    );
    expect((await report(test)).total.listeners).toEqual({ connections: 3, present: 2, most: 2 });
    await test.close();
  });

  it('ends what an earlier process left open at the last known time, and no later', async () => {
    const test = await begin();
    await test.emit(...opened(), joined('ann'), { type: 'stream.started', ...stream });
    await test.advance(5 * MINUTE + 1500);
    await test.kill(60 * MINUTE);
    expect((await report(test)).total).toMatchObject({
      calls: { started: 1, ended: 0, interrupted: 1, open: 0, totalMs: 5 * MINUTE, averageMs: 5 * MINUTE },
      streams: { started: 1, interrupted: 1, open: 0, totalMs: 5 * MINUTE },
      participants: { totalMs: 5 * MINUTE, present: 0 },
    });
    // The same call again is another one, though its id is the same.
    await test.emit(...opened(), joined('ann'));
    await test.advance(MINUTE);
    await test.emit({ type: 'call.ended', call, reason: 'left' });
    expect((await report(test)).total).toMatchObject({
      calls: { started: 2, ended: 1, interrupted: 1, totalMs: 6 * MINUTE },
      users: { unique: 1, exact: true },
    });
    await test.close();
  });

  it('is the same after an orderly restart', async () => {
    const test = await begin();
    await test.emit(...opened(), joined('ann'));
    await test.advance(MINUTE);
    await test.emit({ type: 'call.ended', call, reason: 'left' });
    const before = await report(test);
    await test.restart(1000);
    expect((await report(test)).total).toEqual(before.total);
    await test.close();
  });

  it('counts a call on that goes on while it is disabled, and ends one that does not', async () => {
    const test = await begin();
    await test.emit(...opened(), ...opened('room:other'));
    await test.advance(MINUTE);
    await test.disable();
    await test.emit({ type: 'call.closed', call: 'room:other' });
    await test.advance(9 * MINUTE);
    await test.enable();
    expect((await report(test)).total.calls).toMatchObject({ open: 1, interrupted: 1, totalMs: 11 * MINUTE });
    await test.close();
  });

  it('takes part in a call that was there before it', async () => {
    const test = await testPlugin<StatisticsState>(statistics, { enabled: false });
    await test.emit(...opened(), joined('ann'), joined('us', call, true));
    await test.enable();
    await test.advance(MINUTE);
    expect((await report(test)).total).toMatchObject({
      calls: { open: 1, totalMs: MINUTE },
      participants: { joins: 1, present: 1 },
    });
    await test.close();
  });

  it('counts only so many chats each for itself', async () => {
    const test = await begin({ maxChats: 2 });
    for (let n = 0; n < 10; n++) {
      await test.emit(...opened(`room:${n}`));
      await test.emit({ type: 'call.ended', call: `room:${n}`, reason: 'left' });
    }
    const { chats, total } = await report(test);
    expect(Object.keys(chats)).toEqual(['room:0', 'room:1', OTHERS]);
    expect([chats[OTHERS]!.calls.ended, total.calls.ended]).toEqual([8, 10]);
    await test.close();
  });

  it('begins anew when it is reset', async () => {
    const test = await begin();
    await test.emit(...opened(), joined('ann'));
    await test.advance(MINUTE);
    await test.send('reset', {});
    await test.advance(MINUTE);
    expect((await report(test)).total).toMatchObject({ calls: { started: 0, open: 1, totalMs: MINUTE }, users: { unique: 0 } });
    await test.close();
  });

  it('takes no time from strangers', async () => {
    const test = await begin();
    await test.emit(...opened());
    const { state } = test;
    await test.send('begin', { run: 'x', calls: [] });
    await test.send('beat', {});
    expect(test.state).toEqual(state);
    await test.close();
  });

  it('sets a broken saved state aside', async () => {
    const storage = memoryStorage();
    const test = await testPlugin<StatisticsState>(statistics, { storage });
    await test.emit(...opened());
    await test.advance(2000);
    await test.kill();
    await test.close();
    await storage.set('(state)', 'statistics', '{"stateVersion":1,"pluginVersion":"1.0.0","state":{"total":3}}');
    const next = await testPlugin<StatisticsState>(statistics, { storage });
    expect(next.state.total).toEqual(NO_STATISTICS.total);
    expect(next.problems.map(({ code }) => code)).toEqual(['PLUGIN_STATE_WRONG']);
    await next.close();
    expect(await pluginStorage(storage, '(state)').list('statistics set aside')).toHaveLength(1);
  });

  it('does not grow with users, and is never far wrong', () => {
    let users = NOBODY;
    const sizes: number[] = [];
    for (let n = 1; n <= 100_000; n++) {
      users = withUser(users, `user-${n}`, 500);
      if (n <= 500) expect(countOf(users)).toEqual({ count: n, exact: true });
      if ([501, 1000, 5000, 20_000, 100_000].includes(n)) {
        const { count, exact } = countOf(users);
        expect(exact).toBe(false);
        // Five standard errors.
        expect(Math.abs(count - n) / n).toBeLessThan(0.08);
        sizes.push(JSON.stringify(users).length);
        expect(countOf(withUser(users, 'user-1', 500)).count).toBe(count);
      }
    }
    expect(Math.max(...sizes)).toBeLessThan(5000);
    // Numbers, as Telegram has them.
    let ids = NOBODY;
    for (let n = 0; n < 10_000; n++) ids = withUser(ids, String(700_000_000 + n * 7), 0);
    expect(Math.abs(countOf(ids).count - 10_000)).toBeLessThan(800);
  });

  it('keeps a state that its schema knows', async () => {
    const test = await begin({ exactUsers: 2 });
    await test.emit(...opened(), joined('a'), joined('b'), joined('c'), { type: 'stream.started', ...stream });
    expect(statisticsState.parse(JSON.parse(JSON.stringify(test.state)))).toEqual(test.state);
    expect((await report(test)).total.users).toEqual({ unique: 3, exact: false });
    await test.close();
  });
});
