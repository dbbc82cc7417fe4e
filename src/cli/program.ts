/**
 * The command line `voxgraph <command>` as a function. Exit codes: 0 done; 1 something failed on the way; 2 the input or the command line is wrong;
 * 3 this machine lacks something (a port, a codec, a Node version); 130 stopped by Ctrl-C where that leaves work undone.
 * @module
 */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { VoxError, problem, reasonOf } from '../errors.js';
import { register as registerAccounts } from './commands/accounts.js';
import { register as registerApi } from './commands/api.js';
import { register as registerCheck, renderProblems } from './commands/check.js';
import { register as registerDoctor } from './commands/doctor.js';
import { register as registerExplain } from './commands/explain.js';
import { register as registerGraph } from './commands/graph.js';
import { register as registerLogin } from './commands/login.js';
import { register as registerMachines } from './commands/machines.js';
import { register as registerNodes } from './commands/nodes.js';
import { register as registerPlugin } from './commands/plugin.js';
import { register as registerPlugins } from './commands/plugins.js';
import { register as registerQueue } from './commands/queue.js';
import { register as registerRecord } from './commands/record.js';
import { register as registerRender } from './commands/render.js';
import { register as registerReplay } from './commands/replay.js';
import { register as registerRun } from './commands/run.js';
import { register as registerSay } from './commands/say.js';
import { register as registerSchema } from './commands/schema.js';
import { register as registerStatus } from './commands/status.js';
import { register as registerSteer } from './commands/steer.js';
import { register as registerTap } from './commands/tap.js';
import { register as registerTell } from './commands/tell.js';
import { register as registerTest } from './commands/test.js';
import { CommandExit, type CliIo } from './io.js';

/**
 * Runs one command line.
 *
 * @param argv the arguments behind `voxgraph`.
 * @returns the exit code.
 */
export async function voxgraph(argv: readonly string[], io: CliIo): Promise<number> {
  const program = createProgram(io);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    return explain(error, io);
  }
}

/** All commands with their arguments and options. */
export function createProgram(io: CliIo): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  const program = new Command('voxgraph');
  program
    .description('Voice and video calls as reactive stream graphs.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout(text), writeErr: (text) => io.stderr(text) })
    .showHelpAfterError('Run "voxgraph --help" for the commands.')
    .showSuggestionAfterError(true)
    .addHelpText(
      'after',
      `
Examples:
  voxgraph run graphs/radio.json                   music in a room; open the printed address and press Listen
  voxgraph render graphs/radio.json -o radio.ogg --duration 60
  voxgraph check graphs/*.json                     every problem, with its place and a fix
  voxgraph graph graphs/radio.json --format svg -o radio.svg
  voxgraph nodes effect.echo                       ports and options of a node type
  voxgraph test graphs                             run the tests that lie beside graphs
  voxgraph status                                  what plays in the running engine, and where it is
  voxgraph seek 1:23                               steer it: play, pause, resume, seek, skip, stop, volume, mute, queue

Exit codes: 0 done, 1 failed on the way, 2 wrong input, 3 this machine lacks something, 130 stopped by Ctrl-C.`,
    );
  for (const register of [
    registerRun,
    registerRecord,
    registerRender,
    registerCheck,
    registerGraph,
    registerNodes,
    registerMachines,
    registerApi,
    registerSchema,
    registerTest,
    registerTap,
    registerReplay,
    registerPlugins,
    registerStatus,
    registerSteer,
    registerQueue,
    registerTell,
    registerSay,
    registerPlugin,
    registerLogin,
    registerAccounts,
    registerExplain,
    registerDoctor,
  ])
    register(program, io);
  for (const command of program.commands) {
    command.exitOverride().configureOutput({ writeOut: (t) => io.stdout(t), writeErr: (t) => io.stderr(t) });
    leadToHelp(command, `voxgraph ${command.name()}`);
  }
  return program;
}

/** Who mistypes an option is told where those of that command stand. */
function leadToHelp(command: Command, words: string): void {
  command.showHelpAfterError(`Run "${words} --help" for what it takes.`);
  for (const inner of command.commands) leadToHelp(inner, `${words} ${inner.name()}`);
}

function explain(error: unknown, io: CliIo): number {
  if (error instanceof CommandExit) return error.exitCode;
  // Commander has said what is wrong already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof VoxError) {
    io.stderr(renderProblems(error.problems, io));
    return error.exitCode;
  }
  io.stderr(renderProblems([problem('INTERNAL', { reason: reasonOf(error) })], io));
  if (process.env['VOXGRAPH_DEBUG'] && error instanceof Error) io.stderr(`${error.stack}\n`);
  return 1;
}
