import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { map, tap } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { voxError } from '../../src/errors.js';
import { checkGraphFile } from '../../src/graph/load.js';
import { ofType } from '../../src/events/of-type.js';
import { definePlugin, message } from '../../src/plugins/define-plugin.js';
import type { PluginLoader } from '../../src/plugins/loader-types.js';
import type { PluginDefinition } from '../../src/plugins/plugin-types.js';
import { BASE, idle, lab } from '../plugins/lab.js';

const folder = mkdtempSync(join(tmpdir(), 'voxgraph-plugins-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nodes = {
  tone: { type: 'source.tone' },
  effects: { type: 'plugin.audio', in: { audio: 'tone' } },
  out: { type: 'sink.null', in: { audio: 'effects' } },
};

function graphFile(name: string, plugins: object, more: object = {}): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify({ version: 1, title: name, plugins, nodes: { ...nodes, ...more } }, null, 2));
  return file;
}

/** A loader of what the test gives, by name or by `from`. */
function loaderOf(...definitions: PluginDefinition[]): PluginLoader & { asked: object[] } {
  const asked: object[] = [];
  const load: PluginLoader['load'] = async (request) => {
    asked.push(request);
    const definition = definitions.find(({ name }) => name === (request.from?.replace(/^\.\/|\.ts$/g, '') ?? request.name));
    if (!definition) throw voxError('UNKNOWN_PLUGIN', { plugin: request.name ?? '' });
    return { definition, from: request.from ?? 'built-in', files: [] };
  };
  return { asked, load, reload: () => Promise.reject(new Error('not here')), present: () => [] };
}

/** Counts what it is shown, and notes which frames passed. */
const watcher = (name = 'watcher', frames: string[] = []) =>
  definePlugin({
    ...BASE,
    name,
    config: z.strictObject({ label: z.string().default('x') }),
    messages: { ask: message(z.null(), { reply: z.number() }) },
    state: {
      initial: () => ({ seen: [] as string[] }),
      reducers: {
        'graph.started': (draft, { graph }) => void draft.seen.push(`started ${graph}`),
        'graph.ended': (draft, { graph }) => void draft.seen.push(`ended ${graph}`),
        'call.started': (draft, { call }) => void draft.seen.push(`call ${call}`),
        'call.ended': (draft, { call, reason }) => void draft.seen.push(`call ${call} ${reason}`),
      },
    },
    replies: { ask: ({ state }) => state.seen.length },
    audio:
      ({ config, ctx }) =>
      (source) =>
        source.pipe(tap(() => frames.length < 1000 && frames.push(`${ctx.graph} ${config.label}`))),
  });

