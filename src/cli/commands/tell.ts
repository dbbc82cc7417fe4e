import type { Command } from 'commander';
import { reasonOf, voxError } from '../../errors.js';
import { askEngine, engineAt, engineOptions, textOf, type EngineArgs } from '../ask-engine.js';
import { finish, type CliIo } from '../io.js';

/** The arguments of `voxgraph tell`. */
export interface TellArgs extends EngineArgs {
  /** Its name or key. */
  readonly plugin: string;
  /** Which of its messages. */
  readonly message: string;
  /** What it carries, as JSON. Default `null`. */
  readonly payload?: string;
}

/** Sends a plugin of a running engine a message and prints its reply as JSON. Exit code 0; 2 wrong message, 3 when no engine answers. */
export async function tellCommand(args: TellArgs, io: CliIo): Promise<number> {
  const { plugin, message, payload = 'null' } = args;
  const { url, token } = engineAt(args, io.cwd);
  let body: unknown;
  try {
    body = JSON.parse(payload);
  } catch (error) {
    throw voxError('USAGE', { reason: `the payload must be JSON, such as '{"src":"song.mp3"}': ${reasonOf(error)}` });
  }
  const path = `/plugins/${encodeURIComponent(plugin)}/messages/${encodeURIComponent(message)}`;
  const { reply } = JSON.parse(await textOf(await askEngine(url, path, { token, body }))) as { reply: unknown };
  io.stdout(`${JSON.stringify(reply, null, 2)}\n`);
  return 0;
}

/** Adds `tell` to the program. */
export function register(program: Command, io: CliIo): void {
  engineOptions(program.command('tell'))
    .argument('<plugin>', 'name or key of a plugin')
    .argument('<message>', 'one of its messages; "voxgraph plugins PLUGIN" lists them')
    .argument('[json]', 'what the message carries; default: null')
    .summary('send a plugin of a running engine a message')
    .description('Sends a message to a plugin of a running engine, and prints the reply as JSON.')
    .addHelpText(
      'after',
      '\nExamples:\n  voxgraph tell music-queue add \'{"src":"song.mp3"}\'\n  voxgraph tell statistics report\n\nExit codes: 0 done, 1 the plugin failed or refused, 2 no such plugin or message, 3 no engine answers.\n',
    )
    .action((plugin: string, message: string, payload: string | undefined, options: EngineArgs) =>
      finish(tellCommand({ ...options, plugin, message, ...(payload !== undefined && { payload }) }, io)),
    );
}
