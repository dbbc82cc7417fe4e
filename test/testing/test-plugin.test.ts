import { delay, map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { VoxError } from '../../src/errors.js';
import type { EngineCommand } from '../../src/events/command.js';
import type { EngineEvent } from '../../src/events/event.js';
import { ofType } from '../../src/events/of-type.js';
import { mapAudio } from '../../src/graph/audio-operators.js';
import { definePlugin, message } from '../../src/plugins/define-plugin.js';
import { marbles, testPlugin } from '../../src/testing/index.js';

const greeter = definePlugin({
  name: 'greeter',
  version: '1.0.0',
  description: 'Greets.',
  config: z.strictObject({ text: z.string().default('Hello'), afterMs: z.number().default(2000), gain: z.number().default(0.5) }),
  messages: { forget: message(z.null(), { reply: z.number() }), note: message(z.string()) },
  state: {
    persist: true,
    initial: () => ({ greeted: 0 }),
    reducers: { 'participant.joined': (draft) => void draft.greeted++ },
    messages: { forget: () => ({ greeted: 0 }) },
  },
  replies: {
    forget: async ({ ctx, state }) => {
      await ctx.storage.set('forgotten', true);
      return state.greeted;
    },
    note: async ({ ctx, payload }) => {
      await ctx.storage.set('note', payload);
      return null;
    },
  },
  audio: ({ config }) =>
    mapAudio(() => (input, output) => {
      input.planes.forEach((plane, c) => plane.forEach((x, i) => (output.planes[c]![i] = x * config.gain)));
      output.silent = input.silent;
    }),
  reactions: ({ events$, ctx }) =>
    events$.pipe(
      ofType('participant.joined'),
      delay(ctx.config.afterMs, ctx.scheduler),
      map(({ call, participantId }): EngineCommand => ({ type: 'call.tell', call, to: participantId, text: ctx.config.text })),
    ),
  setup: async (ctx) => {
    await ctx.storage.set('started', new Date(ctx.nowMs()).toISOString());
    ctx.tell('ready', { at: ctx.nowMs() });
    ctx.defer(() => ctx.log.info('gone'));
  },
});

const joined = (participantId: string): EngineEvent => ({ type: 'participant.joined', call: 'room:a', participantId });
const told = (to: string, text = 'Hello'): EngineCommand => ({ type: 'call.tell', call: 'room:a', to, text });

describe('testPlugin', () => {
  it('shows state, events, commands, facts and storage, in virtual time', async () => {
    const test = await testPlugin<{ greeted: number }>(greeter);
    await test.emit(joined('ada'), joined('bob'));
    expect(test.state).toEqual({ greeted: 2 });
    expect(test.commands).toEqual([]);
    await test.advance(1999);
    expect(test.commands).toEqual([]);
    await test.advance(1);
    expect(test.commands).toEqual([
      { atMs: 2000, command: told('ada') },
      { atMs: 2000, command: told('bob') },
    ]);
    expect(test.nowMs).toBe(2000);
    expect(test.told).toEqual([{ what: 'ready', data: { at: Date.UTC(2026, 0, 1) } }]);
    expect(await test.storage.get('started', z.string())).toBe('2026-01-01T00:00:00.000Z');
    expect(test.events.map(({ type }) => type)).toContain('command.done');
    expect(test.engine.plugins['greeter']).toMatchObject({ status: 'enabled', faults: 0 });
    expect(test.problems).toEqual([]);
    await test.close();
    expect(test.told[1]).toMatchObject({ what: 'logged', data: { sentence: 'gone' } });
  });

  it('compares commands with a drawing', async () => {
    const test = await testPlugin(greeter);
    const values = { a: joined('ada'), b: joined('bob'), x: told('ada'), y: told('bob') };
    await test.marbles({ events: 'a---(ab)-', commands: '--x---(xy)', values });
    await test.marbles({ events: 'a', commands: '    ----x', values, stepMs: 500 });
    await test.marbles({ events: '- - -', values });
    await expect(test.marbles({ events: 'a--', commands: '-x', values })).rejects.toThrow(
      'the commands are not as drawn\n  events: a--\nexpected: -x\n   given: --x',
    );
    await expect(test.marbles({ events: 'c--', commands: '', values: { c: joined('cid') } })).rejects.toThrow(
      '   given: --?\ncommands: {"type":"call.tell","call":"room:a","text":"Hello","to":"cid"}',
    );
    for (const [events, reason] of [
      ['q', '"q" in "q" is none of'],
      ['(a', 'never closed'],
      ['a)', '")" in'],
    ] as const)
      await expect(test.marbles({ events, values })).rejects.toThrow(reason);
    await test.close();
  });

  it('sends messages, configures, disables and enables', async () => {
    const test = await testPlugin<{ greeted: number }>(greeter, { config: { text: 'Hi' } });
    await test.emit(joined('ada'));
    expect(await test.send('forget')).toBe(0);
    expect(await test.storage.get('forgotten', z.boolean())).toBe(true);
    await expect(test.send('forgt')).rejects.toThrow('Did you mean "forget"?');
    await test.configure({ text: 'Hey', afterMs: 10 });
    await expect(test.configure({ txt: 'Hey' })).rejects.toThrow(VoxError);
    await test.disable();
    await test.emit(joined('bob'));
    expect(test.state).toEqual({ greeted: 0 });
    await test.enable();
    await test.emit(joined('cid'));
    await test.advance(10);
    expect(test.commands).toEqual([{ atMs: 10, command: told('cid', 'Hey') }]);
    await test.close();
  });

  it('sends sound through its operator, with its config', async () => {
    const test = await testPlugin(greeter, { config: { gain: 0.25 } });
    const { audio, problems } = await test.hear(marbles('dd|'));
    expect(audio.frames).toHaveLength(2);
    expect(audio.planes[0]![1000]).toBeCloseTo(0.01);
    expect(problems).toEqual([]);
    await test.close();
    const broken = await testPlugin(
      definePlugin({
        name: 'broken',
        version: '1.0.0',
        description: 'Breaks.',
        audio: () =>
          map(() => {
            throw new Error('no');
          }),
      }),
    );
    const heard = await broken.hear(marbles('dd|'));
    expect(heard.audio.planes[0]![1000]).toBeCloseTo(0.04);
    expect(heard.problems[0]?.code).toBe('PLUGIN_FAULT');
    await broken.close();
  });

  it('sends pictures through its operator', async () => {
    const test = await testPlugin(
      definePlugin({ name: 'glance', version: '1.0.0', description: 'Looks.', video: () => map((frame) => frame) }),
    );
    const { pictures, problems } = await test.see({ video: () => ({ yuv: [80, 90, 100], width: 32, height: 16 }) }, 200);
    expect(problems).toEqual([]);
    expect(pictures.length).toBeGreaterThan(2);
    expect(pictures[0]).toMatchObject({ width: 32, height: 16 });
    expect([pictures[0]!.y[0], pictures[0]!.u[0], pictures[0]!.v[0]]).toEqual([80, 90, 100]);
    await test.close();
  });

  it('ends in order and begins again with what was saved; kill -9 loses what was not stored', async () => {
    const test = await testPlugin<{ greeted: number }>(greeter);
    await test.emit(joined('ada'));
    await test.restart(60_000);
    expect(test.state).toEqual({ greeted: 1 });
    expect(await test.storage.get('started', z.string())).toBe('2026-01-01T00:01:00.000Z');
    expect(test.nowMs).toBe(60_000);
    await test.advance(5000);
    // The greeting that was under way went with the process.
    expect(test.commands).toEqual([]);
    await test.emit(joined('bob'));
    await test.kill();
    expect(test.state).toEqual({ greeted: 1 });
    await test.emit(joined('bob'));
    await test.send('note', 'stored at once');
    await test.advance(1000);
    await test.kill();
    expect(test.state).toEqual({ greeted: 2 });
    expect(await test.storage.get('note', z.string())).toBe('stored at once');
    await test.close();
  });

  it('refuses what cannot be loaded, with the reason, without waiting', async () => {
    await expect(testPlugin(greeter, { config: { txt: 1 } })).rejects.toThrow('has no setting "txt". Did you mean "text"?');
    const base = { version: '1.0.0', description: 'Never ready.' };
    const stuck = definePlugin({ ...base, name: 'stuck', setup: () => new Promise(() => {}) });
    await expect(testPlugin(stuck)).rejects.toThrow('was not loaded within 10 s');
    const needy = definePlugin({ ...base, name: 'needy', dependencies: { greeter: '^1.0.0' } });
    await expect(testPlugin(needy)).rejects.toThrow('needs "greeter", which is not installed');
    await (await testPlugin(needy, { others: [greeter] })).close();
    const slow = definePlugin({
      ...base,
      name: 'slow',
      setup: (ctx) => new Promise((done) => void ctx.scheduler.after(3000, done)),
    });
    const test = await testPlugin(slow);
    expect(test.nowMs).toBeGreaterThanOrEqual(3000);
    await test.close();
  });

  it('belongs to a graph where that is wanted, and may be refused', async () => {
    const skipper = definePlugin({
      name: 'skipper',
      version: '1.0.0',
      description: 'Skips.',
      reactions: ({ events$ }) =>
        events$.pipe(
          ofType('message.received'),
          map((): EngineCommand => ({ type: 'call.skip' })),
        ),
    });
    const test = await testPlugin(skipper, {
      graph: { graph: 'graph-7', call: 'room:a' },
      execute: () => {
        throw new Error('there is nothing to skip');
      },
    });
    const from = { id: 'ada' };
    await test.emit({ type: 'message.received', call: 'room:b', from, text: '/skip' });
    await test.emit({ type: 'message.received', call: 'room:a', from, text: '/skip' });
    expect(test.commands).toEqual([{ atMs: 0, command: { type: 'call.skip', graph: 'graph-7' } }]);
    expect(test.events.at(-1)).toMatchObject({
      type: 'command.refused',
      problem: { message: 'call.skip was refused: there is nothing to skip' },
    });
    await test.close();
  });

  it('says at the end that it did not clean up', async () => {
    const dirty = definePlugin({
      name: 'dirty',
      version: '1.0.0',
      description: 'Leaves things.',
      setup: (ctx) =>
        ctx.defer(() => {
          throw new Error('the door is stuck');
        }),
    });
    const test = await testPlugin(dirty);
    await expect(test.close()).rejects.toThrow('the door is stuck');
  });
});