describe('plugins of a graph file', () => {
  it('are loaded before the graph, work in it, and are unloaded after its end', async () => {
    const frames: string[] = [];
    const { engine, scheduler, types, of } = lab({ loader: loaderOf(watcher('watcher', frames)) });
    const session = await engine.run(graphFile('one.json', { watcher: { config: { label: 'hello' } } }), { call: 'room:a' });
    await scheduler.play(200);
    expect(engine.plugins()).toMatchObject([
      { key: 'watcher@room:a', name: 'watcher', graph: session.id, status: 'enabled', config: { label: 'hello' } },
    ]);
    expect(engine.state.plugins['watcher@room:a']!.state).toEqual({ seen: ['call room:a', 'started graph-1'] });
    expect(frames.length).toBeGreaterThanOrEqual(9);
    expect(new Set(frames)).toEqual(new Set(['graph-1 hello']));
    await session.stop();
    expect(await session.ended).toBe('stopped');
    const order = types().filter((type) =>
      /^(plugin\.(loaded|unloaded)|graph\.(loaded|ended)|call\.(opened|ended|closed))$/.test(type),
    );
    expect(order).toEqual([
      'plugin.loaded',
      'call.opened',
      'graph.loaded',
      'graph.ended',
      'call.ended',
      'call.closed',
      'plugin.unloaded',
    ]);
    expect(of('call.started')).toMatchObject([{ call: 'room:a', address: 'room:a' }]);
    expect(of('call.ended')).toMatchObject([{ call: 'room:a', reason: 'left' }]);
    expect(engine.state.plugins).toEqual({});
    await engine.close();
  });

  it('see their own graph and call alone', async () => {
    const { engine, scheduler } = lab({ loader: loaderOf(watcher()) });
    const first = await engine.run(graphFile('a.json', { watcher: {} }), { call: 'room:a' });
    await engine.run(graphFile('b.json', { watcher: {} }), { call: 'room:b' });
    await scheduler.play(100);
    await first.stop();
    await first.ended;
    expect(engine.state.plugins['watcher@room:b']!.state).toEqual({ seen: ['call room:b', 'started graph-2'] });
    await engine.close();
  });

  it('may command their own graph and call only', async () => {
    const tried: string[] = [];
    const meddler = definePlugin({
      ...BASE,
      name: 'meddler',
      messages: { try: message(z.looseObject({ type: z.string() })) },
      replies: {
        try: async ({ payload, ctx }) => {
          await ctx.execute(payload as never).then(
            () => tried.push('done'),
            (error: { code: string; message: string }) => tried.push(`${error.code} ${error.message}`),
          );
          return null;
        },
      },
    });
    const { engine, of } = lab({ loader: loaderOf(meddler), plugins: [{ definition: idle('shared') }] });
    const gain = {
      volume: { type: 'effect.gain', in: { audio: 'effects' } },
      out: { type: 'sink.null', in: { audio: 'volume' } },
    };
    const first = await engine.run(graphFile('a.json', { meddler: {} }, gain), { call: 'room:a' });
    await engine.run(graphFile('b.json', {}, gain), { call: 'room:b' });
    const send = (command: object) => engine.send('meddler', 'try', command);
    await send({ type: 'node.set', node: 'volume', options: { gainDb: -3 } });
    await send({ type: 'call.volume', percent: 50 });
    await send({ type: 'node.set', call: 'room:b', node: 'volume', options: { gainDb: -3 } });
    await send({ type: 'call.leave', call: 'room:b' });
    await send({ type: 'plugin.disable', plugin: 'shared' });
    expect(tried.slice(0, 2)).toEqual(['done', 'done']);
    expect(tried[2]).toContain(
      'COMMAND_REFUSED node.set was refused: plugin "meddler@room:a" belongs to one graph and may not reach call "room:b"',
    );
    expect(tried[3]).toContain('may not reach call "room:b"');
    expect(tried[4]).toContain('may not reach plugin "shared"');
    expect(of('command.refused')).toHaveLength(3);
    expect(of('command.done').map(({ by, command }) => [by, command])).toEqual([
      ['meddler@room:a', { type: 'node.set', graph: first.id, node: 'volume', options: { gainDb: -3 } }],
      ['meddler@room:a', { type: 'call.volume', graph: first.id, percent: 50 }],
    ]);
    await engine.close();
  });

  it('are found by name, or by where they come from', async () => {
    const loader = loaderOf(watcher('mine'), watcher('named'));
    const { engine } = lab({ loader });
    await engine.run(graphFile('from.json', { mine: { from: './mine.ts' }, named: {} }));
    expect(loader.asked).toEqual([
      { name: 'mine', from: './mine.ts', baseDir: folder },
      { name: 'named', baseDir: folder },
    ]);
    expect(engine.state.plugins[`mine@${join(folder, 'from.json')}`]).toBeDefined();
    await engine.close();
  });

  it('of a stranger are only those that are installed', async () => {
    const loader = loaderOf(watcher('mine'));
    for (const permissions of [{ publicOnly: true }, { plugins: false }]) {
      const { engine, failure } = lab({ loader, permissions, plugins: [{ definition: idle('shared') }] });
      const error = await failure(engine.run(graphFile('stranger.json', { mine: { from: './mine.ts' }, shared: {} })));
      expect(error.message).toContain('plugin "mine" is not installed');
      expect(loader.asked).toEqual([]);
      await engine.close();
    }
  });

  it('are validated with the graph: names, config and node types, at their places', async () => {
    const tuner = definePlugin({
      ...BASE,
      name: 'tuner',
      config: z.strictObject({ depthDb: z.number().max(0), mode: z.enum(['soft', 'hard']).default('soft') }),
    });
    const { engine } = lab({ loader: loaderOf(tuner) });
    const file = join(folder, 'wrong.json');
    writeFileSync(
      file,
      [
        '{',
        '  "version": 1,',
        '  "params": { "depth": { "type": "number", "default": 3 } },',
        '  "plugins": {',
        '    "tuner": { "config": { "depthDB": 1, "mode": "sfot", "depthDb": { "$param": "depth" } } },',
        '    "gone": { "from": "./gone.ts" },',
        '    "off": { "enabled": false },',
        '    "odd": { "form": "./odd.ts", "from": "" }',
        '  },',
        `  "nodes": ${JSON.stringify(nodes)}`,
        '}',
      ].join('\n'),
    );
    const { check } = await engine.declare(file);
    const problems = checkGraphFile(file, check).problems.map(
      ({ message, place }) => `${place?.line}:${place?.column} ${message}`,
    );
    expect(problems).toEqual([
      '5:28 plugin "tuner" has no setting "depthDB". Did you mean "depthDb"?',
      '5:50 setting "mode" of plugin "tuner": must be "soft" or "hard", not "sfot". Did you mean "soft"?',
      '5:69 setting "depthDb" of plugin "tuner": must be at most 0, not 3 (from param "depth")',
      '6:23 plugin "gone" is not installed',
      '8:5 plugin "odd" is not installed',
      '8:14 a plugin entry has no "form". Did you mean "from"?',
      '8:42 "from" must name a package or a path, such as "./my-plugin.ts"',
    ]);
    await engine.close();
  });

  it('whose setup fails leave no call open', async () => {
    const bad = definePlugin({
      ...BASE,
      name: 'bad',
      setup: () => {
        throw new Error('no key');
      },
    });
    const { engine, failure, types } = lab({ loader: loaderOf(bad) });
    expect((await failure(engine.run(graphFile('bad.json', { bad: {} }), { call: 'room:a' }))).message).toContain('no key');
    expect(types()).toEqual(['plugin.failed']);
    const session = await engine.run(graphFile('good.json', {}), { call: 'room:a' });
    await session.stop();
    await engine.close();
  });

  it('are unloaded again when the call cannot be opened', async () => {
    const { engine, failure, types } = lab({ loader: loaderOf(watcher()) });
    const file = graphFile('one.json', { watcher: {} });
    await engine.run(file, { call: 'room:a' });
    expect(await failure(engine.run(file, { call: 'room:a' }))).toMatchObject({ code: 'CALL_TAKEN' });
    expect(types().filter((type) => type === 'plugin.loaded')).toHaveLength(1);
    await engine.close();
  });

  it('follow a change of the running graph', async () => {
    const frames: string[] = [];
    const { engine, scheduler, of } = lab({ loader: loaderOf(watcher('watcher', frames), watcher('other')) });
    const file = graphFile('live.json', { watcher: { config: { label: 'one' } } });
    const session = await engine.run(file);
    await scheduler.play(100);
    const change = async (plugins: object) => {
      graphFile('live.json', plugins);
      const changing = session.change(file);
      await scheduler.play(300);
      await changing;
    };
    await change({ watcher: { config: { label: 'two' } }, other: { enabled: false } });
    expect(frames.at(-1)).toBe('graph-1 two');
    expect(engine.plugins().map(({ name, status }) => [name, status])).toEqual([
      ['watcher', 'enabled'],
      ['other', 'disabled'],
    ]);
    await change({ other: {} });
    expect(engine.plugins().map(({ name, status }) => [name, status])).toEqual([['other', 'enabled']]);
    expect(of('plugin.loaded')).toHaveLength(2);
    expect(of('graph.ended')).toEqual([]);
    await engine.close();
  });
});

