// Telegram calls: voxgraph's media side against ntgcalls, both on the local SFU of the tests, which runs in a process of its own.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { ForeignPeer } from '../../test/interop/support/foreign-peer.ts';
import { typeScriptArgs } from '../../test/support/run-typescript.ts';
import { ROOT } from '../lib/machine.ts';
import { median } from '../lib/measure.ts';
import { ratioOf, short, type Result } from '../lib/result.ts';

const require = createRequire(import.meta.url);
const { ensurePeers } = require('../../scripts/ensure-peers.cjs') as {
  ensurePeers(this: void, required: boolean, names: readonly string[]): Record<string, string>;
};

/** Calls in one process that send, and people who speak in one that listens; ntgcalls hears at most ten at once. */
const [SENDING, SPEAKING] = [10, 8];
const SECONDS = 10;
/** Before anything is counted: what compiles its code meanwhile does so once a process. The SFU drops who has sent nothing for 50 s. */
const WARM_UP_SEC = 6;
const RATE = 48_000;
const TICKS_PER_SEC = 100;

/** What one side cost. */
interface Figures {
  /** From the answer to the join to the first packet that can be heard, as the SFU sees it. */
  readonly joinMs: readonly number[];
  /** Percent of a core. */
  readonly perSending: number;
  readonly perSpeaker: number;
  /** Of a call that listens: to nobody, to one, to all. */
  readonly listening: number;
  readonly hearingOne: number;
  readonly hearingAll: number;
  readonly packetsPerSec: number;
  readonly kbps: number;
}

