import { resolve } from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import { voxError } from '../../errors.js';
import { createPluginLoader } from '../../plugins/loader/plugin-loader.js';
import { replay, type Replayed, type ReplayOptions } from '../../plugins/replay.js';
import { finish, type CliIo } from '../io.js';
import { renderProblem } from '../problems.js';

/** The arguments of `voxgraph replay`. */
export interface ReplayArgs {
  /** The log. */
  readonly file: string;
  /** Where it ends; see {@link parseUntil}. */
  readonly until?: ReplayOptions['until'];
  /** Which run of the file, from 1; default the last. */
  readonly run?: number;
  /** Files or packages that take the place of the plugins of the same name. */
  readonly plugins?: readonly string[];
  /** The result as JSON. */
  readonly json?: boolean;
}

/** Makes the state again out of a log. Exit code 0, or 1 when it is not what was logged, or cannot be trusted. */
export async function replayCommand(args: ReplayArgs, io: CliIo): Promise<number> {
  const loader = createPluginLoader({ cwd: io.cwd });
  const plugins = await Promise.all((args.plugins ?? []).map((from) => loader.load({ from, baseDir: io.cwd })));
  const result = await replay({
    path: resolve(io.cwd, args.file),
    shown: args.file,
    loader,
    plugins: plugins.map(({ definition }) => definition),
    ...(args.run !== undefined && { run: args.run }),
    ...(args.until && { until: args.until }),
  });
  if (args.json) io.stdout(`${JSON.stringify({ file: args.file, ...result })}\n`);
  else tell(args.file, result, io);
  return result.problems.length > 0 ? 1 : 0;
}

function tell(file: string, result: Replayed, io: CliIo): void {
  const paint = pc.createColors(io.color);
  const { run, runs, startedMs, reachedMs, events, hash, logged, same, cut, plugins, problems, state, unloadedSec } = result;
  const seconds = ((reachedMs - startedMs) / 1000).toFixed(3);
  io.stdout(
    `${paint.bold(file)}${runs > 1 ? `, run ${run} of ${runs}` : ''}: ${events} event${events === 1 ? '' : 's'} in ${seconds} s from ${new Date(startedMs).toISOString()}\n`,
  );
  for (const { plugin, version } of plugins) io.stdout(`plugin ${plugin} ${version}\n`);
  if (cut)
    io.stdout(
      cut.line === undefined
        ? 'The log has no end: the process was killed.\n'
        : `The log has no end: the process was killed; line ${cut.line} was cut off and is left out.\n`,
    );
  io.stdout(`${JSON.stringify(state, null, 2)}\n`);
  if (unloadedSec !== undefined)
    io.stdout(`The plugins were unloaded at ${unloadedSec.toFixed(3)} s; --until shows what they had before.\n`);
  const verdict =
    same === false
      ? 'not what was logged'
      : logged !== undefined
        ? 'as logged'
        : same
          ? 'as logged up to the last mark before'
          : 'not logged here';
  io.stdout(`state hash ${hash} (${verdict})\n`);
  for (const found of problems) io.stderr(renderProblem(found, undefined, io.color));
}

/** Seconds from the start of the run, such as `90` or `12.5`, or a time such as `2026-03-01T12:00:00Z`. @throws VoxError `USAGE`. */
export function parseUntil(given: string): NonNullable<ReplayOptions['until']> {
  const seconds = Number(given);
  if (given.trim() !== '' && Number.isFinite(seconds) && seconds >= 0) return { seconds };
  const atMs = /^\d{4}-\d\d-\d\d/.test(given) ? Date.parse(given) : Number.NaN;
  if (Number.isFinite(atMs)) return { atMs };
  throw voxError('USAGE', {
    reason: `--until takes seconds from the start, or a time such as 2026-03-01T12:00:00Z, not "${given}"`,
  });
}

function runNumber(given: string): number {
  const value = Number(given);
  if (Number.isInteger(value) && value >= 1) return value;
  throw voxError('USAGE', { reason: `--run must be a whole number from 1, not "${given}"` });
}

/** Adds `voxgraph replay` to the program. */
export function register(program: Command, io: CliIo): void {
  program
    .command('replay')
    .argument('<log>', 'what "voxgraph run --log FILE" wrote')
    .summary('make the state again out of an event log')
    .description(
      'Runs the events of a log through the reducers of the engine and the plugins, and prints the state and its hash. Nothing is called, played or sent; of the plugins only the reducers run.',
    )
    .option('--until <time>', 'stop there: seconds from the start, or an ISO time', parseUntil)
    .option('--run <number>', 'which run of the file; default the last', runNumber)
    .option('--plugin <from...>', 'a file or package in place of the plugin of the same name')
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  voxgraph replay log.ndjson\n  voxgraph replay log.ndjson --until 90 --json\n  voxgraph replay log.ndjson --plugin ./my-plugin.ts\n\nExit codes: 0 the state is the logged one, 1 it is not, or a plugin is missing, 2 the log cannot be read.\n',
    )
    .action((file: string, options: { until?: ReplayArgs['until']; run?: number; plugin?: string[]; json?: boolean }) =>
      finish(
        replayCommand(
          {
            file,
            ...(options.until && { until: options.until }),
            ...(options.run !== undefined && { run: options.run }),
            ...(options.plugin && { plugins: options.plugin }),
            json: options.json ?? false,
          },
          io,
        ),
      ),
    );
}