describe('plugins of the engine', () => {
  it('work in every graph, also in those that run already; a graph may say otherwise for itself', async () => {
    const frames: string[] = [];
    const { engine, scheduler } = lab();
    await engine.run(graphFile('plain.json', {}));
    const plugin = await engine.use(watcher('watcher', frames), { config: { label: 'engine' } });
    await engine.run(graphFile('own.json', { watcher: { config: { label: 'own' } } }));
    await engine.run(graphFile('none.json', { watcher: { enabled: false } }));
    await scheduler.play(100);
    expect(new Set(frames)).toEqual(new Set(['graph-1 engine', 'graph-2 own']));
    plugin.disable();
    await scheduler.play(100);
    frames.length = 0;
    await scheduler.play(100);
    expect(frames).toEqual([]);
    plugin.enable();
    await scheduler.play(100);
    expect(new Set(frames)).toEqual(new Set(['graph-1 engine', 'graph-2 own']));
    await plugin.remove();
    await scheduler.play(60);
    frames.length = 0;
    await scheduler.play(100);
    expect(frames).toEqual([]);
    await engine.close();
  });

  it('stand in the chain by dependencies, then priority, then name', async () => {
    const passed: string[] = [];
    const stage = (name: string, dependencies = {}) =>
      definePlugin({ ...BASE, name, dependencies, audio: () => (source) => source.pipe(tap(() => passed.push(name))) });
    const { engine, scheduler } = lab({
      loader: loaderOf(stage('own', { late: '*' })),
      plugins: [
        { definition: stage('early'), priority: 5 },
        { definition: stage('late'), priority: -5 },
        { definition: stage('b') },
        { definition: stage('a') },
      ],
    });
    await engine.run(graphFile('chain.json', { own: { priority: 100 } }));
    await scheduler.play(30);
    expect(passed.slice(0, 5)).toEqual(['early', 'a', 'b', 'late', 'own']);
    await engine.close();
  });

  it('that fail at frames are named, and the sound goes on', async () => {
    let frames = 0;
    const { engine, scheduler, of } = lab();
    await engine.use(
      definePlugin({
        ...BASE,
        name: 'broken',
        audio: () => (source) =>
          source.pipe(
            map(() => {
              frames++;
              throw new Error('per frame');
            }),
          ),
      }),
    );
    const session = await engine.run(graphFile('broken.json', {}));
    await scheduler.play(500);
    expect(frames).toBeGreaterThan(0);
    expect(of('plugin.bypassed')).toMatchObject([{ plugin: 'broken', where: 'audio', graph: session.id, node: 'effects' }]);
    expect(engine.plugins()[0]).toMatchObject({ bypassed: ['audio'] });
    expect((await session.stats()).stats.nodes['out']).toMatchObject({ faults: 0 });
    await engine.close();
  });
});

