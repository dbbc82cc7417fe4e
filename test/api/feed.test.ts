import { afterEach, describe, expect, it } from 'vitest';
import { isForAll } from '../../src/api/feed/fact-view.js';
import { FeedRing } from '../../src/api/feed/ring.js';
import { readFeed, served } from './support.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function start(...args: Parameters<typeof served>) {
  const made = await served(...args);
  closers.push(made.close);
  const feed = (query: string, headers = {}) => {
    const reader = readFeed(`${made.base}/api/v1/feed${query}`, headers);
    closers.push(reader.close);
    return reader;
  };
  const turn = () => made.scheduler.play(20);
  return { ...made, feed, turn };
}

describe('the feed', () => {
  it('begins with the state, and goes on with facts and steps of machines', async () => {
    const { feed, turn, engine, get } = await start();
    const { until, messages } = feed('');
    const reset = await until(({ event }) => event === 'reset', turn);
    expect(reset).toMatchObject({ id: reset.data.seq, data: { engine: (await get('/info')).json.engine } });
    expect(Object.keys(reset.data.state.graphs)).toEqual(['graph-1']);
    await engine.execute({ type: 'call.pause' });
    const fact = await until(({ event, data }) => event === 'fact' && data.type === 'command.done', turn);
    expect(fact.id).toBe(fact.data.seq);
    await until(({ event, data }) => event === 'transition' && data.event === 'source.pause', turn);
    const numbers = messages.filter(({ event }) => event === 'fact').map(({ id }) => id!);
    expect(numbers).toEqual(numbers.map((_, i) => reset.data.seq + 1 + i));
  });

  it('goes on where a reader was, and begins anew where it cannot', async () => {
    const { feed, turn, engine, get, scheduler } = await start();
    const { seq, engine: run } = (await get('/state')).json;
    await engine.execute({ type: 'call.volume', gainDb: -3 });
    await scheduler.play(100);
    for (const reader of [feed(`?after=${seq}&engine=${run}`), feed('?after=1', { 'last-event-id': String(seq) })]) {
      await reader.until(({ event, data }) => event === 'fact' && data.type === 'command.done', turn);
      expect(reader.messages.filter(({ event }) => event === 'fact')[0]!.id).toBe(seq + 1);
      expect(reader.messages.map(({ event }) => event)).not.toContain('reset');
    }
    for (const query of [`?after=${seq + 1000}`, `?after=${seq}&engine=another`, '?after=0']) {
      const reader = feed(query);
      await reader.until(({ event }) => event === 'reset', turn);
      expect(reader.messages[0]!.event).toBe('reset');
    }
  });

  it('tells figures with levels to those alone who ask for them', async () => {
    const { feed, turn } = await start();
    const asks = feed('?stats=1');
    const asksNot = feed('');
    await asksNot.began;
    await asks.until(({ event, data }) => event === 'stats' && data.levels['music.audio']?.rmsDb > -60, turn);
    const { data } = asks.messages.filter(({ event }) => event === 'stats').at(-1)!;
    expect(data.stats.nodes.volume.passed.audio).toBeGreaterThan(20);
    expect(Object.keys(data.levels).toSorted()).toEqual(['duck.audio', 'duck~mix.audio', 'music.audio', 'volume.audio']);
    expect(data.levels['volume.audio'].rmsDb).toBeLessThan(data.levels['music.audio'].rmsDb);
    expect(asksNot.messages.map(({ event }) => event)).not.toContain('stats');
  });

  it('tells problems as lines of the log', async () => {
    const { feed, turn, engine } = await start();
    const { until, began } = feed('');
    await began;
    await engine.execute({ type: 'node.set', node: 'volume', options: { gainDb: 999 } }).catch(() => {});
    const { data } = await until(({ event }) => event === 'log', turn);
    expect(data).toMatchObject({ level: 'warning', code: expect.any(String), fix: expect.any(String) });
  });

  it('cuts who reads nothing, with a reason, and grows by none of it', async () => {
    const { feed, turn, engine, get, scheduler } = await start();
    const slow = feed('');
    (await slow.began).pause();
    const quick = feed('');
    await quick.began;
    let most = 0;
    const text = 'x'.repeat(4000);
    for (let n = 0; n < 1200 && !slow.isOver(); n++) {
      await engine.say('room:lobby', text, { id: 'somebody' });
      await scheduler.play(20);
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }
    (await slow.began).resume();
    await quick.until(({ data }) => data.type === 'message.received', turn);
    for (let n = 0; n < 200 && !slow.isOver(); n++) await turn();
    expect(slow.isOver()).toBe(true);
    expect(quick.isOver()).toBe(false);
    expect((await get('/state')).status).toBe(200);
    expect(most).toBeLessThan(100_000_000);
  });

  it('shows to those without the admin token what is for everybody', async () => {
    const { feed, turn, engine, get, during } = await start({ token: 'in', adminToken: 'boss' });
    const shown = { authorization: 'Bearer in' };
    const boss = { authorization: 'Bearer boss' };
    const [guest, admin] = [feed('', shown), feed('', boss)];
    await admin.began;
    await guest.began;
    await during(engine.execute({ type: 'call.tell', call: 'room:lobby', text: 'hello' }));
    const isHello = ({ data }: { data: { text?: string } }) => data.text === 'hello';
    await guest.until(isHello, turn);
    await admin.until(isHello, turn);
    const types = ({ messages }: typeof guest) => messages.map(({ data }) => `${data.type} ${data.text}`);
    expect(types(admin).join()).toContain('command.done');
    expect(types(guest).join()).not.toContain('command.done');
    expect((await get('/info', shown)).json).toMatchObject({ maySteer: false, adminTokenNeeded: true });
    expect((await get('/info', boss)).json.maySteer).toBe(true);
    expect((await get('/info')).status).toBe(401);
    expect((await get('/graphs/graph-1', shown)).json.plan.nodes[1].options).toEqual({});
  });
});

describe('facts', () => {
  it('of plugins and commands, and what is said to one alone, are not for everybody', () => {
    const sent = { type: 'message.sent', call: 'room:a', text: 'hush', seq: 1, atMs: 0 } as const;
    expect([isForAll(sent), isForAll({ ...sent, to: 'anna' })]).toEqual([true, false]);
    expect(isForAll({ type: 'plugin.enabled', plugin: 'a', seq: 1, atMs: 0 })).toBe(false);
  });
});

describe('the ring of facts', () => {
  const entry = (seq: number) => ({ seq, forAll: true, message: Buffer.alloc(100) });

  it('is bounded in number and size, and knows what it lacks', () => {
    const ring = new FeedRing(10, { maxEntries: 5, maxBytes: 350 });
    expect(ring.behind(10)).toEqual([]);
    expect(ring.behind(9)).toBeUndefined();
    for (let seq = 11; seq <= 20; seq++) ring.add(entry(seq));
    expect(ring.bytes).toBeLessThanOrEqual(350);
    expect(ring.behind(17)!.map(({ seq }) => seq)).toEqual([18, 19, 20]);
    expect(ring.behind(16)).toBeUndefined();
    expect(ring.behind(21)).toBeUndefined();
  });
});
