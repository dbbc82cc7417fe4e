import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StampedEvent } from '../../src/events/event.js';
import { readJournal, type JournalEntry } from '../../src/events/journal/read.js';
import { canonicalJson, stateHash } from '../../src/events/journal/state-hash.js';
import { openJournal } from '../../src/events/journal/write.js';
import { EMPTY_STATE, reduce, type EngineState } from '../../src/events/state.js';

let dir: string;
let file: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'voxgraph-journal-'));
  file = join(dir, 'logs', 'log.ndjson');
});
afterEach(() => rmSync(dir, { recursive: true }));

const event = (seq: number): StampedEvent =>
  ({ seq, atMs: 1000 + seq, type: 'graph.loaded', graph: `graph-${seq % 9}`, title: `Über ${seq}` }) satisfies StampedEvent;

/** Writes a run of so many events. */
async function writeRun(count: number, { end = true } = {}): Promise<EngineState> {
  let state = EMPTY_STATE;
  const journal = openJournal({
    file,
    voxgraph: '0.1.0',
    atMs: 1000,
    seq: 0,
    state,
    onProblem: (problem) => {
      throw problem;
    },
  });
  for (let seq = 1; seq <= count; seq++) journal.write(event(seq), (state = reduce(state, event(seq))));
  await journal.close();
  if (!end) {
    const text = readFileSync(file, 'utf8');
    truncateSync(file, Buffer.byteLength(text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)));
  }
  return state;
}

async function read(): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of readJournal(file, 'log.ndjson')) entries.push(entry);
  return entries;
}

const kinds = (entries: readonly JournalEntry[]) => entries.map((entry) => entry.kind).join(' ');

