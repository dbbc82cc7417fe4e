import { accessSync, constants } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import { examine, type Examination } from '../../engine/doctor.js';
import { finish, type CliIo } from '../io.js';

/** The arguments of `voxgraph doctor`. */
export interface DoctorArgs {
  /** Machine-readable output. Default false. */
  readonly json?: boolean;
  /** How long ticks are watched, in seconds. Default 2. */
  readonly seconds?: number;
}

interface Line {
  readonly state: 'ok' | 'warn' | 'bad';
  readonly name: string;
  readonly text: string;
}

/** Ticks later than this are heard as gaps, unless receivers buffer more: half a packet. */
const LATE_MS = 10;

/** Measures what this machine can do. Exit code 0, or 3 when something that graphs need is missing. */
export async function doctorCommand(args: DoctorArgs, io: CliIo): Promise<number> {
  const found = await examine(args.seconds ?? 2);
  const cores = availableParallelism();
  const lines = judge(found, cores);
  const bad = lines.some(({ state }) => state === 'bad');
  if (args.json) {
    const memoryGiB = Number((totalmem() / 2 ** 30).toFixed(1));
    io.stdout(`${JSON.stringify({ ok: !bad, node: process.version, cores, memoryGiB, ...found, findings: lines }, null, 2)}\n`);
    return bad ? 3 : 0;
  }
  const paint = pc.createColors(io.color);
  const marks = { ok: paint.green('ok  '), warn: paint.yellow('note'), bad: paint.red('BAD ') };
  for (const { state, name, text } of lines) io.stdout(`${marks[state]}  ${name.padEnd(14)}${text}\n`);
  return bad ? 3 : 0;
}

function judge(found: Examination, cores: number): Line[] {
  const { media, missing, lateness, opusUs, callsPerCore } = found;
  const ms = (us: number) => `${(us / 1000).toFixed(1)} ms`;
  const late = lateness.p99Us / 1000;
  return [
    { state: 'ok', name: 'Node', text: `${process.version} on ${process.platform} ${process.arch}, ${cores} cores` },
    { state: 'ok', name: 'FFmpeg', text: `${media.version}, built into node-av (${media.license})` },
    missing.length === 0
      ? { state: 'ok', name: 'encoders', text: 'all that graphs may ask for' }
      : { state: missing.includes('libopus') ? 'bad' : 'warn', name: 'encoders', text: `missing: ${missing.join(', ')}` },
    {
      state: late > LATE_MS ? 'warn' : 'ok',
      name: 'ticks',
      text: `every 20 ms; late by ${ms(lateness.p50Us)} (half of them), ${ms(lateness.p99Us)} (99 of 100), ${ms(lateness.maxUs)} at most${late > LATE_MS ? ': this machine is busy, or others share its cores' : ''}`,
    },
    {
      state: 'ok',
      name: 'Opus',
      text: `${opusUs.median.toFixed(0)} µs for 20 ms of stereo, ${opusUs.slow.toFixed(0)} µs at its slowest 5 %`,
    },
    {
      state: 'ok',
      name: 'calls',
      text: `about ${callsPerCore} here in one process (each with its own file, effects and Opus, at 70 % of a core)`,
    },
    onPath('yt-dlp')
      ? { state: 'ok', name: 'yt-dlp', text: 'found: source.url opens pages of video sites too' }
      : { state: 'warn', name: 'yt-dlp', text: 'not found: source.url opens media addresses only' },
  ];
}

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Adds `doctor` to the program. */
export function register(program: Command, io: CliIo): void {
  program
    .command('doctor')
    .summary('say what this machine can do')
    .description('Checks Node, FFmpeg and its encoders, and measures how punctual ticks are and how fast Opus is.')
    .option('--json', 'print the figures as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  voxgraph doctor\n\nExit codes: 0 all is there, 3 something that graphs need is missing.\n',
    )
    .action((options: { json?: boolean }) => finish(doctorCommand({ json: options.json ?? false }, io)));
}
