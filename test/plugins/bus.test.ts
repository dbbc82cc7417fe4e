import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definePlugin, message, refuse } from '../../src/plugins/define-plugin.js';
import { BASE, lab } from './lab.js';

const queue = definePlugin({
  ...BASE,
  name: 'queue',
  messages: {
    add: message(z.strictObject({ src: z.string(), at: z.number().int().default(0) }), { reply: z.number() }),
    clear: message(z.null()),
  },
  state: {
    initial: () => ({ tracks: [] as { src: string; by: string; atMs: number }[] }),
    messages: {
      add: (draft, { src }, { from, atMs }) => void draft.tracks.push({ src, by: from, atMs }),
      clear: (draft) => void (draft.tracks = []),
    },
  },
  replies: {
    add: ({ state, payload }) => (payload.src === 'full' ? Promise.reject(refuse('the queue is full')) : state.tracks.length),
  },
});

const asker = (to: string, name: string, payload: unknown = null) =>
  definePlugin({
    ...BASE,
    name: 'asker',
    messages: { go: message(z.null(), { reply: z.unknown() }) },
    replies: { go: ({ ctx }) => ctx.send(to, name, payload as null) },
  });

describe('messages', () => {
  it('go through the schema, the reducer and the reply, and are events', async () => {
    const { engine, scheduler, state, of } = lab();
    await engine.use(queue);
    await engine.use(asker('queue', 'add', { src: 'a.mp3' }));
    await scheduler.play(500);
    expect(await engine.send('asker', 'go')).toBe(1);
    expect(state('queue')).toEqual({ tracks: [{ src: 'a.mp3', by: 'asker', atMs: 500 }] });
    expect(of('plugin.message')).toMatchObject([
      { plugin: 'asker', from: '(outside)', message: 'go', payload: null, id: 1 },
      { plugin: 'queue', from: 'asker', message: 'add', payload: { src: 'a.mp3', at: 0 }, id: 2 },
    ]);
    expect(await engine.send('queue', 'clear')).toBe(null);
    expect(state('queue')).toEqual({ tracks: [] });
    await engine.close();
  });

  it.each([
    ['quue', 'add', { src: 'a' }, 'plugin "quue" is not installed. Did you mean "queue"?'],
    ['queue', 'ad', { src: 'a' }, 'plugin "queue" takes no message "ad". Did you mean "add"?'],
    ['queue', 'toString', null, 'plugin "queue" takes no message "toString". There is: add, clear'],
    ['queue', 'add', { src: 5 }, 'the message "add" to plugin "queue" is wrong: "src" must be a string, not 5.'],
    ['queue', 'add', { src: 'a', sorce: 1 }, 'it has no "sorce". There is: src, at'],
    ['queue', 'add', { src: 'a', at: Number.NaN }, 'it must be plain JSON, but .at is NaN'],
    ['queue', 'add', () => 1, 'it must be plain JSON, but it is a function'],
    ['queue', 'add', { src: 'full' }, 'the queue is full.'],
  ])('that are wrong are refused in words: %s %s %o', async (to, name, payload, sentence) => {
    const { engine, failure, of } = lab();
    await engine.use(queue);
    const error = await failure(engine.send(to, name, payload));
    expect(error.message).toContain(sentence);
    await engine.use(asker(to, name, payload));
    expect((await failure(engine.send('asker', 'go'))).message).toContain(sentence);
    // Nobody is to blame for them but the sender, who has been told.
    expect(of('plugin.faulted')).toEqual([]);
    await engine.close();
  });

  const bad = definePlugin({
    ...BASE,
    name: 'bad',
    messages: {
      throws: message(z.null(), { reply: z.number() }),
      lies: message(z.null(), { reply: z.number() }),
      hangs: message(z.null(), { reply: z.number() }),
      crashes: message(z.string().transform(() => new Date(0) as unknown as string)),
    },
    replies: {
      throws: () => {
        throw new Error('boom');
      },
      lies: () => 'three' as unknown as number,
      hangs: () => new Promise<number>(() => {}),
    },
  });

  it.each([
    ['throws', 'MESSAGE_FAILED', 'failed at the message "throws": reply throws of plugin "bad" failed: boom', 1],
    ['lies', 'BAD_REPLY', 'answered the message "lies" wrongly: it must be a number, not "three"', 1],
    ['hangs', 'MESSAGE_TIMEOUT', 'did not answer the message "hangs" within 10 s', 0],
  ])('whose receiver %s fail with %s', async (name, code, sentence, faults) => {
    const { engine, failure, of } = lab();
    await engine.use(bad);
    const error = await failure(engine.send('bad', name), 10_000);
    expect(error.code).toBe(code);
    expect(error.message).toContain(sentence);
    expect(of('plugin.faulted')).toHaveLength(faults);
    await engine.close();
  });

  it('whose schema gives no plain JSON are refused', async () => {
    const { engine, failure } = lab();
    await engine.use(bad);
    expect((await failure(engine.send('bad', 'crashes', 'x'))).message).toContain('its schema gives no plain JSON: it is a Date');
    await engine.close();
  });

  it('to one that is unloaded meanwhile do not hang', async () => {
    const { engine, failure, scheduler } = lab();
    const plugin = await engine.use(bad);
    const asked = failure(engine.send('bad', 'hangs'), 100);
    await scheduler.settle();
    await plugin.remove();
    expect((await asked).message).toContain('it is being unloaded');
    await engine.close();
  });

  it('that go round in a circle are found', async () => {
    const { engine, failure } = lab();
    const ring = (name: string, next: string) =>
      definePlugin({
        ...BASE,
        name,
        messages: { pass: message(z.null(), { reply: z.unknown() }) },
        replies: { pass: ({ ctx }) => ctx.send(next, 'pass') },
      });
    await engine.use(ring('a', 'b'));
    await engine.use(ring('b', 'c'));
    await engine.use(ring('c', 'a'));
    const error = await failure(engine.send('a', 'pass'));
    expect(error.code).toBe('MESSAGE_CIRCLE');
    expect(error.message).toBe('the messages go round in a circle: a.pass → b.pass → c.pass → a.pass.');
    await engine.close();
  });

  it('of one plugin are bounded in a second', async () => {
    const { engine, scheduler, of } = lab({ pluginLimits: { messagesPerSecond: 10 } });
    await engine.use(queue);
    const results: string[] = [];
    await engine.use(
      definePlugin({
        ...BASE,
        name: 'chatty',
        setup: (ctx) => {
          for (let i = 0; i < 25; i++)
            ctx.send('queue', 'clear').then(
              () => results.push('ok'),
              (error: { code: string }) => results.push(error.code),
            );
        },
      }),
    );
    await scheduler.play(1000);
    expect([results.filter((r) => r === 'ok').length, results.filter((r) => r === 'PLUGIN_FLOOD').length]).toEqual([10, 15]);
    expect(of('plugin.faulted')).toMatchObject([{ plugin: 'chatty', where: 'messages', problem: { code: 'PLUGIN_FLOOD' } }]);
    expect(of('plugin.faulted')[0]!.problem.message).toContain('15 were dropped');
    await engine.close();
  });
});
