import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAll, sine, writeSignal } from '../support/media-fixtures.js';
import { child } from './support/child.js';
import { cliIn } from './support/cli.js';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'voxgraph-live-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const graph = (nodes: object, more: object = {}) => ({
  version: 1,
  title: 'Live',
  ...more,
  nodes: {
    tone: { type: 'source.tone', options: { frequencyHz: 440, levelDb: -20 } },
    ...nodes,
    opus: { type: 'encode.opus', in: { audio: 'fx' } },
    call: { type: 'sink.call', in: { audio: 'opus' } },
  },
});
const echo = (delayMs: number) => ({ fx: { type: 'effect.echo', in: { audio: 'tone' }, options: { delayMs } } });
const save = (name: string, what: object) => writeFileSync(join(folder, name), JSON.stringify(what, null, 2));

const cli = (...args: string[]) => cliIn(folder, args);

describe('run --watch', () => {
  it('hears an edit, refuses a broken one and one whose part fails, and the graph goes on', { timeout: 60_000 }, async () => {
    save('watched.json', graph(echo(300)));
    const run = child(folder, 'run', 'watched.json', '--watch', '--port', '0');
    const [url] = await run.said(/http:\/\/127\.0\.0\.1:\d+/);
    save('watched.json', graph(echo(350)));
    await run.said(/Changed:\n {2}"fx": delayMs 300 → 350/);
    save('watched.json', graph({ fx: { type: 'effect.ecko', in: { audio: 'tone' } } }));
    await run.said(
      /watched\.json:\d+:\d+ node "fx".*"effect\.ecko" does not exist\. Did you mean "effect\.echo"\?[^]*goes on as it was/,
    );
    const dead = { tone: { type: 'source.url', options: { src: 'http://127.0.0.1:1/x.mp3' } } };
    save('watched.json', graph({ ...dead, ...echo(350) }));
    await run.said(/node "tone": the graph goes on as it was: .*127\.0\.0\.1:1 cannot be reached/);
    // What is heard is still the tone through the old effect.
    const { out, code } = await cli('tap', 'tone', '--url', url!, '--seconds', '0.2', '--json');
    expect(code).toBe(0);
    expect((JSON.parse(out.split('\n')[0]!) as { peakDb: number }).peakDb).toBeCloseTo(-20, 0);
    save('watched.json', graph({ fx: { type: 'effect.robot', in: { audio: 'tone' } } }));
    await run.said(/made anew: "fx" \(it was effect\.echo and is effect\.robot\)/);
    run.process.kill('SIGINT');
    expect(await run.exited).toBe(0);
    expect(run.text()).not.toMatch(/\n\s+at /);
  });
});

describe('a crash group', () => {
  const groups = (onError: string) => ({ groups: { feed: { nodes: ['feed'], onError, backoffMs: 20, maxRestarts: 1 } } });
  const feed = {
    feed: { type: 'source.process', options: { command: process.execPath, args: ['-e', 'process.exit(3)'] } },
    fx: { type: 'mix.sum', in: { audio: ['tone', 'feed'] } },
  };

  it('says what becomes of it, and ends the graph with 1 when it is to', { timeout: 60_000 }, async () => {
    save('ends.json', graph(feed, groups('end')));
    const { out, err, code } = await cli('run', 'ends.json', '--allow-process', '--port', '0');
    expect(code).toBe(1);
    expect(err).toMatch(/source "feed" failed: .*ended with code 3/);
    expect(err).not.toContain('input passes');
    expect(out).toContain('Group "feed" ends the graph, since "feed" gave up.');
  });

  it('is made anew, then stays silent while the rest goes on', { timeout: 60_000 }, async () => {
    save('restarts.json', graph(feed, groups('restart')));
    const run = child(folder, 'run', 'restarts.json', '--allow-process', '--port', '0');
    await run.said(
      /Group "feed" is made anew \(restart 1\)\.[^]*Group "feed" is bypassed, since "feed" gave up after 1 restarts?\./,
    );
    run.process.kill('SIGINT');
    expect(await run.exited).toBe(0);
  });
});

