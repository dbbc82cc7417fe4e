import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { voxError } from '../../errors.js';
import { askEngine, engineAt, engineOptions, textOf, type EngineArgs } from '../ask-engine.js';
import { finish, type CliIo } from '../io.js';

/** The arguments of `voxgraph say`. */
export interface SayArgs extends EngineArgs {
  /** What is written. */
  readonly text: string;
  /** In which room, if several are open. */
  readonly room?: string;
  /** In whose name; default the user's. */
  readonly as?: string;
  /** As somebody who may manage the room. Default false. */
  readonly admin?: boolean;
}

/** Writes in the chat of a room of a running engine, so that plugins react to it. Exit code 0; 3 when no engine answers. */
export async function sayCommand(args: SayArgs, io: CliIo): Promise<number> {
  const { text, as: name = userName(), admin } = args;
  const { url, token } = engineAt(args, io.cwd);
  const room = args.room ?? (await onlyRoom(url, token));
  const body = { text, participant: 'command-line', name, ...(admin && { admin }) };
  await textOf(await askEngine(url, `/rooms/${encodeURIComponent(room)}/messages`, { token, body }));
  io.stdout(`${name} in ${room}: ${text}\n`);
  return 0;
}

async function onlyRoom(url: string, token: string | undefined): Promise<string> {
  const { rooms } = JSON.parse(await textOf(await askEngine(url, '/rooms', { token }))) as { rooms: string[] };
  if (rooms.length === 1) return rooms[0]!;
  const reason =
    rooms.length === 0 ? `no room is open at ${url}` : `several rooms are open; choose one with --room: ${rooms.join(', ')}`;
  throw voxError('USAGE', { reason });
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in the password file.
    return 'somebody';
  }
}

/** Adds `say` to the program. */
export function register(program: Command, io: CliIo): void {
  engineOptions(program.command('say'))
    .argument('<text>', 'what is written')
    .summary('write in the chat of a room of a running engine')
    .description('Writes in the chat of a room, for plugins that listen to it, such as a music queue that knows "/play".')
    .option('--room <name>', 'which room, if several are open')
    .option('--as <name>', 'in whose name; default: yours')
    .option('--admin', 'as somebody who may manage the room; needs the admin token of the engine')
    .addHelpText(
      'after',
      '\nExamples:\n  voxgraph say "/play song.mp3"\n  voxgraph say "/skip" --admin\n\nExit codes: 0 done, 2 no such room, 3 no engine answers.\n',
    )
    .action((text: string, options: Omit<SayArgs, 'text'>) => finish(sayCommand({ text, ...options }, io)));
}
