import { EMPTY, NEVER, Observable, concat, concatMap, from, interval, map, merge, of as just, tap, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { EngineCommand } from '../../src/events/command.js';
import { ofType } from '../../src/events/of-type.js';
import { definePlugin, message } from '../../src/plugins/define-plugin.js';
import { memoryStorage } from '../../src/plugins/storage.js';
import { BASE, idle, lab } from './lab.js';

/** A well-behaved plugin that counts; whatever the others do, it must go on. */
const witness = definePlugin({
  ...BASE,
  name: 'witness',
  messages: { ping: message(z.null(), { reply: z.number() }) },
  state: { initial: () => ({ pings: 0 }), messages: { ping: (draft) => void draft.pings++ } },
  replies: { ping: ({ state }) => state.pings },
});

describe('hostile reactions', () => {
  const reacting = (reactions: () => Observable<EngineCommand>) => definePlugin({ ...BASE, name: 'hostile', reactions });

  it('that throw begin again with growing pauses, and are left out after five errors in a row', async () => {
    const { engine, scheduler, of } = lab();
    const begun: number[] = [];
    await engine.use(witness);
    const plugin = await engine.use(
      reacting(() => {
        begun.push(scheduler.nowUs() / 1000);
        return throwError(() => new Error('no'));
      }),
    );
    await scheduler.play(60_000);
    expect(begun).toEqual([0, 1000, 3000, 7000, 15_000]);
    expect(of('plugin.bypassed')).toMatchObject([
      { plugin: 'hostile', where: 'reactions', problem: { code: 'PLUGIN_BYPASSED' } },
    ]);
    expect(of('plugin.faulted').reduce((sum, { count }) => sum + count, 0)).toBe(5);
    expect(engine.plugins()[1]).toMatchObject({ faults: 5, bypassed: ['reactions'], status: 'enabled' });
    expect(await engine.send('witness', 'ping')).toBe(1);
    // Enabling it anew tries again.
    plugin.disable();
    plugin.enable();
    expect(begun).toHaveLength(6);
    expect(engine.plugins()[1]).toMatchObject({ bypassed: [] });
    await engine.close();
  });

  it('that fail once in a while are never left out', async () => {
    const { engine, scheduler, of } = lab();
    await engine.use(
      reacting(() =>
        interval(61_000, scheduler).pipe(
          map(() => {
            throw new Error('hourly');
          }),
        ),
      ),
    );
    await scheduler.play(20 * 62_000);
    expect(of('plugin.bypassed')).toEqual([]);
    expect(of('plugin.faulted').length).toBeGreaterThan(15);
    await engine.close();
  });

  it.each<[string, () => unknown]>([
    [
      'throw at once',
      () => {
        throw new Error('at once');
      },
    ],
    ['give no Observable', () => 42],
    ['give nothing', () => undefined],
    [
      'throw when they are unsubscribed',
      () =>
        new Observable(() => () => {
          throw new Error('on the way out');
        }),
    ],
    ['complete', () => EMPTY],
    ['never do anything', () => NEVER],
  ])('that %s hurt nobody', async (_what, make) => {
    const { engine, scheduler } = lab();
    await engine.use(witness);
    const plugin = await engine.use(reacting(make as () => Observable<EngineCommand>));
    await scheduler.play(100);
    expect(await engine.send('witness', 'ping')).toBe(1);
    await plugin.remove();
    await engine.close();
    expect(engine.state.plugins).toEqual({});
  });

  it('that give wrong shapes of commands are told what is wrong, and go on', async () => {
    const { engine, scheduler, of } = lab();
    const shapes: unknown[] = [
      null,
      'call.pause',
      { type: 'call.paus' },
      { type: 'call.seek', positionMs: 'x' },
      { type: 'call.volume', gainDb: 1, percent: 2 },
      { type: 'participant.kick', call: 'room:a', participantId: 'b', band: 1 },
      { type: 'node.set', node: 'a', options: { f: () => 1 } },
      [{ type: 'call.pause' }],
      { type: '__proto__' },
      { type: 'plugin.disable', plugin: 'witness' },
    ];
    await engine.use(witness);
    await engine.use(reacting(() => from(shapes) as Observable<EngineCommand>));
    await scheduler.play(11_000);
    const faults = of('plugin.faulted');
    expect(faults.reduce((sum, { count }) => sum + count, 0)).toBe(9);
    expect(faults[0]).toMatchObject({ where: 'a command of its reactions', problem: { code: 'COMMAND_WRONG' } });
    expect(of('command.done')).toMatchObject([{ by: 'hostile', command: { type: 'plugin.disable' } }]);
    await engine.close();
  });

  it('that flood are cut, counted and named', async () => {
    const { engine, scheduler, of } = lab();
    await engine.use(witness);
    const flood$ = merge(...Array.from({ length: 1000 }, () => just({ type: 'plugin.enable', plugin: 'witness' } as const)));
    await engine.use(reacting(() => flood$));
    await scheduler.play(1000);
    expect(of('command.done')).toHaveLength(50);
    expect(of('plugin.faulted')).toMatchObject([{ where: 'commands', problem: { code: 'PLUGIN_FLOOD' } }]);
    expect(of('plugin.faulted')[0]!.problem.message).toBe(
      'plugin "hostile" gave more than 50 commands in a second; 950 were dropped',
    );
    expect(await engine.send('witness', 'ping')).toBe(1);
    await engine.close();
  });

  it('that answer what became of their own commands do not go round for ever', async () => {
    const { engine, scheduler, of, events } = lab();
    await engine.use(
      definePlugin({
        ...BASE,
        name: 'echo',
        reactions: ({ events$ }) =>
          concat(just(0), events$.pipe(ofType('command.refused'))).pipe(map(() => ({ type: 'call.pause' }) as const)),
      }),
    );
    await scheduler.play(3000);
    // Fifty in each second.
    expect(of('command.refused').length).toBeLessThanOrEqual(200);
    expect(events.length).toBeLessThan(300);
    await engine.close();
  });

  it('that change events or states they are shown fail alone', async () => {
    const { engine, scheduler, of, state } = lab();
    await engine.use(witness);
    await engine.use(
      definePlugin({
        ...BASE,
        name: 'vandal',
        reactions: ({ events$, ctx }) =>
          events$.pipe(
            ofType('plugin.message'),
            tap((event) => ((event as { message: string }).message = 'pong')),
            tap(() => ((ctx.engine.plugins['witness'] as { state: unknown }).state = { pings: 99 })),
            concatMap(() => EMPTY),
          ),
      }),
    );
    expect(await engine.send('witness', 'ping')).toBe(1);
    await scheduler.play(100);
    expect(state('witness')).toEqual({ pings: 1 });
    expect(of('plugin.message')).toMatchObject([{ message: 'ping' }]);
    expect(of('plugin.faulted')).toMatchObject([{ plugin: 'vandal', where: 'reactions' }]);
    await engine.close();
  });

  it('that throw in an observer of their own, outside of every operator, are named all the same', async () => {
    const { engine, scheduler, of } = lab();
    await engine.use(
      definePlugin({
        ...BASE,
        name: 'sideways',
        reactions: ({ events$ }) => {
          events$.subscribe(() => {
            throw new Error('outside');
          });
          return NEVER;
        },
      }),
    );
    await engine.use(witness);
    await engine.send('witness', 'ping');
    // RxJS reports it in a timer of the process.
    await new Promise((resolve) => setImmediate(() => setTimeout(resolve, 1)));
    await scheduler.play(100);
    expect(of('plugin.faulted')[0]).toMatchObject({ plugin: 'sideways', where: 'a callback' });
    await engine.close();
  });
});

describe('hostile reducers', () => {
  it('fault once for each event, are told together, and hurt no other state', async () => {
    const { engine, scheduler, of, state } = lab();
    await engine.use(witness);
    await engine.use(
      definePlugin({
        ...BASE,
        name: 'broken',
        state: {
          initial: () => ({ fine: true }),
          reducers: {
            'plugin.message': (draft) => {
              draft.fine = false;
              throw new Error('reducer');
            },
          },
        },
      }),
    );
    for (let i = 1; i <= 100; i++) expect(await engine.send('witness', 'ping')).toBe(i);
    await scheduler.play(10_000);
    expect(state('broken')).toEqual({ fine: true });
    expect(of('plugin.faulted').map(({ count }) => count)).toEqual([1, 99]);
    expect(engine.plugins()[1]).toMatchObject({ faults: 100 });
    await engine.close();
  });

  it('that fail at each other’s faults do not go round for ever', async () => {
    const { engine, scheduler, of } = lab();
    const pair = (name: string) =>
      definePlugin({
        ...BASE,
        name,
        state: {
          initial: () => ({}),
          reducers: {
            'plugin.faulted': () => {
              throw new Error(name);
            },
            'plugin.message': () => {
              throw new Error(name);
            },
          },
        },
      });
    await engine.use(witness);
    await engine.use(pair('a'));
    await engine.use(pair('b'));
    await engine.send('witness', 'ping');
    await scheduler.play(100_000);
    expect(of('plugin.faulted').length).toBeLessThan(60);
    await engine.close();
  });

  it('whose first state is no JSON, or throws, stop only their own plugin', async () => {
    const { engine, failure } = lab();
    const begins = (initial: () => unknown) => definePlugin({ ...BASE, name: 'odd', state: { initial } });
    expect((await failure(engine.use(begins(() => new Map())))).message).toContain(
      'the state must be plain JSON, but it is a Map',
    );
    const throwing = () => {
      throw new Error('no state');
    };
    expect((await failure(engine.use(begins(throwing)))).message).toContain('cannot be loaded: no state');
    await engine.use(witness);
    await engine.close();
  });
});

describe('hostile use of the rest', () => {
  it('storage cannot name another plugin’s values', async () => {
    const storage = memoryStorage();
    const { engine } = lab({ storage });
    const found: string[][] = [];
    await engine.use(definePlugin({ ...BASE, name: 'owner', setup: (ctx) => ctx.storage.set('secret', 1) }));
    await engine.use(
      definePlugin({
        ...BASE,
        name: 'thief',
        setup: async (ctx) => {
          for (const key of ['secret', 'owner/secret', '../owner/secret', "owner'; DROP TABLE x; --"])
            await ctx.storage.delete(key);
          found.push(await ctx.storage.list());
          await ctx.storage.set('secret', 2);
          found.push(await ctx.storage.list());
        },
      }),
    );
    expect(found).toEqual([[], ['secret']]);
    expect(await storage.get('owner', 'secret')).toBe('1');
    await engine.close();
  });

  it('facts are bounded in a second, and must be plain JSON', async () => {
    const { engine, scheduler, of, failure } = lab();
    await engine.use(
      definePlugin({
        ...BASE,
        name: 'loud',
        setup: (ctx) => {
          for (let i = 0; i < 80; i++) ctx.log.info('again', { i });
        },
      }),
    );
    await scheduler.play(1000);
    expect(of('plugin.told')).toHaveLength(50);
    expect(of('plugin.faulted')[0]!.problem.message).toContain('30 were dropped');
    const odd = definePlugin({ ...BASE, name: 'odd', setup: (ctx) => ctx.tell('x', { f: (() => 1) as unknown as null }) });
    expect((await failure(engine.use(odd))).message).toContain('what it tells must be plain JSON, but .f is a function');
    await engine.close();
  });

  it('setup that goes on after its time is over has no effect', async () => {
    const { engine, failure, scheduler, events } = lab({ pluginLimits: { loadMs: 100 } });
    let late = 0;
    const slow = definePlugin({
      ...BASE,
      name: 'slow',
      setup: async (ctx) => {
        await new Promise((resolve) => ctx.scheduler.after(1000, () => resolve(undefined)));
        ctx.defer(() => void late++);
        ctx.tell('still here');
      },
    });
    expect(await failure(engine.use(slow), 200)).toMatchObject({ code: 'PLUGIN_LOAD_TIMEOUT' });
    const before = events.length;
    await scheduler.play(2000);
    expect(late).toBe(1);
    expect(events.length).toBe(before);
    await engine.close();
  });

  it('a thousand loads and unloads leave nothing', async () => {
    const { engine, scheduler } = lab();
    for (let i = 0; i < 1000; i++) await (await engine.use(idle('brief'))).remove();
    expect(engine.state.plugins).toEqual({});
    expect(scheduler.flush()).toBe(0);
    await engine.close();
  });
});
