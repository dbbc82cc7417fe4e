import { createServer } from 'node:net';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAll, sine, writeSignal } from '../support/media-fixtures.js';
import { child } from './support/child.js';
import { cliIn } from './support/cli.js';

let folder: string;

const graph = (source: object) => ({
  version: 1,
  title: 'Test',
  nodes: {
    source,
    opus: { type: 'encode.opus', in: { audio: 'source' } },
    call: { type: 'sink.call', in: { audio: 'opus' } },
  },
});
const write = (name: string, what: object) => writeFileSync(join(folder, name), JSON.stringify(what));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'voxgraph-cli-'));
  write('tone.json', graph({ type: 'source.tone', options: { durationMs: 500 } }));
  write('endless.json', graph({ type: 'source.tone' }));
  write('file.json', {
    ...graph({ type: 'source.file', options: { src: { $param: 'music' } } }),
    params: { music: { type: 'string', default: 'none.wav' } },
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cli = (...args: string[]) => cliIn(folder, args);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('voxgraph', () => {
  it('has help with examples for every command', async () => {
    const { out } = await cli('--help');
    const commands = [...out.matchAll(/^ {2}(\w+)(?: \[| <)/gm)].map((match) => match[1]!).filter((name) => name !== 'help');
    expect(commands).toEqual(expect.arrayContaining(['run', 'render', 'check', 'graph', 'nodes', 'schema']));
    for (const command of commands) {
      const help = await cli(command, '--help');
      expect([command, help.code]).toEqual([command, 0]);
      expect(help.out).toMatch(/Examples?:/);
    }
  });

  it.each([
    [['rendr'], /Did you mean render/],
    [['render', '--ouput', 'x', 'tone.json'], /Did you mean --output/],
    [['render', '--ouput', 'x', 'tone.json'], /Run "voxgraph render --help"/],
    [['plugin', 'new'], /Run "voxgraph plugin new --help"/],
    [['render'], /name a graph to render/],
    [['run', 'none.json'], /the graph file none.json does not exist/],
    [['run', 'tone.json', '--port', 'x'], /--port must be a whole number from 0 to 65535, not "x"/],
    [['run', 'tone.json', '--call', 'moon:base', '--port', '0'], /"moon:base" is not a call address/],
    [['run', 'tone.json', '--host', '0.0.0.0', '--port', '0'], /needs a token/],
    [['run', 'tone.json', '--address', 'radio.example', '--port', '0'], /--address takes IP addresses .*, not "radio.example"/],
    [['run', 'tone.json', '--cors-origin', 'panel.example', '--port', '0'], /--cors-origin takes a site such as https:/],
    [['run', 'tone.json', '--cors-origin', 'https://a.example/b', '--port', '0'], /such as https:\/\/a.example, not/],
    [['run', 'tone.json', '--token', 'ключ', '--port', '0'], /a token is made of letters, digits and signs of ASCII/],
    [['run', 'tone.json', '--admin-token', 'two words', '--port', '0'], /a token is made of/],
    [['run', 'file.json', '--port', '0'], /file.json:1:\d+ node "source" \(source.file\): the file none.wav does not exist/],
    [['render', 'tone.json'], /say where with -o FILE/],
    [['render', 'tone.json', '-o', 'x.xyz'], /no container has the extension ".xyz"/],
    [['render', 'tone.json', '-o', 'none/x.ogg'], /its folder does not exist/],
    [['render', 'tone.json', '-o', 'x.ogg', '--duration', '0'], /--duration must be a number of seconds above 0, not "0"/],
    [['render', 'tone.json', '-o', 'x.ogg', '--duration', '1s'], /not "1s"/],
    [['render', 'file.json', '-o', 'x.ogg', '--param', 'music'], /--param takes NAME=VALUE/],
  ])('%j is explained, exit 2', async (args, sentence) => {
    const { err, code } = await cli(...args);
    expect(err).toMatch(sentence);
    expect(code).toBe(2);
    expect(readdirSync(folder).filter((name) => name.startsWith('x.'))).toEqual([]);
  });
});

describe('render', () => {
  it('writes the same bytes every time, and draws no progress where there is no terminal', async () => {
    const first = await cli('render', 'tone.json', '-o', 'a.ogg');
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toMatch(/^a\.ogg: 0\.5\d s, \d+× real time\n$/);
    expect((await cli('render', 'tone.json', '-o', 'b.ogg')).code).toBe(0);
    expect(readFileSync(join(folder, 'a.ogg')).equals(readFileSync(join(folder, 'b.ogg')))).toBe(true);
    // The codec's own delay may round it up by a packet.
    expect((await readAll(join(folder, 'a.ogg'))).samples).toBeLessThanOrEqual(0.54 * 48_000);
  });

  it('speaks JSON, and ends endless graphs after a duration', async () => {
    const { out, err, code } = await cli('render', 'endless.json', '-o', 'c.flac', '--duration', '0.3', '--json');
    expect([err, code]).toEqual(['', 0]);
    expect(JSON.parse(out)).toEqual({ output: 'c.flac', durationSec: 0.3, speed: expect.any(Number) as number, problems: [] });
    expect((await readAll(join(folder, 'c.flac'))).samples).toBe(0.3 * 48_000);
  });

  it('of a file that is cut off writes what there is, says so, exit 1', async () => {
    await writeSignal(join(folder, 'whole.flac'), sine(440), 96_000);
    const bytes = readFileSync(join(folder, 'whole.flac'));
    writeFileSync(join(folder, 'cut.flac'), bytes.subarray(0, bytes.length / 2));
    const { err, code } = await cli('render', 'file.json', '--param', 'music=cut.flac', '-o', 'cut.wav');
    expect(code).toBe(1);
    expect(err).toMatch(/cut\.flac (ends early|is damaged)/);
    expect((await readAll(join(folder, 'cut.wav'))).samples).toBeGreaterThan(24_000);
    const json = await cli('render', 'file.json', '--param', 'music=cut.flac', '-o', 'cut.wav', '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({
      problems: [{ code: expect.stringMatching(/^MEDIA_/) as string, node: 'source' }],
    });
  });

  it('of a graph that gives nothing says so, exit 1', async () => {
    write('people.json', graph({ type: 'source.participants' }));
    const { code, err } = await cli('render', 'people.json', '-o', 'people.ogg', '--duration', '2');
    expect([code, err]).toEqual([1, expect.stringContaining('nothing was written')]);
    expect(existsSync(join(folder, 'people.ogg'))).toBe(false);
  });

  it('stopped by Ctrl-C leaves no file, exit 130', async () => {
    const render = child(folder, 'render', 'endless.json', '-o', 'half.ogg');
    await Promise.race([until(() => readdirSync(folder).some((name) => name.includes('half'))), render.exited]);
    render.process.kill('SIGINT');
    expect(await render.exited).toBe(130);
    expect(render.text()).toBe('Stopped; nothing was written.\n');
    expect(readdirSync(folder).filter((name) => name.includes('half'))).toEqual([]);
  });
});

describe('run', () => {
  it('prints where to listen; a second start names the port; Ctrl-C ends it, exit 0', async () => {
    const run = child(folder, 'run', 'endless.json', '--port', '0');
    const [, port] = await run.said(/http:\/\/127\.0\.0\.1:(\d+)\//);
    const second = await cli('run', 'endless.json', '--port', port!);
    expect(second.code).toBe(3);
    expect(second.err).toContain(`port ${port} on 127.0.0.1 is already in use`);
    expect(second.err).toContain('--port');
    const stopMs = performance.now();
    run.process.kill('SIGINT');
    expect(await run.exited).toBe(0);
    // At once: some 30 ms, and generous for a machine that is busy.
    expect(performance.now() - stopMs).toBeLessThan(1500);
    expect(run.text()).not.toMatch(/\n\s+at /);
    // The port is free again.
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.on('error', reject).listen(Number(port), '127.0.0.1', resolve));
    server.close();
  });

  it('finalises its files when it is stopped', async () => {
    await writeSignal(join(folder, 'short.wav'), sine(440), 9600);
    write('loop.json', graph({ type: 'source.file', options: { src: 'short.wav', loop: true } }));
    const run = child(folder, 'run', 'loop.json', '--call', 'file:live.ogg', '--json');
    await run.said(/stream\.looped/);
    run.process.kill('SIGTERM');
    expect(await run.exited).toBe(0);
    expect(existsSync(join(folder, 'live.ogg'))).toBe(true);
    expect((await readAll(join(folder, 'live.ogg'))).outcome).toMatchObject({ kind: 'ended' });
  });

  it('ends with its graph; JSON lines', async () => {
    const { out, code } = await cli('run', 'tone.json', '--port', '0', '--json');
    expect(code).toBe(0);
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    const types = events.map((event) => event.type);
    expect(types).toEqual(expect.arrayContaining(['call.opened', 'graph.loaded', 'graph.started', 'run.ready', 'graph.ended']));
    expect(types.indexOf('graph.started')).toBeLessThan(types.indexOf('graph.ended'));
  });

  it('in several calls, which hear one source', async () => {
    write('station.json', graph({ type: 'source.tone', shared: true, options: { durationMs: 600 } }));
    const calls = ['--call', 'file:one.ogg', '--call', 'file:two.ogg'];
    const { out, code } = await cli('run', 'station.json', ...calls, '--json');
    expect(code).toBe(0);
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(events.filter(({ type }) => type === 'graph.ended')).toHaveLength(2);
    for (const name of ['one.ogg', 'two.ogg'])
      expect((await readAll(join(folder, name))).outcome).toMatchObject({ kind: 'ended' });
    const record = await cli('record', 'station.json', ...calls, '--events', 'log.ndjson');
    expect([record.code, record.err]).toEqual([2, expect.stringContaining('one call at a time can be recorded')]);
  });

  it('whose source cannot be played says why, exit 1', async () => {
    writeFileSync(join(folder, 'bad.mp3'), 'no music');
    const { err, code } = await cli('run', 'file.json', '--param', 'music=bad.mp3', '--port', '0');
    expect(code).toBe(1);
    expect(err).toContain('bad.mp3 cannot be read');
    const render = await cli('render', 'file.json', '--param', 'music=bad.mp3', '-o', 'nothing.ogg');
    expect(render.code).not.toBe(0);
    expect(existsSync(join(folder, 'nothing.ogg'))).toBe(false);
  });
});
