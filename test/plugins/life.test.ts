import { NEVER, finalize, map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineNode } from '../../src/graph/define-node.js';
import { audio } from '../../src/graph/ports.js';
import { ofType } from '../../src/events/of-type.js';
import { definePlugin, message } from '../../src/plugins/define-plugin.js';
import { memoryStorage } from '../../src/plugins/storage.js';
import { BASE, idle, lab } from './lab.js';

describe('loading', () => {
  it('goes from what is needed to what needs it, and unloading back', async () => {
    const { engine, types, events } = lab();
    const did: string[] = [];
    const noting = (name: string, dependencies = {}) =>
      definePlugin({
        ...BASE,
        name,
        dependencies,
        setup: (ctx) => {
          did.push(`+${name}`);
          ctx.defer(() => void did.push(`-${name}`));
          ctx.defer(() => void did.push(`-${name} first`));
        },
      });
    const plugins = [noting('top', { middle: '^1.0.0' }), noting('middle', { bottom: '*' }), noting('bottom'), noting('a')];
    const other = lab({ plugins: plugins.map((definition) => ({ definition, priority: definition.name === 'a' ? -1 : 0 })) });
    await other.engine.use(idle('last'));
    expect(did).toEqual(['+bottom', '+middle', '+top', '+a']);
    await other.engine.close();
    expect(did.slice(4)).toEqual([
      '-a first',
      '-a',
      '-top first',
      '-top',
      '-middle first',
      '-middle',
      '-bottom first',
      '-bottom',
    ]);
    expect(other.of('plugin.unloaded').map(({ plugin }) => plugin)).toEqual(['last', 'a', 'top', 'middle', 'bottom']);
    await engine.close();
    expect([types(), events]).toEqual([[], []]);
  });

  it('runs nothing when anything is wrong, and says all of it', async () => {
    const { engine, failure, events } = lab();
    let ran = false;
    const ok = definePlugin({ ...BASE, name: 'ok', setup: () => void (ran = true) });
    const strict = definePlugin({ ...BASE, name: 'strict', config: z.strictObject({ limit: z.number() }) });
    const wrong = lab({
      plugins: [
        { definition: ok },
        { definition: strict, config: { limit: 'x', limt: 1 } },
        { definition: idle('user', { missing: '1' }) },
        { definition: idle('x', { y: '*' }) },
        { definition: idle('y', { x: '*' }) },
      ],
    });
    const error = await failure(wrong.engine.use(ok));
    expect(error.message.split('\n').sort()).toEqual([
      'plugin "strict" has no setting "limt". Did you mean "limit"?',
      'plugin "user" needs "missing", which is not installed (user → missing).',
      'setting "limit" of plugin "strict": must be a number, not "x".',
      'the plugins need each other in a circle: x → y → x.',
    ]);
    expect(ran).toBe(false);
    expect([...events, ...wrong.events]).toEqual([]);
    await engine.close();
    await wrong.engine.close();
  });

  it('takes back what was loaded before one that fails', async () => {
    const did: string[] = [];
    const first = definePlugin({ ...BASE, name: 'first', setup: (ctx) => ctx.defer(() => void did.push('first cleaned')) });
    const second = definePlugin({
      ...BASE,
      name: 'second',
      dependencies: { first: '*' },
      setup: (ctx) => {
        ctx.defer(() => void did.push('second cleaned'));
        throw new Error('no key');
      },
    });
    const { engine, failure, of } = lab({ plugins: [{ definition: first }, { definition: second }] });
    const error = await failure(engine.use(idle('other')));
    expect(error.message).toBe('plugin "second" cannot be loaded: no key.');
    expect(did).toEqual(['second cleaned', 'first cleaned']);
    expect(of('plugin.failed')).toMatchObject([{ plugin: 'second', problem: { code: 'PLUGIN_LOAD_FAILED' } }]);
    expect(engine.plugins()).toEqual([]);
    expect(engine.state.plugins).toEqual({});
    await engine.close();
  });

  it.each([
    ['nothing that is known', () => new Promise<void>(() => {}), 'none of storage, messages or commands'],
    [
      'another plugin',
      async (ctx: { send(to: string, message: string): Promise<unknown> }) => void (await ctx.send('mute', 'ask')),
      "its setup waits for ctx.send('mute', 'ask')",
    ],
  ])('has a limit, and names what it waited for: %s', async (_what, setup, cause) => {
    const { engine, failure, scheduler } = lab({ pluginLimits: { loadMs: 3000, replyMs: 60_000 } });
    await engine.use(
      definePlugin({
        ...BASE,
        name: 'mute',
        messages: { ask: message(z.null()) },
        replies: { ask: () => new Promise<null>(() => {}) },
      }),
    );
    const late: string[] = [];
    const stuck = definePlugin({
      ...BASE,
      name: 'stuck',
      setup: async (ctx) => {
        ctx.defer(() => void late.push('cleaned'));
        ctx.signal.addEventListener('abort', () => late.push('aborted'));
        await setup(ctx);
      },
    });
    const error = await failure(engine.use(stuck), 3000);
    expect(error.code).toBe('PLUGIN_LOAD_TIMEOUT');
    expect(error.message).toContain('plugin "stuck" was not loaded within 3 s: ');
    expect(error.message).toContain(cause);
    expect(late).toEqual(['aborted', 'cleaned']);
    // The next one is not held up.
    await engine.use(idle('next'));
    await scheduler.settle();
    await engine.close();
  });

  it('refuses a second one of the same name', async () => {
    const { engine, failure } = lab();
    await engine.use(idle('one'));
    expect(await failure(engine.use(idle('one')))).toMatchObject({ code: 'PLUGIN_TAKEN' });
    await engine.close();
  });
});