describe('swapping the code of a plugin', () => {
  const counter = (version: string, more: object = {}) =>
    definePlugin({
      ...BASE,
      name: 'counter',
      version,
      messages: { add: message(z.null(), { reply: z.string() }) },
      state: {
        initial: () => ({ count: 0 }),
        messages: { add: (draft: { count: number }) => void draft.count++ },
        ...more,
      },
      replies: { add: ({ state }) => `${version}: ${(state as { count: number }).count}` },
    });

  it('keeps its state, and the call goes on', async () => {
    const { engine, scheduler, types, of } = lab();
    const session = await engine.run(graphFile('swap.json', {}));
    const did: string[] = [];
    const noting = (version: string) =>
      definePlugin({
        ...BASE,
        name: 'noting',
        version,
        audio: () => (source) => source.pipe(tap(() => did.push(`frame ${version}`))),
        setup: (ctx) => {
          did.push(`+${version}`);
          ctx.defer(() => void did.push(`-${version}`));
        },
      });
    const plugin = await engine.use(counter('1.0.0'));
    const other = await engine.use(noting('1.0.0'));
    expect(await plugin.send('add')).toBe('1.0.0: 1');
    await plugin.reload(counter('1.1.0'));
    expect(await plugin.send('add')).toBe('1.1.0: 2');
    await scheduler.play(60);
    await other.reload(noting('2.0.0'));
    await scheduler.play(100);
    const order = did.filter((entry) => !entry.startsWith('frame'));
    expect(order).toEqual(['+1.0.0', '+2.0.0', '-1.0.0']);
    expect(did.at(-1)).toBe('frame 2.0.0');
    expect(of('plugin.reloaded')).toMatchObject([
      { plugin: 'counter', version: '1.1.0', state: { count: 1 } },
      { plugin: 'noting', version: '2.0.0' },
    ]);
    expect(types()).not.toContain('plugin.unloaded');
    expect(engine.state.graphs[session.id]!.status).toBe('running');
    await engine.close();
  });

  it('migrates its state, or leaves the old code with a reason', async () => {
    const { engine, failure } = lab();
    const plugin = await engine.use(counter('1.0.0'));
    await plugin.send('add');
    const cannot = await failure(plugin.reload(counter('2.0.0', { version: 2 })));
    expect(cannot.message).toContain(
      'the state cannot be carried over: it has form 1, the plugin knows form 2 and cannot migrate',
    );
    expect(await plugin.send('add')).toBe('1.0.0: 2');
    await plugin.reload(counter('2.0.0', { version: 2, migrate: (saved: { count: number }) => ({ count: saved.count * 10 }) }));
    expect(await plugin.send('add')).toBe('2.0.0: 21');
    await engine.close();
  });

  it.each<[string, () => PluginDefinition, RegExp]>([
    [
      'throws in setup',
      () => definePlugin({ ...BASE, name: 'counter', setup: () => Promise.reject(new Error('new fault')) }),
      /new fault/,
    ],
    ['has another name', () => idle('other'), /calls itself "other"/],
    ['needs what is not there', () => idle('counter', { missing: '*' }), /needs "missing", which is not installed/],
    [
      'wants another config',
      () => definePlugin({ ...BASE, name: 'counter', config: z.strictObject({ key: z.string() }) }),
      /"key" of plugin "counter": it must be given/,
    ],
    ['is too new for its dependants', () => counter('3.0.0'), /"user" needs "counter" \^1.0.0, but 3.0.0 is installed/],
  ])('is refused when the new code %s; the old one works on', async (_what, make, sentence) => {
    const { engine, failure } = lab();
    const plugin = await engine.use(counter('1.0.0'));
    await engine.use(idle('user', { counter: '^1.0.0' }));
    expect((await failure(plugin.reload(make()))).message).toMatch(sentence);
    expect(await plugin.send('add')).toBe('1.0.0: 1');
    expect(engine.plugins()).toHaveLength(2);
    await engine.close();
  });
});

describe('reactions', () => {
  it('steer the graph: what they give is done, and told', async () => {
    const dimmer = definePlugin({
      ...BASE,
      name: 'dimmer',
      reactions: ({ events$ }) =>
        events$.pipe(
          ofType('graph.started'),
          map(({ graph }) => ({ type: 'call.volume', graph, gainDb: -20 }) as const),
        ),
    });
    const { engine, scheduler, of } = lab({ plugins: [{ definition: dimmer }] });
    const gain = {
      volume: { type: 'effect.gain', in: { audio: 'effects' } },
      out: { type: 'sink.null', in: { audio: 'volume' } },
    };
    await engine.run(graphFile('dim.json', {}, gain));
    await scheduler.play(100);
    expect(of('command.done')).toMatchObject([{ by: 'dimmer', command: { type: 'call.volume', gainDb: -20 } }]);
    await engine.close();
  });
});
