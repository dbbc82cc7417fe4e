import { mkdtempSync, readFileSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { voxgraph } from '../../src/cli/program.js';
import type { EngineEvent, StampedEvent } from '../../src/events/event.js';
import { openJournal } from '../../src/events/journal/write.js';
import { EMPTY_STATE } from '../../src/events/state.js';
import { createPluginLoader } from '../../src/plugins/loader/plugin-loader.js';
import { reduceAll } from '../../src/plugins/reduce.js';
import type { Replayed } from '../../src/plugins/replay.js';

const T0 = Date.UTC(2026, 2, 1, 12);
let dir: string;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'voxgraph-replay-')));
});
afterEach(() => rmSync(dir, { recursive: true }));

const COUNTER = (version = '1.0.0', step = '1') => `
import { definePlugin } from 'voxgraph';
import { z } from 'zod';
export default definePlugin({
  name: 'counter',
  version: '${version}',
  description: 'Counts who joins.',
  config: z.strictObject({ from: z.number().default(0) }),
  setup: () => { throw new Error('a replay must not set up'); },
  state: {
    initial: ({ config }) => ({ count: config.from }),
    reducers: {
      'participant.joined': (draft) => { draft.count += ${step}; },
      'participant.left': () => { throw new Error('a fault of its own'); },
    },
  },
});`;

const FACTS: readonly (readonly [number, EngineEvent])[] = [
  [
    0,
    { type: 'plugin.loaded', plugin: 'counter', name: 'counter', version: '1.0.0', config: { from: 10 }, state: { count: 10 } },
  ],
  [0, { type: 'plugin.enabled', plugin: 'counter' }],
  [500, { type: 'call.opened', call: 'room:lobby', address: 'room:lobby' }],
  [1000, { type: 'participant.joined', call: 'room:lobby', participantId: 'p1', name: 'Ada' }],
  [2000, { type: 'participant.joined', call: 'room:lobby', participantId: 'p2' }],
  [90_000, { type: 'participant.left', call: 'room:lobby', participantId: 'p1' }],
  [91_000, { type: 'participant.joined', call: 'room:lobby', participantId: 'p3' }],
];

/** Writes a run with a counter, as an engine would. */
async function writeRun(facts = FACTS): Promise<void> {
  const from = join(dir, 'counter.ts');
  writeFileSync(from, COUNTER());
  const { definition } = await createPluginLoader({ cwd: dir }).load({ from, baseDir: dir });
  let state = EMPTY_STATE;
  const journal = openJournal({ file: join(dir, 'log.ndjson'), voxgraph: '0.1.0', atMs: T0, seq: 0, state, onProblem: () => {} });
  facts.forEach(([ms, fact], i) => {
    const event = { ...fact, ...(fact.type === 'plugin.loaded' && { from }), seq: i + 1, atMs: T0 + ms } as StampedEvent;
    state = reduceAll(state, event, () => definition);
    journal.write(event, state);
  });
  await journal.close();
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
  const code = await voxgraph(['replay', ...args], io);
  return { code, out, err };
}

async function runJson(...args: string[]): Promise<Replayed & { code: number }> {
  const { code, out } = await run('log.ndjson', '--json', ...args);
  return { code, ...(JSON.parse(out) as Replayed) };
}

const countOf = ({ state }: Replayed) => (state.plugins['counter']?.state as { count: number } | undefined)?.count;

