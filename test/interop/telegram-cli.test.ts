import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
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

beforeAll(async () => {
  timers = createRealtimeScheduler();
  sfu = await LocalSfu.start({ timers });
  centre = await startDataCentre(sfu);
  folder = mkdtempSync(join(tmpdir(), 'voxgraph-run-'));
  const anna = await centre.addUser({ phone: '491511111111', firstName: 'Anna' });
  const chat = await centre.addChat({ kind: 'channel', title: 'Group', username: 'cligroup', members: [anna] });
  call = await centre.addCall(chat, {});
  const keep = await keepOfUser(centre, anna);
  new AccountStore(folder).write('main', { version: 1, api: TEST_API, keep, user: { id: String(anna), name: 'Anna' } });
});
afterAll(async () => {
  await centre.close();
  await sfu.close();
  timers.close();
  rmSync(folder, { recursive: true });
});

/** `voxgraph run` as a child, led to the data centre; resolves when it is on air. */
async function onAir() {
  const { n, e, fingerprint } = centre.publicKey;
  const test = { key: { n: String(n), e, fingerprint: String(fingerprint) }, port: centre.routes.get('127.0.1.1') };
  const preload = new URL('../cli/support/telegram-preload.mjs', import.meta.url).href;
  const args = ['run', path('graphs/duck.json'), '--call', 'telegram:@cligroup', '--data', folder];
  const child = spawn(process.execPath, ['--import', preload, path('bin/voxgraph.js'), ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', VOXGRAPH_TEST_CENTRE: JSON.stringify(test) },
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
  return { kill: (signal: NodeJS.Signals) => child.kill(signal), exited };
}

it('plays in the call; killed and started again, it is back within seconds in its own place; Ctrl-C leaves', async () => {
  const first = await onAir();
  const [before] = (await centre.callState(call)).participants;
  const here = (source: number) =>
    sfu.client({ call: String(call), user: String(before!.userId), presentation: false })?.received.get(source >>> 0);
  await expect.poll(() => here(before!.source)).toBeDefined();
  first.kill('SIGKILL');
  await first.exited;
  // Nobody has told the server.
  expect((await centre.callState(call)).participants).toHaveLength(1);

  const from = performance.now();
  const second = await onAir();
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
