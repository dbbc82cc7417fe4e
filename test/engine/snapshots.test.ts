import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/graph/plan-types.js';
import { reasonOf } from '../../src/errors.js';
import { isRunning, processIdentity } from '../../src/media/process-identity.js';
import type { OpenCall } from '../../src/engine/calls.js';
import { CallSnapshot } from '../../src/engine/snapshots/call-snapshot.js';
import { SnapshotFiles } from '../../src/engine/snapshots/snapshot-files.js';
import { SnapshotKeeper } from '../../src/engine/snapshots/snapshot-keeper.js';
import { nodesOf, type Snapshot } from '../../src/engine/snapshots/snapshot.js';
import { callResume, fitting, takenUp, withoutHashes } from '../../src/engine/snapshots/take-up.js';
import { createVirtualScheduler } from '../../src/time/virtual.js';

let folder: string;
beforeEach(() => void (folder = join(mkdtempSync(join(tmpdir(), 'voxgraph-snapshots-')), 'calls')));
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const GONE = 999_999_999;
const left = (more: Partial<Snapshot> = {}): Snapshot => ({
  version: 1,
  call: 'room:a',
  graph: '/graphs/a.json',
  savedAtMs: 1000,
  pid: GONE,
  muted: false,
  nodes: {},
  ...more,
});
const plan = (options: object): Plan =>
  ({ nodes: [{ id: 'music', type: 'source.file', options }], plugins: {} }) as unknown as Plan;
const playing = { node: 'music', kind: 'recording', status: 'playing', positionMs: 5000, durationMs: 60_000 } as const;
const known = (options: object, set: object = {}) =>
  nodesOf({ base: plan(options), players: [playing], set: new Map([['music', set as never]]), bypassed: new Set() });

