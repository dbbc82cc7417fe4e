// W1p: Opus that is only forwarded. A hundred calls in one process, over RTP and SRTP, and a whole file against `ffmpeg -c:a copy`.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DATA, OPUS, ROOT, hasPeer, needInputs, pinned } from '../lib/machine.ts';
import { measure, median, run } from '../lib/measure.ts';
import { ratioOf, short, type Result } from '../lib/result.ts';

const CALLS = 100;
const SECONDS = 20;
const FFMPEG = 'ffmpeg -v error -nostdin -threads 1 -y'.split(' ');

interface Printed {
  readonly cpuPercent: number;
  readonly packets: number;
  readonly expectedPackets: number;
  readonly copied: number;
  readonly encoded: number;
  readonly rssMb: number;
}

/**
 * Runs W1p `runs` times: twenty seconds of real time with packets joined to 60 ms, which is what a call that only forwards is meant to send
 * (RFC 6716 §3.2), and with packets of 20 ms under each SRTP profile; then the file.
 */
export async function passthrough(runs: number): Promise<Result> {
  needInputs();
  const child = join(import.meta.dirname, 'passthrough-child.ts');
  const calls = async (profile: string, frameMs = 20) =>
    JSON.parse(
      await run(pinned([process.execPath, child, String(CALLS), String(SECONDS), 'copy', profile, String(frameMs)])),
    ) as Printed;
  const joined: Printed[] = [];
  const gcm: Printed[] = [];
  const cm: Printed[] = [];
  for (let i = 0; i < runs; i++) {
    joined.push(await calls('AEAD_AES_128_GCM', 60));
    gcm.push(await calls('AEAD_AES_128_GCM'));
    cm.push(await calls('AES_CM_128_HMAC_SHA1_80'));
  }
  // By packets that were sent: on a busy machine beats are skipped, and would make a call look cheap.
  const each = (frameMs: number) => (one: Printed) => short((one.cpuPercent * SECONDS * 1000) / frameMs / one.packets);
  const file = await wholeFile(runs);
  const percents = joined.map(each(60));
  const ours = median(percents);
  const encoded = [...joined, ...gcm, ...cm].reduce((sum, one) => sum + one.encoded, 0);
  return {
    workload: 'W1p',
    ours,
    peer: null,
    ratio: null,
    unit: '% of a core per call',
    peakMemoryMb: Math.round(Math.max(...joined.map(({ rssMb }) => rssMb))),
    target: 'at most 0.15 % of a core per call, nothing encoded',
    reached: ours <= 0.15 && encoded === 0,
    details: {
      calls: CALLS,
      joinedTo60MsPercent: percents,
      gcm20MsPercent: gcm.map(each(20)),
      aesCm20MsPercent: cm.map(each(20)),
      sentShare: short(Math.min(...[...joined, ...gcm, ...cm].map((one) => one.packets / one.expectedPackets))),
      copied: joined.reduce((sum, one) => sum + one.copied, 0),
      encoded,
      ...file,
    },
  };
}

async function wholeFile(runs: number): Promise<Record<string, number | number[] | null>> {
  const output = join(DATA, 'out-W1p.ogg');
  const graph = join(ROOT, 'bench/graphs/w1p.json');
  const ourCommand = [process.execPath, join(ROOT, 'bin/voxgraph.js'), 'render', graph, '--param', `music=${OPUS}`, '-o', output];
  const ours: number[] = [];
  const peers: number[] = [];
  const peered = hasPeer('ffmpeg');
  try {
    for (let i = 0; i < runs; i++) {
      ours.push((await measure(pinned([...ourCommand, '--duration', '600', '--json']))).cpuSec);
      if (peered) peers.push((await measure(pinned([...FFMPEG, '-i', OPUS, '-c:a', 'copy', '-f', 'ogg', '/dev/null']))).cpuSec);
    }
  } finally {
    rmSync(output, { force: true });
  }
  const our = median(ours);
  const peer = peered ? median(peers) : null;
  return { fileCpuSec: ours.map(short), fileFfmpegCpuSec: peers.map(short), fileRatio: ratioOf(our, peer) };
}
