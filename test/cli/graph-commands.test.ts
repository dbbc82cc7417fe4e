import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { register as registerCheck } from '../../src/cli/commands/check.js';
import { register as registerGraph } from '../../src/cli/commands/graph.js';
import { register as registerNodes } from '../../src/cli/commands/nodes.js';
import { register as registerSchema } from '../../src/cli/commands/schema.js';
import { CommandExit } from '../../src/cli/io.js';
import { VoxError } from '../../src/errors.js';
import { graphSchemaText } from '../../src/graph/schema.js';
import { testRegistry, validGraph } from '../graph/support.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vox-cli-'));
  const put = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value, null, 2));
  const graph = validGraph();
  put('ok.json', graph);
  put('param.json', {
    ...graph,
    params: { hz: { type: 'number' } },
    nodes: { ...graph.nodes, tone: { type: 'source.tone', options: { frequencyHz: { $param: 'hz' } } } },
  });
  put('bad.json', { ...graph, nodes: { ...graph.nodes, tone: { type: 'source.tnoe' } } });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]) {
  let out = '';
  let err = '';
  const io = { stdout: (text: string) => (out += text), stderr: (text: string) => (err += text), cwd: folder, color: false };
  const program = new Command().exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  for (const register of [registerCheck, registerGraph, registerNodes, registerSchema])
    register(program, io, () => ({ registry: testRegistry }));
  let code = 0;
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (reason) {
    if (!(reason instanceof CommandExit)) throw reason;
    code = reason.exitCode;
  }
  return { out, err, code };
}

describe('check', () => {
  test('says what is fine', async () => {
    expect(await run('check', 'ok.json')).toEqual({ out: 'ok.json: ok (3 nodes, 1 clock domain)\n', err: '', code: 0 });
  });

  test('goes on behind a bad file and exits with 2', async () => {
    const { out, code } = await run('check', 'bad.json', 'ok.json');
    expect(code).toBe(2);
    expect(out).toContain(
      'bad.json:5:15 node "tone" (source.tnoe): node type "source.tnoe" does not exist. Did you mean "source.tone"?',
    );
    expect(out).toContain('  fix: Run "voxgraph nodes" for the list.');
    expect(out).toContain('ok.json: ok');
  });

  test('skips the schema that lies beside graphs', async () => {
    const { out, code } = await run('check', 'ok.json', 'graph.schema.json');
    expect(code).toBe(0);
    expect(out).toContain('graph.schema.json: skipped (a JSON Schema, not a graph)');
    expect(out).toContain('ok.json: ok');
  });

  test('takes params', async () => {
    expect((await run('check', 'param.json')).out).toContain('param "hz" has no default');
    expect((await run('check', 'param.json', '--param', 'hz=220')).code).toBe(0);
    expect((await run('check', 'param.json', '-p', 'hz=loud')).out).toContain('param "hz" must be a number, not "loud"');
    await expect(run('check', 'param.json', '--param', 'hz')).rejects.toThrow(VoxError);
  });

  test('speaks JSON', async () => {
    const { out, code } = await run('check', '--json', 'ok.json', 'bad.json');
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject([
      { file: 'ok.json', ok: true, nodes: 3, domains: 1, problems: [] },
      { file: 'bad.json', ok: false, problems: [{ code: 'UNKNOWN_TYPE', place: { line: 5, column: 15 }, node: 'tone' }] },
    ]);
  });
});

describe('graph', () => {
  test('draws to standard output or a file', async () => {
    expect((await run('graph', 'ok.json')).out).toContain('flowchart LR');
    expect((await run('graph', 'ok.json', '--format', 'dot')).out).toContain('digraph');
    expect(await run('graph', 'ok.json', '-f', 'svg', '-o', 'ok.svg')).toEqual({ out: '', err: '', code: 0 });
    expect(readFileSync(join(folder, 'ok.svg'), 'utf8')).toContain('</svg>');
  });

  test('does not draw over the graph itself', async () => {
    const before = readFileSync(join(folder, 'ok.json'), 'utf8');
    await expect(run('graph', 'ok.json', '-o', './ok.json')).rejects.toThrow('it is the graph itself');
    expect(readFileSync(join(folder, 'ok.json'), 'utf8')).toBe(before);
  });

  test('prints problems to standard error', async () => {
    const { out, err, code } = await run('graph', 'bad.json');
    expect([out, code]).toEqual(['', 2]);
    expect(err).toContain('bad.json:5:15');
  });

  test('an output that cannot be written is a clear error', async () => {
    await expect(run('graph', 'ok.json', '-o', 'none/such/ok.svg')).rejects.toThrow(
      'the output none/such/ok.svg cannot be written',
    );
  });
});

describe('nodes', () => {
  test('lists all by group', async () => {
    const { out } = await run('nodes');
    expect(out).toMatch(/^effect\n {2}effect\.equalizer +Shape the tone\.\n/);
    for (const { type, summary } of testRegistry.list())
      expect(out).toMatch(new RegExp(`  ${type.replace('.', '\\.')} +${summary}`));
  });

  test('lists those of one group', async () => {
    const { out } = await run('nodes', 'sink');
    expect(out).toMatch(/^sink\n {2}sink\./);
    expect(out).not.toContain('effect.');
  });

  test('shows one in full, with an example that checks', async () => {
    const { out } = await run('nodes', 'effect.gain');
    expect(out).toContain('gainDb (number, -60 to 24; default 0)\n      Gain in decibels; 0 changes nothing.');
    expect(out).toContain('"gain": { "type": "effect.gain", "in": { "audio": "a" }, "options": { "gainDb": 0 } }');
    const example = (await run('nodes', 'source.file')).out;
    expect(example).toContain('src (string; required; takes effect when the graph starts)');
    expect(example).toContain('"src": "media/tune.opus"');
  });

  test('every type has a page and JSON', async () => {
    for (const { type } of testRegistry.list()) {
      expect((await run('nodes', type)).out).toContain('example');
      expect(JSON.parse((await run('nodes', type, '--json')).out)).toMatchObject({ type });
    }
    expect(JSON.parse((await run('nodes', '--json')).out)).toHaveLength(testRegistry.list().length);
  });

  test('an unknown type is answered with the nearest', async () => {
    await expect(run('nodes', 'effect.gian')).rejects.toThrow('Did you mean "effect.gain"?');
  });
});

describe('schema', () => {
  test('is printed, and compared', async () => {
    const text = graphSchemaText(testRegistry);
    expect((await run('schema')).out).toBe(text);
    writeFileSync(join(folder, 'fresh.json'), text);
    writeFileSync(join(folder, 'crlf.json'), text.replace(/\n/g, '\r\n'));
    writeFileSync(join(folder, 'stale.json'), text.replace('20000', '2000'));
    expect((await run('schema', '--check', 'fresh.json')).code).toBe(0);
    expect((await run('schema', '--check', 'crlf.json')).code).toBe(0);
    expect((await run('schema', '--check', 'stale.json')).code).toBe(1);
    expect((await run('schema', '--check', 'absent.json')).code).toBe(1);
  });
});
