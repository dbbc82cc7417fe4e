// W1, W1gainecho, W2a and W3: MP3 to Opus, and W4: a film to VP8, as a whole process, against ffmpeg with the same encoder settings.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DATA, FILM, MUSIC, ROOT, hasPeer, needInputs, pinned } from '../lib/machine.ts';
import { measure, median, type Cost } from '../lib/measure.ts';
import { ratioOf, short, type Result } from '../lib/result.ts';

/** The ffmpeg command, on one thread. */
export const FFMPEG = 'ffmpeg -v error -nostdin -threads 1 -filter_threads 1 -filter_complex_threads 1 -y'.split(' ');
/** What makes its encoder ours. */
export const ENCODE = '-c:a libopus -application audio -b:a 64k -vbr on -frame_duration 20 -compression_level 10'.split(' ');

const TEN_MINUTES = ['-i', MUSIC];
const RING =
  '[0:a]aresample=48000,volume=-3dB,aecho=1.0:1.0:300:0.3[a];sine=f=50:r=48000,volume=8,pan=stereo|c0=c0|c1=c0[b];[a][b]amultiply[o]';
const EIGHT = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => join(DATA, `mix_${n}.mp3`));
const STEREO = 'aresample=48000,aformat=sample_fmts=fltp:channel_layouts=stereo';
const MIX = [
  ...EIGHT.map((_, i) => `[${i}:a]${STEREO}[s${i}]`),
  '[s0][s1][s2][s3][s4][s5][s6]amix=inputs=7:normalize=0[bed]',
  '[s7]asplit[voice][key]',
  '[bed][key]sidechaincompress=threshold=0.03:ratio=8:attack=20:release=400[ducked]',
  '[ducked][voice]amix=inputs=2:normalize=0,alimiter=limit=0.95[o]',
].join(';');

const SEPIA =
  'scale=640:360:flags=bilinear,format=gbrp,colorchannelmixer=.393:.769:.189:0:.349:.686:.168:0:.272:.534:.131,format=yuv420p';
/** What makes its encoder of pictures ours. */
const ENCODE_VP8 =
  '-c:v libvpx -deadline realtime -cpu-used -6 -b:v 500k -minrate 400k -maxrate 600k -bufsize 500k -g 3000 -error-resilient 1 -lag-in-frames 0 -auto-alt-ref 0 -threads 1'.split(
    ' ',
  );

const WORKLOADS = {
  W1: { graph: 'w1.json', peer: [...TEN_MINUTES, '-ar', '48000', '-ac', '2'], seconds: 600, limit: 1 },
  W1gainecho: {
    graph: 'w1gainecho.json',
    peer: [...TEN_MINUTES, '-af', 'aresample=48000,volume=-3dB,aecho=1.0:1.0:300:0.3'],
    seconds: 600,
    limit: 0.9,
  },
  W2a: {
    graph: 'w2a.json',
    peer: [...TEN_MINUTES, '-filter_complex', RING, '-map', '[o]', '-t', '600'],
    seconds: 600,
    limit: 0.9,
  },
  W3: {
    graph: 'w3.json',
    peer: [...EIGHT.flatMap((file) => ['-i', file]), '-filter_complex', MIX, '-map', '[o]', '-t', '180'],
    seconds: 180,
    limit: 0.9,
  },
  W4: { graph: 'w4.json', peer: ['-i', FILM, '-an', '-vf', SEPIA], seconds: 60, limit: 0.95 },
} as const;

/** Runs one of them, the sides in turn. */
export async function render(name: keyof typeof WORKLOADS, runs: number): Promise<Result> {
  needInputs();
  const { graph, peer: peerArgs, seconds, limit } = WORKLOADS[name];
  const output = join(DATA, `out-${name}.ogg`);
  const cli = [process.execPath, join(ROOT, 'bin/voxgraph.js'), 'render', join(ROOT, 'bench/graphs', graph)];
  const film = name === 'W4';
  const files = film
    ? ['--param', `film=${FILM}`]
    : name === 'W3'
      ? EIGHT.flatMap((file, i) => ['--param', `m${i + 1}=${file}`])
      : ['--param', `music=${MUSIC}`];
  const ourCommand = pinned([...cli, ...files, '-o', output, '--duration', String(seconds), '--json']);
  const peerCommand = pinned([
    ...FFMPEG,
    ...peerArgs,
    ...(film ? [...ENCODE_VP8, '-f', 'webm'] : [...ENCODE, '-f', 'ogg']),
    '/dev/null',
  ]);
  const peered = hasPeer('ffmpeg');
  const ours: Cost[] = [];
  const peers: Cost[] = [];
  try {
    for (let i = 0; i < runs; i++) {
      ours.push(await measure(ourCommand));
      if (peered) peers.push(await measure(peerCommand));
    }
  } finally {
    rmSync(output, { force: true });
  }
  const our = short(median(ours.map((cost) => cost.cpuSec)));
  const peer = peered ? short(median(peers.map((cost) => cost.cpuSec))) : null;
  const ratio = ratioOf(our, peer);
  const peaks = ours.flatMap((cost) => (cost.peakMb === null ? [] : [cost.peakMb]));
  const peak = peaks.length > 0 ? Math.round(Math.max(...peaks)) : null;
  return {
    workload: name,
    ours: our,
    peer,
    ratio,
    unit: 'CPU s',
    peakMemoryMb: peak,
    target: `ratio at most ${limit}, peak at most 200 MiB`,
    reached: ratio === null ? null : ratio <= limit && (peak ?? 0) <= 200,
    details: {
      oursCpuSec: ours.map((cost) => short(cost.cpuSec)),
      peerCpuSec: peers.map((cost) => short(cost.cpuSec)),
      oursWallSec: ours.map((cost) => short(cost.wallSec)),
    },
  };
}
