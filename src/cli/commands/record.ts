import type { Command } from 'commander';
import { finish, type CliIo } from '../io.js';
import { runArgs, runCommand, withRunOptions } from './run.js';

/** Adds `voxgraph record` to the program: `run`, with everything written down. */
export function register(program: Command, io: CliIo): void {
  withRunOptions(program.command('record').argument('<graph>', 'graph file'))
    .summary('run a graph and write down what happens')
    .description(
      'Run a graph as "run" does, and write down who comes and goes, what they say, what is set and commanded, so that "render --events" can make the call happen again. Voices go into the folder LOG.audio. Tell those who speak.',
    )
    .requiredOption('--events <log>', 'the log to write, such as call.ndjson')
    .addHelpText(
      'after',
      '\nExamples:\n  voxgraph record graphs/radio.json --events call.ndjson\n  voxgraph render --events call.ndjson -o call.ogg\n  voxgraph render other.json --events call.ndjson -o other.ogg    the same call through another graph\n',
    )
    .action((file: string, options: Record<string, never>) =>
      finish(runCommand({ ...runArgs(file, options), record: options['events'] }, io)),
    );
}