describe('unloading', () => {
  it('is refused while others need the plugin, or takes them too, in order', async () => {
    const { engine, failure, of } = lab();
    const base = await engine.use(idle('base'));
    await engine.use(idle('user', { base: '*' }));
    await engine.use(idle('user-of-user', { user: '*' }));
    const error = await failure(base.remove());
    expect(error.message).toBe('plugin "base" is needed by "user-of-user", "user".');
    expect(engine.plugins()).toHaveLength(3);
    await base.remove({ withDependants: true });
    expect(of('plugin.unloaded').map(({ plugin }) => plugin)).toEqual(['user-of-user', 'user', 'base']);
    expect(engine.state.plugins).toEqual({});
    await engine.close();
  });

  it('runs every disposer, whatever they do, and counts what went wrong', async () => {
    const { engine, scheduler, of } = lab();
    const did: string[] = [];
    const messy = await engine.use(
      definePlugin({
        ...BASE,
        name: 'messy',
        setup: (ctx) => {
          ctx.defer(() => void did.push('first'));
          ctx.defer(() => {
            throw new Error('in the way');
          });
          ctx.defer(() => Promise.reject(new Error('later')));
          ctx.defer(() => new Promise(() => {}));
          ctx.defer(() => void did.push('last'));
        },
      }),
    );
    const removed = messy.remove();
    await scheduler.play(5000);
    await removed;
    expect(did).toEqual(['last', 'first']);
    const faults = of('plugin.faulted');
    expect(faults.reduce((sum, { count }) => sum + count, 0)).toBe(3);
    expect(faults[0]!.problem.message).toContain('did not clean up in order: a disposer did not end within 5 s');
    await engine.close();
  });

  it('ends what a plugin could still do', async () => {
    const { engine, failure } = lab();
    let kept: { storage: { set(key: string, value: string): Promise<void> }; tell(what: string): void } | undefined;
    const gone = await engine.use(definePlugin({ ...BASE, name: 'gone', setup: (ctx) => void (kept = ctx) }));
    await gone.remove();
    expect(await failure(kept!.storage.set('a', 'b'))).toMatchObject({ code: 'UNKNOWN_PLUGIN' });
    kept!.tell('anything');
    await engine.close();
  });
});