describe('what is left of a call', () => {
  it('is that of the same graph, by a process that runs no more; the newest', async () => {
    const files = new SnapshotFiles(folder);
    const store = (pid: number, more: Partial<Snapshot>) =>
      files.write(files.fileOf('room:a', pid), JSON.stringify(left({ pid, ...more })));
    expect((await files.find('room:a', '/graphs/a.json')).snapshot).toBeUndefined();
    await store(GONE, {});
    await store(GONE + 1, { savedAtMs: 3000 });
    await store(GONE + 2, { savedAtMs: 9000, graph: '/graphs/b.json' });
    // The process that started this one runs.
    await store(process.ppid, { savedAtMs: 9000 });
    // One of that number is another process now.
    await store(1, { savedAtMs: 2000, identity: 'another boot 17' });
    expect(statSync(files.fileOf('room:a', GONE)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const { snapshot, problems, forget } = await files.find('room:a', '/graphs/a.json');
    expect([snapshot?.savedAtMs, problems]).toEqual([3000, []]);
    await forget();
    expect(
      readdirSync(folder)
        .map((name) => Number(/~(\d+)/.exec(name)![1]))
        .sort((a, b) => a - b),
    ).toEqual([process.ppid, GONE + 2]);
  });

  it.each([
    ['half of one', '{"version":1,"call":"ro'],
    ['one of another version', JSON.stringify({ ...left(), version: 2 })],
    ['one of another form', JSON.stringify(left({ nodes: { music: { given: 1 } } as never }))],
  ])('is kept aside when it is %s', async (_what, text) => {
    const files = new SnapshotFiles(folder);
    mkdirSync(folder);
    const file = files.fileOf('room:a', GONE);
    writeFileSync(file, text);
    const { snapshot, problems } = await files.find('room:a', '/graphs/a.json');
    expect(snapshot).toBeUndefined();
    const aside = file.replace('.json', '.set-aside');
    expect(problems.map(({ code, message }) => [code, message.includes('room:a')])).toEqual([['SNAPSHOT_UNREADABLE', true]]);
    expect([existsSync(file), readFileSync(aside, 'utf8')]).toEqual([false, text]);
    expect((await files.find('room:a', '/graphs/a.json')).problems).toEqual([]);
  });

  it('tells processes of one number apart where the system does', async () => {
    expect(isRunning(process.pid, processIdentity())).toBe(true);
    expect(isRunning(GONE, undefined)).toBe(false);
    if (processIdentity() === undefined) return;
    expect(isRunning(process.pid, 'another boot 17')).toBe(false);
    // One that has ended, and is still listed since its parent does not ask for it: `exec` makes that parent a sleep.
    const script = '(exit 0) & echo $!; exec sleep 60';
    const parent = spawn('sh', ['-c', script]);
    try {
      const [text] = (await once(parent.stdout, 'data')) as [Buffer];
      await expect.poll(() => isRunning(Number(text.toString()), undefined)).toBe(false);
    } finally {
      parent.kill('SIGKILL');
    }
  });
});

describe('a snapshot', () => {
  it('holds what was set and where it is, and no secret', () => {
    const src = 'https://example.org/live.mp3?token=abc';
    expect(
      known({ src: 'a.mp3' }, { speed: 2, keyFrameSec: 3, headers: { cookie: 'x' }, streamKey: 'abc' })['music'],
    ).toMatchObject({
      set: { speed: 2, keyFrameSec: 3 },
      recording: { positionMs: 5000, playing: true, ended: false },
    });
    const hidden = known({ src: 'a.mp3' }, { src });
    expect(JSON.stringify(hidden)).not.toContain('abc');
    expect(hidden['music']?.recording).toBeUndefined();
    // What the file says is in no snapshot but as a digest.
    expect(JSON.stringify(known({ src }))).not.toContain('abc');
    expect(withoutHashes({ context: { ref: { id: '1', accessHash: '2' } }, children: {} })).toEqual({
      context: { ref: { id: '1' } },
    });
  });

  it('holds no secret in lists either, and no queue that would lack what its file gives', () => {
    const tracks = ['https://a.b/x?token=abc', { src: 'https://u:abc@a.b/y' }];
    for (const one of tracks) expect(JSON.stringify(known({}, { tracks: [one] }))).not.toContain('abc');
    const queued = (added: boolean) => {
      const list = [
        { id: '1', src: 'one.mp3', added: false },
        { id: '2', src: 'https://a.b/x?token=abc', added },
      ];
      const queue = { tracks: list, order: ['1', '2'], index: 0, history: [], current: '1' };
      const player = { ...playing, kind: 'queue', queue } as never;
      const nodes = nodesOf({ base: plan({}), players: [player], set: new Map(), bypassed: new Set() });
      return nodes['music']?.queue?.tracks.map(({ src }) => src);
    };
    expect(queued(true)).toEqual(['one.mp3']);
    expect(queued(false)).toBeUndefined();
  });

  it('has a recording play again that failed', () => {
    const failed = { ...playing, status: 'failed' } as const;
    const nodes = nodesOf({ base: plan({}), players: [failed], set: new Map(), bypassed: new Set() });
    expect(nodes['music']?.recording).toMatchObject({ playing: true });
  });

  it('stays where its call could not be joined, and goes with one that ended in order', async () => {
    const scheduler = createVirtualScheduler();
    const files = new SnapshotFiles(folder);
    for (const remove of [false, true]) {
      let stored = 0;
      const parts = { files, scheduler, nowMs: () => 1000, call: 'room:a' };
      const keeper = new SnapshotKeeper(
        parts,
        left,
        () => stored++,
        () => {},
      );
      await scheduler.play(1500);
      await expect.poll(() => stored).toBe(1);
      await keeper.close(remove);
      expect(existsSync(files.fileOf('room:a', process.pid))).toBe(!remove);
    }
  });

  it('keeps how loud the guests of a room are to be, and gives it back', async () => {
    const scheduler = createVirtualScheduler();
    const options = { folder, fresh: false, scheduler, nowMs: () => 1000, tell: () => {} };
    const about = { call: 'room:a', graph: '/graphs/a.json', plan: plan({}), queues: true };
    const people = { muted: ['anna'], volumes: { bert: 150 } };
    const files = new SnapshotFiles(folder);
    const kept = () =>
      existsSync(files.fileOf('room:a', process.pid)) ? readFileSync(files.fileOf('room:a', process.pid), 'utf8') : '';
    const first = await CallSnapshot.find(options, about);
    const parts = { base: about.plan, players: [], set: new Map(), bypassed: new Set<string>(), muted: false };
    first.keep({ backend: 'room' } as OpenCall, () => ({ ...parts, people }));
    await scheduler.play(1500);
    await expect.poll(kept).toContain('anna');
    await files.write(
      files.fileOf('room:a', GONE),
      JSON.stringify({ ...(JSON.parse(kept()) as Snapshot), pid: GONE, identity: undefined }),
    );
    await first.close(true);
    const settled: unknown[] = [];
    const next = await CallSnapshot.find(options, about);
    const none = async () => {};
    await next.takeUp({ playbacks: new Map(), bypass: none, mute: none, settle: async (given) => void settled.push(given) });
    expect(settled).toEqual([people]);
    // Telegram knows it itself.
    next.keep({ backend: 'telegram', actor: { getPersistedSnapshot: () => ({}) } } as unknown as OpenCall, () => ({
      ...parts,
      people,
    }));
    await scheduler.play(1500);
    await expect.poll(kept).toContain('machine');
    expect(kept()).not.toContain('anna');
    await next.close(true);
  });

  it('that cannot be stored is told once, until one can be', async () => {
    const scheduler = createVirtualScheduler();
    writeFileSync(folder, 'in the way');
    const told: string[] = [];
    let positionMs = 0;
    const keeper = new SnapshotKeeper(
      { files: new SnapshotFiles(folder), scheduler, nowMs: () => 0, call: 'room:a' },
      () => left({ nodes: { music: { positionMs: positionMs++ } as never } }),
      () => told.push('stored'),
      (reason) => told.push(reasonOf(reason)),
    );
    await scheduler.play(1000);
    await expect.poll(() => told.length).toBe(1);
    await scheduler.play(3000);
    rmSync(folder);
    await expect.poll(async () => (await scheduler.play(1000), told.length)).toBeGreaterThan(1);
    await keeper.close(true);
    expect(new Set(told.slice(1))).toEqual(new Set(['stored']));
    expect(told[0]).toBe('something of that name is in its place');
  });

  it('is for the node that it was made of: of one that the file changed meanwhile nothing is taken up', () => {
    const snapshot = left({ nodes: known({ src: 'a.mp3' }, { speed: 2 }) });
    const same = fitting(plan({ src: 'a.mp3' }), snapshot);
    expect(takenUp(plan({ src: 'a.mp3' }), same, true).nodes[0]!.options).toEqual({ src: 'a.mp3', speed: 2 });
    const other = fitting(plan({ src: 'b.mp3' }), snapshot);
    expect(takenUp(plan({ src: 'b.mp3' }), other, true).nodes[0]!.options).toEqual({ src: 'b.mp3' });
  });

  it('takes a call up as it appeared, without its old place', () => {
    const context = {
      address: 'telegram:@g',
      entry: 'resolving',
      ref: { address: 'telegram:@g', id: '1' },
      membership: { ref: { address: 'telegram:@g', id: '1' }, source: 7 },
      ownSources: [7],
      failures: 19,
      wasLive: true,
      self: { muted: true },
      selfDirty: false,
      media: { audio: 'playing', video: false, screen: false },
    };
    const machine = (value: unknown) => left({ machine: { status: 'active', value, context } });
    expect(callResume(machine({ attempt: 'live' }))).toMatchObject({
      entry: 'rejoining',
      failures: 0,
      wasLive: false,
      self: { muted: true },
      ownSources: [7],
    });
    expect(callResume(machine({ attempt: 'live' }))).not.toHaveProperty('membership');
    expect(callResume(machine('leaving'))).toBeUndefined();
    expect(callResume(left())).toBeUndefined();
  });
});
