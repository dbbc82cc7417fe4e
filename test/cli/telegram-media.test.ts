import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { AccountStore } from '../../src/calls/telegram/account-store.js';
import { joinJson, readAnswer } from '../../src/calls/telegram/join-json.js';
import { TelegramMedia } from '../../src/calls/telegram/media/telegram-media.js';
import type { TransportParams } from '../../src/machines/transport.js';
import { createAudioFrame } from '../../src/media/frame.js';
import type { IncomingAudio } from '../../src/media/gateway.js';
import { createRealtimeScheduler, type Scheduler } from '../../src/time/index.js';
import { keepOfUser } from '../calls/telegram/support/centre.js';
import { type DataCentre, startDataCentre, TEST_API } from '../harness/telegram/data-centre.js';
import { Guest } from '../harness/telegram/guest.js';
import { LocalSfu } from '../harness/telegram/sfu/local-sfu.js';
import { toneDb } from '../integration/support/listen.js';

const bin = fileURLToPath(new URL('../../bin/voxgraph.js', import.meta.url));
const preload = new URL('./support/telegram-preload.mjs', import.meta.url).href;

let scheduler: Scheduler;
let sfu: LocalSfu;
let centre: DataCentre;
let folder: string;

beforeAll(async () => {
  scheduler = createRealtimeScheduler();
  sfu = await LocalSfu.start({ timers: scheduler });
  centre = await startDataCentre(sfu);
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'voxgraph-cli-media-'));
  return () => rmSync(folder, { recursive: true });
});
afterAll(async () => {
  expect(centre.violations).toEqual([]);
  await centre.close();
  await sfu.close();
  scheduler.close();
});

/** The real program as a child, led to the data centre. */
function program(...args: string[]) {
  const { n, e, fingerprint } = centre.publicKey;
  const key = { n: String(n), e, fingerprint: String(fingerprint) };
  const child = spawn(process.execPath, ['--import', preload, bin, ...args, '--data', folder], {
    cwd: folder,
    env: {
      ...process.env,
      NO_COLOR: '1',
      VOXGRAPH_TEST_CENTRE: JSON.stringify({ key, port: centre.routes.get('127.0.1.1') }),
    },
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exited = new Promise<number | null>((done) => child.on('close', done));
  return { text: () => text, exited, interrupt: () => child.kill('SIGINT') };
}

it('"voxgraph run graph.json --call telegram:@group" is heard in the group', async () => {
  const anna = await centre.addUser({ phone: '491533333331', firstName: 'Anna' });
  const bert = await centre.addUser({ phone: '491533333332', firstName: 'Bert' });
  const chat = await centre.addChat({ kind: 'channel', title: 'Group', username: 'clitelegram', members: [anna, bert] });
  const guest = new Guest(centre, bert, await centre.addCall(chat, {}));
  new AccountStore(folder).write('main', {
    version: 1,
    api: TEST_API,
    keep: await keepOfUser(centre, anna),
    user: { id: String(anna), name: 'Anna' },
  });

  // Bert listens: our media side, with a join that is made inside the data centre.
  const media = new TelegramMedia({ addresses: ['127.0.0.1'] }, scheduler);
  const params = (await media.request({ type: 'transport.open', attempt: 1 })) as TransportParams;
  const joined = await guest.ask('phone.JoinGroupCall', {
    joinAs: { _: 'InputPeerSelf' },
    params: { _: 'DataJSON', data: joinJson(params) },
    videoStopped: true,
  });
  const updates = joined['updates'] as { _: string; params: { data: string } }[];
  const { data } = updates.find(({ _ }) => _ === 'UpdateGroupCallConnection')!.params;
  await media.request({ type: 'transport.apply', attempt: 1, answer: readAnswer(data) });
  let voice: IncomingAudio | undefined;
  media.gateway.participants$.subscribe((change) => (voice = change.type === 'joined' ? change.audio : undefined));
  const heard: Float32Array[] = [];
  const frame = createAudioFrame(1);
  const ticker = scheduler.every({
    periodUs: 20_000,
    onTick: () => {
      if (voice && voice.pull(frame) === 'audio') heard.push(frame.planes[0]!.slice());
    },
  });

  const graph = join(folder, 'graph.json');
  writeFileSync(
    graph,
    JSON.stringify({
      version: 1,
      nodes: {
        tone: { type: 'source.tone', options: { frequencyHz: 800, levelDb: -12 } },
        opus: { type: 'encode.opus', in: { audio: 'tone' } },
        call: { type: 'sink.call', in: { audio: 'opus' } },
      },
    }),
  );
  const run = program('run', graph, '--call', 'telegram:@clitelegram');
  await expect.poll(() => heard.length, { timeout: 40_000, message: run.text() }).toBeGreaterThan(150);
  run.interrupt();
  expect(await run.exited, run.text()).toBeLessThanOrEqual(130);
  const pcm = Float32Array.from(heard.slice(50, 150).flatMap((plane) => [...plane]));
  expect(toneDb(pcm, 800, 0, 2)).toBeGreaterThan(-14);
  await expect.poll(async () => (await centre.callState(guest.call)).participants.length).toBe(1);
  ticker.stop();
  await guest.leave();
  await media.close();
  expect(sfu.size).toBe(0);
  expect(sfu.violations).toEqual([]);
}, 90_000);