describe('enabling and disabling', () => {
  it('starts and stops reducers, reactions and messages, and keeps the state', async () => {
    const { engine, state, scheduler, of, failure } = lab();
    const lives: string[] = [];
    const plugin = await engine.use(
      definePlugin({
        ...BASE,
        name: 'counter',
        messages: { add: message(z.number(), { reply: z.number() }) },
        state: { initial: () => ({ count: 0 }), messages: { add: (draft, by) => void (draft.count += by) } },
        replies: { add: ({ state: { count } }) => count },
        reactions: () => {
          lives.push('begin');
          return NEVER.pipe(finalize(() => lives.push('end')));
        },
      }),
    );
    expect(await plugin.send('add', 2)).toBe(2);
    plugin.disable();
    expect(await failure(plugin.send('add', 2))).toMatchObject({ code: 'PLUGIN_DISABLED' });
    expect(state('counter')).toEqual({ count: 2 });
    expect(engine.plugins()).toMatchObject([{ key: 'counter', status: 'disabled' }]);
    plugin.enable();
    plugin.enable();
    expect(await plugin.send('add', 3)).toBe(5);
    await scheduler.settle();
    expect(lives).toEqual(['begin', 'end', 'begin']);
    expect([of('plugin.enabled').length, of('plugin.disabled').length]).toEqual([2, 1]);
    await engine.close();
    expect(lives).toEqual(['begin', 'end', 'begin', 'end']);
  });

  it('goes by what needs what', async () => {
    const { engine } = lab();
    const base = await engine.use(idle('base'));
    const user = await engine.use(idle('user', { base: '*' }));
    expect(() => base.disable()).toThrow('plugin "base" is needed by "user"');
    user.disable();
    base.disable();
    expect(() => user.enable()).toThrow('plugin "user" needs "base", which is disabled (user → base)');
    base.enable();
    user.enable();
    await engine.close();
  });

  it('is the installer’s decision from the start', async () => {
    const { engine, of } = lab();
    const plugin = await engine.use(idle('quiet'), { enabled: false });
    expect(of('plugin.enabled')).toEqual([]);
    plugin.enable();
    expect(of('plugin.enabled')).toHaveLength(1);
    await engine.close();
  });

  it('is a command too', async () => {
    const { engine, of, failure } = lab();
    await engine.use(idle('quiet'));
    await engine.execute({ type: 'plugin.disable', plugin: 'quiet' });
    expect(engine.plugins()[0]!.status).toBe('disabled');
    expect(of('command.done')).toMatchObject([{ by: '(outside)', command: { type: 'plugin.disable', plugin: 'quiet' } }]);
    expect(await failure(engine.execute({ type: 'plugin.enable', plugin: 'quite' }))).toMatchObject({
      message: 'plugin "quite" is not installed. Did you mean "quiet"?',
    });
    await engine.close();
  });
});

describe('config', () => {
  const greeter = definePlugin({
    ...BASE,
    name: 'greeter',
    config: z.strictObject({ text: z.string().default('Hello'), times: z.number().max(3).default(1) }),
    state: {
      initial: ({ config }) => ({ text: config.text }),
      reducers: { 'call.opened': (draft, _event, { config }) => void (draft.text = config.text) },
    },
    reactions: ({ events$, ctx }) =>
      events$.pipe(
        ofType('call.opened'),
        map(({ call }) => ({ type: 'call.tell', call, text: ctx.config.text }) as const),
      ),
  });

  it('is completed, seen everywhere, and changes while it works', async () => {
    const { engine, state, of, scheduler } = lab();
    const plugin = await engine.use(greeter, { config: { text: 'Hi' } });
    expect(engine.state.plugins['greeter']).toMatchObject({ config: { text: 'Hi', times: 1 }, state: { text: 'Hi' } });
    plugin.configure({ text: 'Ho' });
    expect(of('plugin.configured')).toMatchObject([{ config: { text: 'Ho', times: 1 } }]);
    // Nobody runs the call, so that the command is refused; it carries the new text all the same.
    const opened = { type: 'call.opened', call: 'room:x', address: 'room:x' } as const;
    const session = engine.run({ version: 1, title: 'x', baseDir: '/', nodes: [], domains: [], plugins: {} }, { call: 'room:x' });
    await scheduler.play(100);
    await (await session).stop();
    expect(of('call.opened')).toMatchObject([opened]);
    expect(state('greeter')).toEqual({ text: 'Ho' });
    await engine.close();
  });

  it('that is wrong changes nothing', async () => {
    const { engine } = lab();
    const plugin = await engine.use(greeter);
    expect(() => plugin.configure({ times: 9 })).toThrow('setting "times" of plugin "greeter": must be at most 3, not 9');
    expect(engine.state.plugins['greeter']).toMatchObject({ config: { times: 1 } });
    await engine.close();
  });
});