/** Runs both sides `runs` times, in turns: about a minute a side. */
export async function telegram(runs: number): Promise<Result> {
  const { VOXGRAPH_NTGCALLS: ntgcalls, VOXGRAPH_NTGCALLS_MISSING: missing } = ensurePeers(true, ['ntgcalls']);
  if (ntgcalls === undefined) console.error(`There is no figure of the peer: ${missing}`);
  const folder = mkdtempSync(join(tmpdir(), 'voxgraph-bench-'));
  const sfu = new ForeignPeer(process.execPath, typeScriptArgs(join(import.meta.dirname, 'telegram-sfu.ts')));
  const sound = writeSound(folder);
  const ours: Figures[] = [];
  const peers: Figures[] = [];
  try {
    for (let n = 0; n < runs; n++) {
      ours.push(await side(sfu, `ours-${n}`, voxgraph, sound.wav, sound.wav));
      if (ntgcalls !== undefined) peers.push(await side(sfu, `peer-${n}`, () => native(ntgcalls), sound.raw, sound.wav));
    }
  } finally {
    await sfu.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const our = middle(ours);
  const peer = peers.length === 0 ? null : middle(peers);
  const ratio = (key: 'perSpeaker' | 'joinMs' | 'perSending') => (peer ? ratioOf(our[key], peer[key]) : null);
  return {
    workload: 'telegram',
    ours: our.perSending,
    peer: peer?.perSending ?? null,
    ratio: ratio('perSending'),
    unit: '% of a core per sending call',
    peakMemoryMb: null,
    target: 'no more than ntgcalls per sending call',
    reached: peer && our.perSending <= peer.perSending,
    details: {
      sendingCalls: SENDING,
      speakers: SPEAKING,
      seconds: SECONDS,
      joinToAudibleMs: { ours: our.joinMs, ntgcalls: peer?.joinMs ?? null, ratio: ratio('joinMs') },
      percentPerSpeaker: { ours: our.perSpeaker, ntgcalls: peer?.perSpeaker ?? null, ratio: ratio('perSpeaker') },
      percentListening: { ours: our.listening, ntgcalls: peer?.listening ?? null },
      percentHearingOne: { ours: our.hearingOne, ntgcalls: peer?.hearingOne ?? null },
      percentHearingAll: { ours: our.hearingAll, ntgcalls: peer?.hearingAll ?? null },
      sent: {
        ours: { packetsPerSec: our.packetsPerSec, kbps: our.kbps },
        ntgcalls: peer && { packetsPerSec: peer.packetsPerSec, kbps: peer.kbps },
      },
    },
  };
}

const voxgraph = (): ForeignPeer => new ForeignPeer(process.execPath, [join(import.meta.dirname, 'telegram-child.ts')]);
const native = (folder: string): ForeignPeer =>
  new ForeignPeer('python3', [join(ROOT, 'test/interop/support/ntgcalls_peer.py'), folder]);

/** @param sound what this side sends. @param theirs what the speakers send, who are voxgraph's both times. */
async function side(sfu: ForeignPeer, name: string, open: () => ForeignPeer, sound: string, theirs: string): Promise<Figures> {
  const enter = async (peer: ForeignPeer, n: number, call: string, fields: object): Promise<{ call: string; user: string }> => {
    const at = { call, user: `${name}-${peer.pid}-${n}` };
    const { params } = await peer.ask<{ params: string }>('join', { call: n, look: false, listen: false, ...fields });
    const { answer } = await sfu.ask<{ answer: string }>('join', { ...at, params });
    await peer.ask('connect', { call: n, answer });
    return at;
  };
  const joinMs: number[] = [];
  const sender = open();
  const places: { call: string; user: string }[] = [];
  for (let n = 0; n < SENDING; n++) {
    const at = await enter(sender, n, `${name}-${n}`, { sound });
    joinMs.push((await sfu.ask<{ afterMs: number }>('audible', at)).afterMs);
    places.push(at);
  }
  await pause(WARM_UP_SEC);
  const received = () => sfu.ask<{ packets: number; bytes: number; atMs: number }>('received', places[0]);
  const before = await received();
  const sending = await percentOf(sender.pid, SECONDS);
  const after = await received();
  await sender.close();
  const sec = (after.atMs - before.atMs) / 1000;

  const listener = open();
  const call = `${name}-many`;
  await enter(listener, 0, call, { record: '/dev/null' });
  await pause(WARM_UP_SEC);
  const alone = await percentOf(listener.pid, SECONDS / 2);
  const speakers = voxgraph();
  const speak = async (n: number) => sfu.ask('audible', await enter(speakers, n, call, { sound: theirs }));
  await speak(0);
  await pause(WARM_UP_SEC);
  const one = await percentOf(listener.pid, SECONDS / 2);
  for (let n = 1; n < SPEAKING; n++) await speak(n);
  await pause(WARM_UP_SEC);
  const crowded = await percentOf(listener.pid, SECONDS);
  await speakers.close();
  await listener.close();
  return {
    joinMs,
    perSending: sending / SENDING,
    // Of each further one: that somebody is heard at all costs wake-ups which are not his.
    perSpeaker: (crowded - one) / (SPEAKING - 1),
    listening: alone,
    hearingOne: one,
    hearingAll: crowded,
    packetsPerSec: (after.packets - before.packets) / sec,
    kbps: ((after.bytes - before.bytes) * 8) / 1000 / sec,
  };
}

function middle(all: readonly Figures[]) {
  const of = (key: Exclude<keyof Figures, 'joinMs'>) => short(median(all.map((one) => one[key])));
  return {
    joinMs: short(median(all.flatMap((one) => one.joinMs))),
    perSending: of('perSending'),
    perSpeaker: of('perSpeaker'),
    listening: of('listening'),
    hearingOne: of('hearingOne'),
    hearingAll: of('hearingAll'),
    packetsPerSec: of('packetsPerSec'),
    kbps: of('kbps'),
  };
}

/** How much of a core a process takes for so many seconds, by the kernel's count of user and system time. */
async function percentOf(pid: number, seconds: number): Promise<number> {
  const ticks = (): number => {
    // Fields 14 and 15, counted behind the name, which may hold spaces (proc_pid_stat(5)).
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };
  const [from, at] = [ticks(), performance.now()];
  await pause(seconds);
  return ((ticks() - from) / TICKS_PER_SEC / ((performance.now() - at) / 1000)) * 100;
}

const pause = (seconds: number): Promise<void> => new Promise((done) => setTimeout(done, seconds * 1000));

/** Two minutes of three notes that swell and a little noise, in mono: without a header for ntgcalls, and as WAV. */
function writeSound(folder: string): { raw: string; wav: string } {
  const samples = RATE * 120;
  const pcm = Buffer.alloc(samples * 2);
  let noise = 1;
  for (let i = 0; i < samples; i++) {
    noise = (noise * 1_103_515_245 + 12_345) % 2 ** 31;
    const swell = 0.6 + 0.4 * Math.sin((2 * Math.PI * i) / RATE / 3);
    const notes = [220, 277, 330].reduce((sum, hz) => sum + Math.sin((2 * Math.PI * hz * i) / RATE), 0);
    pcm.writeInt16LE(Math.round(6000 * swell * (notes / 3) + 300 * (noise / 2 ** 30 - 1)), i * 2);
  }
  const head = Buffer.alloc(44);
  head.write('RIFF');
  head.writeUInt32LE(36 + pcm.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(pcm.length, 40);
  const raw = join(folder, 'sound.raw');
  const wav = join(folder, 'sound.wav');
  writeFileSync(raw, pcm);
  writeFileSync(wav, Buffer.concat([head, pcm]));
  return { raw, wav };
}
