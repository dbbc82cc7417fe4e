// start: from the order to play a local file to the first packet one can hear, against ffmpeg's start to its first byte.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { MUSIC, hasPeer, needInputs } from '../lib/machine.ts';
import { median, run } from '../lib/measure.ts';
import { ratioOf, short, type Result } from '../lib/result.ts';

const PLAYS = 6;

/** Runs the workload: `runs` fresh processes, several plays in each. */
export async function start(runs: number): Promise<Result> {
  needInputs();
  const child = join(import.meta.dirname, 'start-child.ts');
  const first: number[] = [];
  const later: number[] = [];
  const peers: number[] = [];
  const peered = hasPeer('ffmpeg');
  for (let i = 0; i < runs; i++) {
    const [cold = NaN, ...warm] = JSON.parse(await run([process.execPath, child, String(PLAYS)])) as number[];
    first.push(cold);
    later.push(...warm);
    for (let k = 0; peered && k < PLAYS - 1; k++) peers.push(await ffmpegFirstByte());
  }
  const ours = short(median(later));
  const peer = peers.length > 0 ? short(median(peers)) : null;
  return {
    workload: 'start',
    ours,
    peer,
    ratio: ratioOf(ours, peer),
    unit: 'ms',
    peakMemoryMb: null,
    target: 'at most 80 ms',
    reached: ours <= 80,
    details: { firstPlayOfAProcess: first.map(short), laterPlays: later.map(short), peer: peers.map(short) },
  };
}

function ffmpegFirstByte(): Promise<number> {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const args = ['-v', 'error', '-nostdin', '-i', MUSIC, '-ar', '48000', '-ac', '2', '-f', 's16le', 'pipe:1'];
    const child = spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    child.on('error', reject);
    child.stdout.once('data', () => {
      resolve(performance.now() - from);
      child.kill('SIGKILL');
    });
  });
}
