// W7: from a change of an effect to the first changed packet, against killing ffmpeg and starting another at the position.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { MUSIC, hasPeer, needInputs } from '../lib/machine.ts';
import { median, run } from '../lib/measure.ts';
import { ratioOf, short, type Result } from '../lib/result.ts';

const CHANGES = 20;
const LIMIT_MS = 40;

/** Runs the workload. */
export async function change(runs: number): Promise<Result> {
  needInputs();
  const child = join(import.meta.dirname, 'change-child.ts');
  const ours: number[] = [];
  const peers: number[] = [];
  let gaps = 0;
  const peered = hasPeer('ffmpeg');
  for (let i = 0; i < runs; i++) {
    const printed = JSON.parse(await run([process.execPath, child, String(CHANGES)])) as { times: number[]; gaps: number };
    ours.push(...printed.times);
    gaps += printed.gaps;
    for (let k = 0; peered && k < 5; k++) peers.push(await respawn(60 + k * 50));
  }
  const our = short(median(ours));
  const peer = peers.length > 0 ? short(median(peers)) : null;
  const worst = short(Math.max(...ours));
  return {
    workload: 'W7',
    ours: our,
    peer,
    ratio: ratioOf(our, peer),
    unit: 'ms',
    peakMemoryMb: null,
    target: `at most ${LIMIT_MS} ms in the median, and no gap`,
    reached: our <= LIMIT_MS && gaps === 0,
    details: { gaps, worst, peer: peers.map(short) },
  };
}

/** What a player without live effects does: a new process with the new effect, at the position. */
function respawn(atSec: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const filter = ['-af', 'volume=-40dB', '-ar', '48000', '-ac', '2', '-f', 's16le', 'pipe:1'];
    const args = ['-v', 'error', '-nostdin', '-ss', String(atSec), '-i', MUSIC, ...filter];
    const child = spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    child.on('error', reject);
    child.stdout.once('data', () => {
      resolve(performance.now() - from);
      child.kill('SIGKILL');
    });
  });
}
