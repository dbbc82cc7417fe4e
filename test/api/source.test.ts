import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { RADIO, served } from './support.js';

const temp = mkdtempSync(join(tmpdir(), 'voxgraph-source-'));
afterAll(() => rmSync(temp, { recursive: true, force: true }));

let open: Awaited<ReturnType<typeof served>> | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

async function start(graph?: object) {
  const made = await served(graph ? { graph } : {});
  open = made;
  await made.scheduler.play(200);
  const put = (body: object) => made.during(made.ask('PUT', '/api/v1/graphs/graph-1/source', body));
  const check = (text: string) => made.during(made.post('/graphs/graph-1/check', { text }));
  const source = async () => (await made.get('/graphs/graph-1/source')).json;
  return { ...made, put, check, source };
}
const louder = (text: string) => text.replace('"gainDb": -6', '"gainDb": -3');

describe('the text of a running graph', () => {
  it('is read, replaced, and taken back', async () => {
    const { put, source, get, post, during, file, of } = await start();
    const before = await source();
    expect(before).toEqual({
      text: readFileSync(file, 'utf8'),
      file: 'radio.json',
      version: expect.any(String),
      unsaved: false,
      undo: 0,
    });
    const changed = await put({ text: louder(before.text), version: before.version });
    expect(changed.json).toMatchObject({ undo: 1, unsaved: true, changes: [expect.stringContaining('volume')] });
    const gain = async () =>
      (await get('/graphs/graph-1')).json.plan.nodes.find(({ id }: { id: string }) => id === 'volume').options.gainDb;
    expect(await gain()).toBe(-3);
    expect(readFileSync(file, 'utf8')).toBe(before.text);
    expect(of('node.told').map(({ what }) => what)).toContain('graph.changed');
    // Whoever has the old text still is told so.
    const stale = await put({ text: before.text, version: before.version });
    expect([stale.status, stale.json.error.code]).toEqual([409, 'SOURCE_CHANGED']);
    const undone = (await during(post('/graphs/graph-1/undo'))).json;
    expect(undone).toMatchObject({ text: before.text, version: before.version, unsaved: false, undo: 0 });
    expect(await gain()).toBe(-6);
    const nothing = await during(post('/graphs/graph-1/undo'));
    expect([nothing.status, nothing.json.error.code]).toEqual([409, 'NOTHING_TO_UNDO']);
  });

  it('is written to disk when that is asked for, and what is saved there later counts', async () => {
    const { put, source, file } = await start();
    const { text, version } = await source();
    const saved = await put({ text: louder(text), version, save: true });
    expect(saved.json.unsaved).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe(louder(text));
    writeFileSync(file, text);
    expect(await source()).toMatchObject({ text, unsaved: false });
  });

  it('is checked with each problem at its place', async () => {
    const { check, put, source } = await start();
    const { text, version } = await source();
    const wrong = text.replace('"gainDb"', '"gainDB"').replace('effect.gain', 'effect.gian');
    const { problems } = (await check(wrong)).json;
    const line = wrong.split('\n').findIndex((one: string) => one.includes('effect.gian'));
    expect(problems[0]).toMatchObject({ code: 'UNKNOWN_TYPE', severity: 'error', line: line + 1, endLine: line + 1 });
    const { column, endColumn } = problems[0];
    expect(wrong.split('\n')[line]!.slice(column - 1, endColumn - 1)).toBe('"effect.gian"');
    const refused = await put({ text: wrong, version });
    expect([refused.status, refused.json.error.code]).toEqual([400, 'UNKNOWN_TYPE']);
    expect(refused.json.error.where).toBe(`radio.json:${line + 1}:${column}`);
    expect((await check('{')).json.problems[0].code).toBe('GRAPH_SYNTAX');
    expect((await check(text)).json.problems.filter(({ severity }: { severity: string }) => severity === 'error')).toEqual([]);
    expect(await source()).toMatchObject({ text, undo: 0 });
  });

  it('brings in no commands, no files to write and no code', async () => {
    const { put, check, source, during, post } = await start();
    const { version } = await source();
    const withNodes = (nodes: object, plugins = {}) =>
      JSON.stringify({ ...RADIO, plugins, nodes: { ...RADIO.nodes, ...nodes } }, null, 2);
    const command = withNodes({
      run: { type: 'source.process', options: { command: 'touch', args: ['/tmp/owned'] } },
      out: { type: 'sink.null', in: { audio: 'run' } },
    });
    const refused = await put({ text: command, version });
    expect([refused.status, refused.json.error.code]).toEqual([403, 'TEXT_FORBIDDEN']);
    const [found] = (await check(command)).json.problems;
    expect(command.split('\n')[found.line - 1]).toContain('"options"');
    const file = withNodes({ rec: { type: 'sink.file', in: { audio: 'duck' }, options: { path: 'rec.wav' } } });
    expect((await put({ text: file, version })).json.error.code).toBe('TEXT_FORBIDDEN');
    const code = withNodes({}, { evil: { from: './evil.ts' } });
    expect((await put({ text: code, version })).json.error.code).toBe('TEXT_FORBIDDEN');
    const log = await during(post('/commands', { type: 'plugin.configure', plugin: 'logging', config: { file: '/tmp/owned' } }));
    expect([log.status, log.json.error.code]).toEqual([403, 'TEXT_FORBIDDEN']);
  });

  it('may keep what the owner wrote into it', async () => {
    const path = join(temp, 'rec.wav');
    const nodes = { ...RADIO.nodes, rec: { type: 'sink.file', in: { audio: 'duck' }, options: { path } } };
    const { put, source } = await start({ ...RADIO, nodes });
    const { text, version } = await source();
    expect((await put({ text: louder(text), version })).status).toBe(200);
  });
});
