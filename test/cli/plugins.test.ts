import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { voxgraph } from '../../src/cli/program.js';
import type { Replayed } from '../../src/plugins/replay.js';
import { child } from './support/child.js';

let dir: string;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'voxgraph-cli-plugins-')));
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(files: Readonly<Record<string, string | object>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
}

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const io = {
    stdout: (text: string) => void (out += text),
    stderr: (text: string) => void (err += text),
    cwd: dir,
    color: false,
  };
  return { code: await voxgraph(args, io), out, err };
}

/** A plugin with a node, an operator, a state that counts its starts, and a word that says which version it is. */
const PLUGIN = (word = 'one', version = '1.0.0') => `
import { audio, defineNode, definePlugin, mapAudio } from 'voxgraph';
import { z } from 'zod';
import { gain } from './gain.ts';
const scale = (factor: number) => mapAudio(() => (input, output) => {
  input.planes.forEach((plane, c) => plane.forEach((x, i) => { output.planes[c]![i] = x * factor; }));
  output.silent = input.silent;
});
export default definePlugin({
  name: 'counter',
  version: '${version}',
  description: 'Counts how often it was begun.',
  config: z.strictObject({ half: z.boolean().default(true).meta({ description: 'Whether sound is halved.' }) }),
  nodes: [defineNode({
    type: 'counter.scale',
    summary: 'Scale by the number in gain.ts.',
    inputs: { audio: audio('In.') },
    outputs: { audio: audio('Out.') },
    options: z.strictObject({ by: z.number().default(1).meta({ description: 'A factor.' }) }),
    create: ({ inputs, options }) => ({ audio: inputs.audio.pipe(scale(gain * options.by)) }),
  })],
  audio: ({ config }) => scale(config.half ? 0.5 : 1),
  state: {
    persist: true,
    initial: () => ({ begun: 0 }),
    reducers: { 'graph.started': (draft) => void draft.begun++ },
  },
  setup: (ctx) => {
    ctx.log.info('${word} begins', { begun: (ctx.state as { begun: number }).begun });
    ctx.defer(() => ctx.log.info('${word} ends'));
  },
});`;

const GRAPH = {
  version: 1,
  title: 'Counted',
  plugins: { counter: { from: './plugins/counter.ts' } },
  nodes: {
    tone: { type: 'source.tone', options: { levelDb: -18, frequencyHz: 1000 } },
    scale: { type: 'counter.scale', in: { audio: 'tone' } },
    plugged: { type: 'plugin.audio', in: { audio: 'scale' } },
    opus: { type: 'encode.opus', in: { audio: 'plugged' } },
    call: { type: 'sink.call', in: { audio: 'opus' } },
  },
};
const FILES = { 'graph.json': GRAPH, 'plugins/counter.ts': PLUGIN(), 'plugins/gain.ts': 'export const gain: number = 0.5;' };

describe('commands about graphs that name plugins', () => {
  it('know their node types and settings', async () => {
    write(FILES);
    expect(await run('check', 'graph.json')).toMatchObject({ code: 0 });
    expect((await run('graph', 'graph.json')).out).toContain('counter.scale');
    expect((await run('nodes')).out).not.toContain('counter.scale');
    expect((await run('nodes', '--graph', 'graph.json')).out).toContain('counter.scale');
    expect((await run('nodes', 'counter.scale', '--graph', 'graph.json')).out).toContain('A factor.');
    expect((await run('schema', '--graph', 'graph.json')).out).toContain('counter.scale');
  });

  it('say what is wrong with them, where it stands', async () => {
    const bad = { ...GRAPH, plugins: { counter: { from: './plugins/counter.ts', config: { hlaf: true } } } };
    write({ ...FILES, 'graph.json': bad, 'gone.json': { ...GRAPH, plugins: { counter: { from: './plugins/countr.ts' } } } });
    const { code, out } = await run('check', 'graph.json', 'gone.json');
    expect(code).toBe(2);
    expect(out).toMatch(/graph\.json:\d+:9 plugin "counter" has no setting "hlaf"\. Did you mean "half"\?/);
    expect(out).toMatch(
      /gone\.json:\d+:\d+ the plugin file \.\/plugins\/countr\.ts does not exist\. Did you mean "counter\.ts"\?/,
    );
    write({ 'plugins/gain.ts': 'export const gain: number = ;' });
    expect((await run('nodes', '--graph', 'graph.json')).err).toContain('plugins/gain.ts:1:29 Unexpected token');
  });

  it('run their nodes and operators in tests of graphs and in renderings', async () => {
    write({
      ...FILES,
      'graph.test.json': {
        version: 1,
        title: 'A quarter of the tone',
        durationSec: 1,
        expect: [{ fromSec: 0.2, level: { hz: 1000, min: -30.1, max: -29.9 } }],
      },
    });
    expect(await run('test', 'graph.json')).toMatchObject({ code: 0, err: '' });
    write({ 'graph.json': { ...GRAPH, plugins: { counter: { ...GRAPH.plugins.counter, config: { half: false } } } } });
    expect(await run('test', 'graph.json')).toMatchObject({ code: 1 });
    const rendered = await run('render', 'graph.json', '-o', 'out.wav', '--duration', '1');
    expect(rendered).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(dir)).toContain('out.wav');
  });

  it('have the plugins of voxgraph.config, here or by --config', async () => {
    const { plugins: _, ...rest } = GRAPH;
    write({ ...FILES, 'graph.json': rest, 'conf.ts': `export default { plugins: ['./plugins/counter.ts'] };` });
    expect(await run('check', 'graph.json')).toMatchObject({ code: 2 });
    expect(await run('check', 'graph.json', '--config', 'conf.ts')).toMatchObject({ code: 0 });
    expect((await run('check', 'graph.json', '--config', 'con.ts')).err).toContain('the config file con.ts does not exist');
    write({ 'voxgraph.config.json': { plugins: [{ plugin: './plugins/counter.ts', priority: 'high' }] } });
    expect((await run('check', 'graph.json')).err).toContain('voxgraph.config.json:5:19 "plugins[0].priority": must be a number');
    write({ 'voxgraph.config.json': { plugins: ['./plugins/counter.ts'] } });
    expect(await run('check', 'graph.json')).toMatchObject({ code: 0 });
    expect((await run('nodes')).out).toContain('counter.scale');
  });
});