describe('the log of events', () => {
  it('gives back what was written, with the fingerprint of the state at its end, for its owner only', async () => {
    const state = await writeRun(3);
    const entries = await read();
    expect(kinds(entries)).toBe('started event event event mark');
    expect(entries[0]).toMatchObject({ line: { voxgraph: '0.1.0', atMs: 1000, seq: 0, state: EMPTY_STATE }, run: 1 });
    expect(entries[2]).toEqual({ kind: 'event', event: event(2) });
    expect(entries[4]).toEqual({ kind: 'mark', mark: { type: 'journal.ended', seq: 3, hash: stateHash(state) } });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('has a fingerprint after every thousand events', async () => {
    await writeRun(2001);
    const marks = (await read()).filter((entry) => entry.kind === 'mark');
    expect(marks.map(({ mark }) => mark.seq)).toEqual([1000, 2000, 2001]);
  });

  it('keeps the runs before it, though the last was cut off in the middle of a letter', async () => {
    await writeRun(2, { end: false });
    truncateSync(file, statSync(file).size - 8);
    await writeRun(1);
    const entries = await read();
    expect(kinds(entries)).toBe('started event cut started event mark');
    expect(entries[2]).toEqual({ kind: 'cut', number: 3 });
    expect(entries[3]).toMatchObject({ run: 2 });
  });

  it('tells a log without its end, wherever it was cut', async () => {
    await writeRun(2, { end: false });
    expect(kinds(await read())).toBe('started event event cut');
    const whole = readFileSync(file);
    const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (let size = lastLine + 1; size < whole.length - 1; size++) {
      writeFileSync(file, whole.subarray(0, size));
      const entries = await read();
      expect(kinds(entries)).toBe('started event cut');
      expect(entries[2]).toEqual({ kind: 'cut', number: 3 });
    }
    writeFileSync(file, whole.subarray(0, whole.length - 1));
    expect(kinds(await read())).toBe('started event event cut');
  });

  it.each<[string, (lines: string[]) => string[], string]>([
    [
      'a damaged line',
      (lines) => lines.with(2, lines[2]!.slice(5)),
      'log.ndjson:3:1 the log log.ndjson cannot be read: this is no line of a log',
    ],
    [
      'a missing line',
      (lines) => lines.toSpliced(2, 1),
      'log.ndjson:3:1 the log log.ndjson cannot be read: event 2 is missing before this one',
    ],
    [
      'lines in another order',
      (lines) => [lines[0]!, lines[2]!, lines[1]!, ...lines.slice(3)],
      'event 1 is missing before this one',
    ],
    ['no header', (lines) => lines.slice(1), 'log.ndjson:1:1 the log log.ndjson cannot be read: it does not begin with a header'],
    [
      'a later form',
      (lines) => lines.with(0, lines[0]!.replace('"version":1', '"version":2')),
      'it has version 2, but this voxgraph reads version 1',
    ],
    ['a damaged header', (lines) => lines.with(0, lines[0]!.replace('"state"', '"stat"')), 'its header is damaged'],
    [
      'a wrong fingerprint line',
      (lines) => lines.with(4, lines[4]!.replace('"seq":3', '"seq":4')),
      'it speaks of event 4, and the last was 3',
    ],
    [
      'lines behind the end',
      (lines) => [...lines.slice(0, 5), lines[3]!, ''],
      'log.ndjson:6:1 the log log.ndjson cannot be read: this stands behind the end of a run',
    ],
    ['nothing', () => [''], 'it is empty'],
    ['no log at all', () => ['shopping', 'list'], 'it does not begin with a header'],
  ])('says where it is damaged: %s', async (_, damage, expected) => {
    await writeRun(3);
    writeFileSync(file, damage(readFileSync(file, 'utf8').split('\n')).join('\n'));
    await expect(read()).rejects.toThrow(expected);
  });

  it('says what it cannot read or write', async () => {
    await expect(read()).rejects.toThrow(/log.ndjson cannot be read: no such file or folder/);
    await writeRun(1);
    const open = (path: string) =>
      openJournal({ file: path, voxgraph: '', atMs: 0, seq: 0, state: EMPTY_STATE, onProblem: () => {} });
    expect(() => open(join(file, 'below'))).toThrow(
      /cannot be written: (something of that name is in its place|a part of its path is no folder)/,
    );
    expect(() => open(dir)).toThrow('cannot be written: it is a folder');
    file = dir;
    await expect(read()).rejects.toThrow(/cannot be read: it is a folder/);
  });

  it.each([
    ['a graph', '{ "version": 1, "nodes": {} }'],
    ['music', 'OggS\0\u0002'],
    ['a line of text', 'x'],
  ])('writes nothing behind %s', (_, text) => {
    const other = join(dir, 'other');
    writeFileSync(other, text);
    expect(() => openJournal({ file: other, voxgraph: '', atMs: 0, seq: 0, state: EMPTY_STATE, onProblem: () => {} })).toThrow(
      'it holds something else, and no log',
    );
    expect(readFileSync(other, 'utf8')).toBe(text);
  });

  it('tells once that the disk takes no more, and goes on', async () => {
    const problems: string[] = [];
    const journal = openJournal({
      file: '/dev/full',
      voxgraph: '0.1.0',
      atMs: 0,
      seq: 0,
      state: EMPTY_STATE,
      onProblem: (problem) => problems.push(problem.code),
    });
    for (let seq = 1; seq < 20; seq++) journal.write(event(seq), EMPTY_STATE);
    await journal.close();
    await journal.close();
    journal.write(event(20), EMPTY_STATE);
    expect(problems).toEqual(['JOURNAL_UNWRITABLE']);
  });
});

describe('the fingerprint of a state', () => {
  it('is that of the value, whatever the order of names, and of nothing else', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'ä"' }], a: undefined })).toBe('{"b":[1,{"c":"ä\\"","d":null}]}');
    const one = reduce(EMPTY_STATE, event(1));
    const both = reduce(one, event(2));
    const turned = { ...both, graphs: { 'graph-2': both.graphs['graph-2']!, 'graph-1': both.graphs['graph-1']! } };
    expect(stateHash(turned)).toBe(stateHash(both));
    expect(stateHash(both)).not.toBe(stateHash(one));
    expect(stateHash(both)).toMatch(/^[0-9a-f]{64}$/);
  });
});