describe('voxgraph replay', () => {
  it('comes to the same state and hash as was logged, with the plugins of the log, and never sets them up', async () => {
    await writeRun();
    const result = await runJson();
    expect(result).toMatchObject({
      code: 0,
      run: 1,
      runs: 1,
      events: 7,
      same: true,
      problems: [],
      startedMs: T0,
      reachedMs: T0 + 91_000,
    });
    expect(result.hash).toBe(result.logged);
    expect(countOf(result)).toBe(13);
    expect(result.state.calls['room:lobby']?.participants).toEqual(['p2', 'p3']);
    expect(result.plugins).toEqual([{ plugin: 'counter', version: '1.0.0', from: join(dir, 'counter.ts') }]);
  });

  it('says it in words', async () => {
    await writeRun();
    const { code, out, err } = await run('log.ndjson');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^log\.ndjson: 7 events in 91\.000 s from 2026-03-01T12:00:00\.000Z\nplugin counter 1\.0\.0\n\{\n/);
    expect(out).toMatch(/\n {8}"count": 13\n/);
    expect(out).toMatch(/\nstate hash [0-9a-f]{64} \(as logged\)\n$/);
  });

  it.each([
    ['0', 2, 10],
    ['1', 4, 11],
    ['1.9', 4, 11],
    ['2026-03-01T12:00:02Z', 5, 12],
    ['2026-03-01T13:00:02+01:00', 5, 12],
    ['2026-02-01T00:00:00Z', 0, undefined],
    ['1e6', 7, 13],
  ])('stops with --until %s', async (until, events, count) => {
    await writeRun();
    const result = await runJson('--until', until);
    expect({ code: result.code, events: result.events, count: countOf(result) }).toEqual({ code: 0, events, count });
    expect(result.logged === undefined).toBe(events < 7);
  });

  it('takes the last run of a file, or the wanted one', async () => {
    await writeRun();
    await writeRun(FACTS.slice(0, 4));
    expect(await runJson()).toMatchObject({ run: 2, runs: 2, events: 4, code: 0 });
    expect(await runJson('--run', '1')).toMatchObject({ run: 1, runs: 2, events: 7, code: 0 });
    expect(await run('log.ndjson', '--run', '3')).toMatchObject({
      code: 2,
      err: expect.stringContaining('has 2 runs, not 3') as string,
    });
  });

  it('tells a line that was cut off, and uses what is before it', async () => {
    await writeRun();
    const log = join(dir, 'log.ndjson');
    const lines = readFileSync(log, 'utf8').split('\n');
    truncateSync(log, Buffer.byteLength(lines.slice(0, 7).join('\n')) + 30);
    expect(await runJson()).toMatchObject({ code: 0, events: 6, cut: { line: 8 } });
    expect((await run('log.ndjson')).out).toContain('line 8 was cut off and is left out');
  });

  it('stops before a damaged line when it is told to, and names the line otherwise', async () => {
    await writeRun();
    const log = join(dir, 'log.ndjson');
    writeFileSync(log, readFileSync(log, 'utf8').split('\n').with(6, '{"seq":6,').join('\n'));
    const { code, err } = await run('log.ndjson');
    expect({ code, line: err.split('\n')[0] }).toEqual({
      code: 2,
      line: 'log.ndjson:7:1 the log log.ndjson cannot be read: this is no line of a log.',
    });
    expect(await runJson('--until', '1.5')).toMatchObject({ code: 0, events: 4 });
  });

  it('finds a reducer that comes to something else', async () => {
    await writeRun();
    writeFileSync(join(dir, 'counter.ts'), COUNTER('1.0.0', 'Math.random()'));
    const { code, out, err } = await run('log.ndjson');
    expect(code).toBe(1);
    expect(out).toContain('(not what was logged)');
    expect(err).toContain('the state differs from the one that was logged, between events 0 and 7');
  });

  it('tells another version, and a plugin that is gone; --plugin names it', async () => {
    await writeRun();
    writeFileSync(join(dir, 'counter.ts'), COUNTER('1.1.0'));
    const other = await runJson();
    expect({ code: other.code, codes: other.problems.map(({ code }) => code), same: other.same }).toEqual({
      code: 1,
      codes: ['REPLAY_VERSION'],
      same: true,
    });
    rmSync(join(dir, 'counter.ts'));
    const gone = await runJson();
    expect({ code: gone.code, codes: gone.problems.map(({ code }) => code), count: countOf(gone) }).toEqual({
      code: 1,
      codes: ['REPLAY_PLUGIN', 'REPLAY_DIFFERS'],
      count: 10,
    });
    writeFileSync(join(dir, 'moved.ts'), COUNTER());
    expect(await runJson('--plugin', './moved.ts')).toMatchObject({ code: 0, same: true });
  });

  it.each([
    [['gone.ndjson'], 'the log gone.ndjson cannot be read: no such file or folder'],
    [['log.ndjson', '--until', 'tomorrow'], '--until takes seconds from the start, or a time such as'],
    [['log.ndjson', '--until', '-1'], '--until takes seconds'],
    [['log.ndjson', '--run', '0'], '--run must be a whole number from 1'],
    [['log.ndjson', '--plugin', './gone.ts'], 'the plugin file ./gone.ts does not exist'],
  ])('says what is wrong with %j', async (args, expected) => {
    await writeRun();
    const { code, err } = await run(...args);
    expect(code).toBe(2);
    expect(err).toContain(expected);
  });
});