describe('voxgraph run with plugins', () => {
  it('swaps a saved plugin in the running call, keeps its state over restarts, and logs what replay repeats', async () => {
    write(FILES);
    const args = ['run', 'graph.json', '--port', '0', '--data', 'data', '--log', 'log.ndjson', '--watch'];
    const first = child(dir, ...args);
    await first.said(/counter@room:lobby: one begins \{"begun":0\}/);
    await first.said(/is on air/);
    // The plugin's own file, with another version.
    write({ 'plugins/counter.ts': PLUGIN('two', '1.1.0') });
    await first.said(
      /counter@room:lobby: two begins \{"begun":1\}[^]*counter@room:lobby: one ends|counter@room:lobby: one ends[^]*counter@room:lobby: two begins \{"begun":1\}/,
    );
    await first.said(/Plugin "counter@room:lobby" 1\.1\.0 took its own place/);
    // A file that it imports, with a mistake, and corrected.
    write({ 'plugins/gain.ts': 'export const gain: number = ;' });
    await first.said(/plugins\/gain\.ts:1:29 Unexpected token[^]*The plugin goes on as it was/);
    write({ 'plugins/gain.ts': 'export const gain: number = 0.25;', 'plugins/counter.ts': PLUGIN('three', '1.2.0') });
    await first.said(/counter@room:lobby: three begins \{"begun":1\}/);
    first.process.kill('SIGINT');
    expect(await first.exited).toBe(0);
    expect(first.text()).not.toMatch(/ExperimentalWarning|fault/);
    expect(readdirSync(join(dir, 'data'))).toContain('plugins.db');

    const second = child(dir, ...args);
    await second.said(/counter@room:lobby: three begins \{"begun":1\}/);
    await second.said(/is on air/);
    // The log is written in the background, some milliseconds behind.
    await vi.waitFor(
      () => expect(readFileSync(join(dir, 'log.ndjson'), 'utf8').match(/graph\.started/g)).toHaveLength(2),
      10_000,
    );
    second.process.kill('SIGKILL');
    await second.exited;

    const { code, out } = await run('replay', 'log.ndjson', '--run', '1', '--json');
    // The code of the first two versions is gone; it reduces as the last one does.
    const replayed = JSON.parse(out) as Replayed;
    expect(replayed).toMatchObject({ runs: 2, same: true });
    expect(replayed.problems.map((one) => one.code)).toEqual(['REPLAY_VERSION', 'REPLAY_VERSION']);
    expect(code).toBe(1);
    const again = await run('replay', 'log.ndjson', '--json');
    expect(again.code).toBe(0);
    const { cut, state } = JSON.parse(again.out) as Replayed;
    expect(cut).toBeDefined();
    expect(state.plugins['counter@room:lobby']?.state).toEqual({ begun: 2 });
  }, 60_000);

  it('ends with what is wrong, and exit code 2 or 1, when a plugin cannot be loaded', async () => {
    write({
      ...FILES,
      'plugins/counter.ts': PLUGIN().replace('setup: (ctx) => {', 'setup: (ctx) => { throw new Error("no luck");'),
    });
    const failed = await run('run', 'graph.json', '--port', '0', '--data', 'data');
    expect(failed).toMatchObject({ code: 1, err: expect.stringContaining('no luck') as string });
    write({ 'plugins/counter.ts': 'export default 1' });
    expect(await run('run', 'graph.json', '--port', '0')).toMatchObject({
      code: 2,
      err: expect.stringContaining('plugins/counter.ts:1:1 this file is no plugin') as string,
    });
  });
});