describe('record', () => {
  it('writes a log that render --events lets happen again, the same bytes every time', { timeout: 60_000 }, async () => {
    save('talk.json', graph(echo(200)));
    rmSync(join(folder, 'call.ndjson'), { force: true });
    const run = child(folder, 'record', 'talk.json', '--events', 'call.ndjson', '--port', '0');
    const [url] = await run.said(/http:\/\/127\.0\.0\.1:\d+/);
    await run.said(/on air/);
    // Some of it is there then.
    expect(await cli('tap', 'tone', '--url', url!, '--seconds', '0.2')).toMatchObject({ code: 0 });
    run.process.kill('SIGINT');
    expect(await run.exited).toBe(0);
    const lines = readFileSync(join(folder, 'call.ndjson'), 'utf8').trim().split('\n');
    const { tick } = JSON.parse(lines.at(-1)!) as { tick: number };
    const hashes: string[] = [];
    for (const name of ['a.flac', 'b.flac']) {
      expect(await cli('render', '--events', 'call.ndjson', '-o', name)).toMatchObject({ code: 0, err: '' });
      hashes.push(readFileSync(join(folder, name)).toString('base64'));
    }
    expect(hashes[1]).toBe(hashes[0]);
    expect((await readAll(join(folder, 'a.flac'))).samples).toBe(tick * 960);
    for (const [text, sentence] of [
      ['garbage\n', /line 1 is no line of a log/],
      ['', /does not begin with log\.started/],
    ] as const) {
      writeFileSync(join(folder, 'bad.ndjson'), text);
      const bad = await cli('render', '--events', 'bad.ndjson', '-o', 'c.flac');
      expect(bad.err).toMatch(sentence);
      expect(bad.code).toBe(2);
    }
    writeFileSync(join(folder, 'in-the-way'), '');
    const unwritable = await cli('record', 'talk.json', '--events', 'in-the-way/call.ndjson', '--port', '0');
    expect(unwritable.err).toMatch(/cannot be written/);
    expect(unwritable.code).toBe(2);
  });
});

describe('exit codes', () => {
  it.each([
    [['explain', 'NOPE'], 2, /no error is called "NOPE"\. "voxgraph explain" lists them all/],
    [['tap', 'x', '--url', 'http://127.0.0.1:1'], 3, /no running voxgraph answers/],
    [['tap', 'x', '--seconds', '-1'], 2, /--seconds must be a number above 0/],
    [['test', 'none'], 2, /^$/],
    [['nodes', 'effect.ecko'], 2, /Did you mean "effect\.echo"/],
    [['graph', 'none.json'], 2, /does not exist/],
    [['render', '--events', 'none.ndjson', '-o', 'x.ogg'], 2, /cannot be read/],
    [['record', 'none.json'], 2, /--events/],
    [['schema', '--none'], 2, /unknown option/],
  ])('%j: %i', async (args, code, sentence) => {
    const found = await cli(...args);
    expect(found.code).toBe(code);
    expect(found.err).toMatch(sentence);
  });
});

describe('an output that nobody reads any more', () => {
  it('stops a running call in order, without a stack trace', { timeout: 60_000 }, async () => {
    // Its events never stop.
    await writeSignal(join(folder, 'short.wav'), sine(440), 9600);
    const tone = { type: 'source.file', options: { src: 'short.wav', loop: true } };
    save('piped.json', graph({ tone, ...echo(200) }));
    const run = child(folder, 'run', 'piped.json', '--call', 'file:piped.ogg', '--json');
    await run.said(/stream\.looped/);
    run.process.stdout.destroy();
    expect(await run.exited).toBe(0);
    expect(run.text()).not.toMatch(/EPIPE|\n\s+at /);
    expect((await readAll(join(folder, 'piped.ogg'))).outcome).toMatchObject({ kind: 'ended' });
  });
});
