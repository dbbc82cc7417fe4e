import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AccountStore } from '../../src/calls/telegram/account-store.js';
import { createRealtimeScheduler, type Scheduler } from '../../src/time/index.js';
import { type DataCentre, startDataCentre, TEST_API } from '../harness/telegram/data-centre.js';
import { LocalSfu } from '../harness/telegram/sfu/local-sfu.js';
import { expectClean, keepOfUser } from '../calls/telegram/support/centre.js';

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

let centre: DataCentre;
let sfu: LocalSfu;
let timers: Scheduler;
let folder: string;
let call: bigint;
let otherCall: bigint;

beforeAll(async () => {
  timers = createRealtimeScheduler();
  sfu = await LocalSfu.start({ timers });
  centre = await startDataCentre(sfu);
  folder = mkdtempSync(join(tmpdir(), 'voxgraph-run-'));
  const anna = await centre.addUser({ phone: '491511111111', firstName: 'Anna' });
  const chat = await centre.addChat({ kind: 'channel', title: 'Group', username: 'cligroup', members: [anna] });
  call = await centre.addCall(chat, {});
  const keep = await keepOfUser(centre, anna);
  const store = new AccountStore(folder);
  store.write('main', { version: 1, api: TEST_API, keep, user: { id: String(anna), name: 'Anna' } });
  const bert = await centre.addUser({ phone: '492222222222', firstName: 'Bert' });
  const other = await centre.addChat({ kind: 'channel', title: 'Other', username: 'othergroup', members: [bert] });
  otherCall = await centre.addCall(other, {});
  const bertsKeep = await keepOfUser(centre, bert);
  store.write('second', { version: 1, api: TEST_API, keep: bertsKeep, user: { id: String(bert), name: 'Bert' } });
});
afterAll(async () => {
  await centre.close();
  await sfu.close();
  timers.close();
  rmSync(folder, { recursive: true });
});

/** `voxgraph run` as a child, led to the data centre; resolves when it is on air. */
async function onAir(...calls: string[]) {
  const { n, e, fingerprint } = centre.publicKey;
  const test = { key: { n: String(n), e, fingerprint: String(fingerprint) }, port: centre.routes.get('127.0.1.1') };
  const preload = new URL('../cli/support/telegram-preload.mjs', import.meta.url).href;
  const where = calls.flatMap((address) => ['--call', address]);
  const args = ['run', path('graphs/duck.json'), ...where, '--data', folder];
  const child = spawn(process.execPath, ['--import', preload, path('bin/voxgraph.js'), ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', VOXGRAPH_TEST_CENTRE: JSON.stringify(test), XDG_RUNTIME_DIR: folder },
  });
  const exited = new Promise<number | null>((done) => child.on('close', done));
  let text = '';
  await new Promise<void>((done, failed) => {
    const hear = (chunk: Buffer): void => {
      text += chunk.toString();
      if (text.includes('is on air')) done();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void exited.then(() => failed(new Error(`ended: ${text}`)));
  });
  return { kill: (signal: NodeJS.Signals) => child.kill(signal), exited, text: () => text };
}

it('plays in the call; killed and started again, it is back within seconds in its own place; Ctrl-C leaves', async () => {
  const first = await onAir('telegram:main:@cligroup');
  const [before] = (await centre.callState(call)).participants;
  const here = (source: number) =>
    sfu.client({ call: String(call), user: String(before!.userId), presentation: false })?.received.get(source >>> 0);
  await expect.poll(() => here(before!.source)).toBeDefined();
  first.kill('SIGKILL');
  await first.exited;
  // Nobody has told the server.
  expect((await centre.callState(call)).participants).toHaveLength(1);

  const from = performance.now();
  const second = await onAir('telegram:main:@cligroup');
  expect(performance.now() - from).toBeLessThan(5000);
  const [after, ...others] = (await centre.callState(call)).participants;
  expect(others).toEqual([]);
  expect(after!.source).not.toBe(before!.source);
  await expect.poll(() => here(after!.source)).toBeDefined();

  second.kill('SIGINT');
  expect(await second.exited).toBe(0);
  expect((await centre.callState(call)).participants).toEqual([]);
  expectClean(centre);
}, 60_000);

/** A word for the engine that runs, in a process of its own. */
async function word(
  ...args: string[]
): Promise<{ readonly positionMs: number; readonly status: string; readonly gainDb?: number }> {
  const env = { ...process.env, XDG_RUNTIME_DIR: folder };
  const child = spawn(process.execPath, [path('bin/voxgraph.js'), ...args, '--json'], { cwd: folder, env });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => void (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void (err += chunk.toString()));
  const code = await new Promise((done) => child.on('close', done));
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as never;
}

it('plays in two calls by two accounts in one process, steered one by one; killed, each goes on where it was', async () => {
  const [one, two] = ['telegram:main:@cligroup', 'telegram:second:@othergroup'] as const;
  const first = await onAir(one, two);
  for (const id of [call, otherCall]) expect((await centre.callState(id)).participants).toHaveLength(1);
  expect(first.text()).toContain('is on air in 2 calls');
  expect(await word('seek', '0:50', '--call', one)).toMatchObject({ status: 'playing' });
  await word('pause', '--call', one);
  await word('mute', '--call', two);
  const paused = await word('volume', '--call', one);
  expect(paused).toMatchObject({ status: 'paused' });
  expect(paused.positionMs).toBeGreaterThanOrEqual(50_000);
  await expect.poll(async () => (await centre.callState(otherCall)).participants[0]?.muted).toBe(true);
  const before = await word('volume', '--call', two);
  expect(before.status).toBe('playing');
  const files = () => readdirSync(join(folder, 'calls')).map((name) => readFileSync(join(folder, 'calls', name), 'utf8'));
  await expect.poll(() => files().filter((text) => /"playing":false/.test(text) || /"muted":true/.test(text)).length).toBe(2);
  expect(files().join()).not.toMatch(/accessHash/);
  first.kill('SIGKILL');
  await first.exited;

  const from = performance.now();
  const second = await onAir(one, two);
  const tookMs = performance.now() - from;
  expect(tookMs).toBeLessThan(5000);
  expect(second.text()).toMatch(/telegram:main:@cligroup goes on where a run that was killed was/);
  const again = await word('volume', '--call', one);
  expect(again.status).toBe('paused');
  expect(Math.abs(again.positionMs - paused.positionMs)).toBeLessThan(100);
  const after = await word('volume', '--call', two);
  expect(after.status).toBe('playing');
  expect(after.positionMs).toBeGreaterThan(before.positionMs);
  for (const id of [call, otherCall]) expect((await centre.callState(id)).participants).toHaveLength(1);
  expect((await centre.callState(otherCall)).participants[0]!.muted).toBe(true);
  second.kill('SIGINT');
  expect(await second.exited).toBe(0);
  expect(readdirSync(join(folder, 'calls'))).toEqual([]);
  for (const id of [call, otherCall]) expect((await centre.callState(id)).participants).toEqual([]);
  expectClean(centre);
}, 60_000);