describe('node types', () => {
  const hiss = (type = 'my.hiss') =>
    defineNode({
      type,
      summary: 'Hiss.',
      inputs: {},
      outputs: { audio: audio('Hiss.') },
      options: z.strictObject({}),
      create: () => ({ audio: NEVER }),
    });

  it('are there while the plugin is', async () => {
    const { engine } = lab();
    const plugin = await engine.use(definePlugin({ ...BASE, name: 'noise', nodes: [hiss()] }));
    expect(engine.registry.get('my.hiss')).toBeDefined();
    await plugin.remove();
    expect(engine.registry.get('my.hiss')).toBeUndefined();
    await engine.close();
  });

  it('that are taken are refused, and nothing is left', async () => {
    const { engine, failure } = lab();
    const error = await failure(engine.use(definePlugin({ ...BASE, name: 'noise', nodes: [hiss(), hiss('source.tone')] })));
    expect(error.message).toContain('node type "source.tone" is registered already');
    expect(engine.registry.get('my.hiss')).toBeUndefined();
    await engine.close();
  });
});

describe('a state that is to outlive the process', () => {
  const counter = (more: object = {}) =>
    definePlugin({
      ...BASE,
      name: 'counter',
      messages: { add: message(z.null()) },
      state: {
        initial: () => ({ count: 0 }),
        persist: true,
        messages: { add: (draft: { count: number }) => void draft.count++ },
        ...more,
      },
    });

  it('is saved a moment after it changed, and at the end', async () => {
    const storage = memoryStorage();
    const sets: string[] = [];
    const counting = {
      ...storage,
      set: (space: string, key: string, text: string) => (sets.push(text), storage.set(space, key, text)),
      close: async () => {},
    };
    const first = lab({ storage: counting });
    const plugin = await first.engine.use(counter());
    for (let i = 0; i < 5; i++) await plugin.send('add', null);
    await first.scheduler.play(1000);
    expect(sets).toHaveLength(1);
    await plugin.send('add', null);
    await first.engine.close();
    expect(sets).toHaveLength(2);
    const second = lab({ storage: counting });
    await second.engine.use(counter());
    expect(second.state('counter')).toEqual({ count: 6 });
    await second.engine.close();
  });

  it('of another form is migrated; one that does not fit is set aside and reported', async () => {
    const storage = { ...memoryStorage(), close: async () => {} };
    const first = lab({ storage });
    await (await first.engine.use(counter())).send('add', null);
    await first.engine.close();
    const second = lab({ storage });
    const migrate = (saved: unknown) => ({ count: (saved as { count: number }).count, added: true });
    await second.engine.use(counter({ version: 2, migrate }));
    expect(second.state('counter')).toEqual({ count: 1, added: true });
    await second.engine.close();
    await storage.set('(state)', 'counter', JSON.stringify({ stateVersion: 2, pluginVersion: '1', state: { count: 'x' } }));
    const third = lab({ storage });
    await third.engine.use(counter({ version: 2, schema: z.object({ count: z.number() }) }));
    expect(third.state('counter')).toEqual({ count: 0 });
    const [fault] = third.of('plugin.faulted');
    expect(fault).toMatchObject({ where: 'its saved state', problem: { code: 'PLUGIN_STATE_WRONG' } });
    expect(await storage.list('(state)', 'counter set aside')).toHaveLength(1);
    await third.engine.close();
  });

  it('that cannot be read stops the plugin rather than forgetting it', async () => {
    const storage = { ...memoryStorage(), get: () => Promise.reject(new Error('disk gone')), close: async () => {} };
    const { engine, failure } = lab({ storage });
    expect(await failure(engine.use(counter()))).toMatchObject({ code: 'STORAGE_FAILED' });
    await engine.close();
  });
});
