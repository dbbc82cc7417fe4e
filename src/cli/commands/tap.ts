import { closeSync, openSync, writeSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import { reasonOf, voxError } from '../../errors.js';
import { askEngine, engineAt, engineOptions, textOf, type EngineArgs } from '../ask-engine.js';
import { finish, type CliIo } from '../io.js';
import { onStopSignal } from '../stop-signal.js';

/** The arguments of `voxgraph tap`. */
export interface TapArgs extends EngineArgs {
  /** `node` or `node.port`. */
  readonly wire: string;
  /** Which graph, if several run. */
  readonly graph?: string;
  /** A WAV file to write instead of showing the level. */
  readonly wav?: string;
  /** Ends after so much sound; default: at Ctrl-C. */
  readonly seconds?: number;
  /** One JSON object per tenth of a second instead of a meter. */
  readonly json?: boolean;
}

const BYTES_PER_SECOND = 48_000 * 4;
const HEADER_BYTES = 44;
const FLOOR_DB = -60;
const WIDTH = 40;

/** Listens to a wire of a running engine. Exit code 0; 3 when no engine answers. */
export async function tapCommand(args: TapArgs, io: CliIo): Promise<number> {
  const { url: base, token } = engineAt(args, io.cwd);
  const graph = args.graph ?? (await onlyGraph(base, token));
  const what = args.wav === undefined ? 'levels' : 'sound';
  const path = `/graphs/${encodeURIComponent(graph)}/wires/${encodeURIComponent(args.wire)}/${what}`;
  const response = await askEngine(base, path, { token });
  const off = onStopSignal(() => response.destroy());
  try {
    if (args.wav !== undefined) await writeWav(response, resolve(io.cwd, args.wav), args, io);
    else await showLevels(response, args, io);
  } finally {
    off();
    response.destroy();
  }
  return 0;
}

async function onlyGraph(base: string, token: string | undefined): Promise<string> {
  const { graphs } = JSON.parse(await textOf(await askEngine(base, '/graphs', { token }))) as {
    graphs: { id: string; title: string }[];
  };
  if (graphs.length === 1) return graphs[0]!.id;
  if (graphs.length === 0) throw voxError('USAGE', { reason: `no graph runs at ${base}` });
  const list = graphs.map(({ id, title }) => `${id} (${title})`).join(', ');
  throw voxError('USAGE', { reason: `several graphs run there; choose one with --graph: ${list}` });
}

async function showLevels(response: IncomingMessage, args: TapArgs, io: CliIo): Promise<void> {
  let waiting = '';
  let heardMs = 0;
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      const lines = (waiting + String(chunk)).split('\n');
      waiting = lines.pop() ?? '';
      for (const line of lines) {
        const level = JSON.parse(line) as { peakDb: number; rmsDb: number; durationMs: number };
        if (args.json) io.stdout(`${line}\n`);
        else if (io.color) io.stderr(`\r${meter(args.wire, level, io)}`);
        else io.stdout(`${meter(args.wire, level, io)}\n`);
        heardMs += level.durationMs;
        if (args.seconds !== undefined && heardMs >= args.seconds * 1000) return;
      }
    }
  } catch (error) {
    // Ctrl-C cuts the connection.
    if (!response.destroyed) throw error;
  } finally {
    if (io.color && !args.json) io.stderr('\n');
  }
}

function meter(wire: string, { peakDb, rmsDb }: { peakDb: number; rmsDb: number }, { color }: CliIo): string {
  const paint = pc.createColors(color);
  const place = (db: number) => Math.round(Math.max(0, Math.min(1, 1 - db / FLOOR_DB)) * WIDTH);
  const filled = place(rmsDb);
  const bar = [...'█'.repeat(filled).padEnd(WIDTH, '·')];
  const at = place(peakDb);
  if (at > 0) bar[at - 1] = '|';
  const shown = (db: number) => (db <= -120 ? '  −∞' : db.toFixed(1).replace('-', '−')).padStart(6);
  return `${wire}  ${paint.green(bar.join(''))}  rms ${shown(rmsDb)} dB  peak ${shown(peakDb)} dB `;
}

async function writeWav(response: IncomingMessage, path: string, args: TapArgs, io: CliIo): Promise<void> {
  let file: number;
  try {
    file = openSync(path, 'w');
  } catch (error) {
    throw voxError('OUTPUT_UNWRITABLE', { path, reason: reasonOf(error) });
  }
  const limit = args.seconds === undefined ? Infinity : HEADER_BYTES + Math.round(args.seconds * 48_000) * 4;
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      const part = chunk.subarray(0, Math.min(chunk.length, limit - bytes));
      writeSync(file, part);
      bytes += part.length;
      if (bytes >= limit) break;
    }
  } catch (error) {
    if (!response.destroyed) throw error;
  } finally {
    // The server could not know how long it would be.
    const sizes = Buffer.alloc(4);
    sizes.writeUInt32LE(Math.max(0, bytes - 8));
    writeSync(file, sizes, 0, 4, 4);
    sizes.writeUInt32LE(Math.max(0, bytes - HEADER_BYTES));
    writeSync(file, sizes, 0, 4, 40);
    closeSync(file);
  }
  io.stdout(`${path}: ${(Math.max(0, bytes - HEADER_BYTES) / BYTES_PER_SECOND).toFixed(2)} s\n`);
}

function positive(given: string): number {
  const value = Number(given);
  if (Number.isFinite(value) && value > 0) return value;
  throw voxError('USAGE', { reason: `--seconds must be a number above 0, not "${given}"` });
}

/** Adds `tap` to the program. */
export function register(program: Command, io: CliIo): void {
  engineOptions(program.command('tap'))
    .argument('<wire>', 'node or node.port of the running graph')
    .summary('hear or measure a wire of a running engine')
    .description('Shows the level of any wire of a running engine, or writes its sound to a WAV file.')
    .option('--graph <id>', 'which graph, if several run')
    .option('--wav <file>', 'write the sound instead of showing the level')
    .option('--seconds <number>', 'end after so much', positive)
    .option('--json', 'levels as JSON lines')
    .addHelpText(
      'after',
      '\nExamples:\n  voxgraph tap music\n  voxgraph tap duck --wav duck.wav --seconds 10\n\nExit codes: 0 done, 2 no such wire, 3 no engine answers.\n',
    )
    .action((wire: string, options: Record<string, never>) => finish(tapCommand({ wire, ...options }, io)));
}
