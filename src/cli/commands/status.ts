import type { Command } from 'commander';
import pc from 'picocolors';
import { VoxError, voxError } from '../../errors.js';
import { DEFAULT_URL, engineAt, engineOptions, type EngineArgs, type EnginePlace } from '../ask-engine.js';
import { EngineClient, type Call, type CallArgs, type Player } from '../engine-client.js';
import { finish, type CliIo } from '../io.js';
import { playerLine } from '../player-words.js';
import { runningEngines } from '../run-file.js';

interface Seen {
  readonly url: string;
  readonly calls: readonly (Call & { readonly title?: string; readonly players: readonly Player[] })[];
}

/** `voxgraph status`: every call of every engine of this user, and what plays there. Exit code 0; 3 when no engine answers. */
export async function statusCommand(args: CallArgs, io: CliIo): Promise<number> {
  const all = (await lookAtAll(placesOf(args, io), io)).map((seen) =>
    args.call === undefined ? seen : { ...seen, calls: seen.calls.filter(({ call }) => call === args.call) },
  );
  if (args.call !== undefined && all.every(({ calls }) => calls.length === 0))
    throw voxError('UNKNOWN_CALL', { call: args.call });
  if (args.json) io.stdout(`${JSON.stringify(all, null, 2)}\n`);
  else for (const seen of all) io.stdout(engineText(seen, all.length > 1, io));
  return 0;
}

/** `voxgraph calls`: the open calls, one a line. Exit code 0; 3 when no engine answers. */
export async function callsCommand(args: EngineArgs & { readonly json?: boolean }, io: CliIo): Promise<number> {
  const all = await lookAtAll(placesOf(args, io), io);
  const calls = all.flatMap(({ url, calls: open }) =>
    open.map(({ call, graph, title, state }) => ({ call, url, graph, title, status: state.status })),
  );
  if (args.json) io.stdout(`${JSON.stringify(calls, null, 2)}\n`);
  else if (calls.length === 0) io.stdout('No call is open.\n');
  else {
    const width = Math.max(...calls.map(({ call }) => call.length));
    for (const { call, status, title, url } of calls)
      io.stdout(`${call.padEnd(width)}  ${status.padEnd(10)}  ${title ?? ''}  ${pc.createColors(io.color).dim(url)}\n`);
  }
  return 0;
}

function placesOf(args: EngineArgs, io: CliIo): EnginePlace[] {
  const engines = args.url === undefined ? runningEngines() : [];
  if (engines.length < 2) return [engineAt(args, io.cwd)];
  const { token } = engineAt({ ...args, url: DEFAULT_URL }, io.cwd);
  return engines.map(({ url }) => ({ url, token }));
}

/** All that answer; of the others it is said why not, and none hides the rest. */
async function lookAtAll(places: readonly EnginePlace[], io: CliIo): Promise<Seen[]> {
  const all = await Promise.allSettled(places.map(look));
  const seen = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = all.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (seen.length === 0 && failed.length > 0) throw failed[0];
  for (const error of failed) io.stderr(`${error instanceof Error ? error.message : String(error)}\n`);
  return seen;
}

async function look(place: EnginePlace): Promise<Seen> {
  const client = new EngineClient(place);
  const [{ calls }, { players }, graphs] = await Promise.all([
    client.get('/api/v1/calls'),
    client.get('/api/v1/players'),
    titles(client),
  ]);
  return {
    url: place.url,
    calls: calls.map((one) => {
      const title = one.graph === undefined ? undefined : graphs.get(one.graph);
      return { ...one, ...(title !== undefined && { title }), players: players.filter(({ call }) => call === one.call) };
    }),
  };
}

async function titles(client: EngineClient): Promise<ReadonlyMap<string, string>> {
  try {
    const { state } = await client.get('/api/v1/state');
    return new Map(Object.entries(state.graphs).map(([id, { title }]) => [id, title]));
  } catch (error) {
    if (error instanceof VoxError && error.code !== 'ENGINE_NOT_FOUND') return new Map();
    throw error;
  }
}

function engineText({ url, calls }: Seen, named: boolean, { color }: CliIo): string {
  const paint = pc.createColors(color);
  const head = named ? `${paint.cyan(url)}\n` : '';
  if (calls.length === 0) return `${head}No call is open at ${url}.\n`;
  const text = calls.map(({ call, title, state, players }) => {
    const { status, listeners, participants, speaking, selfMuted, silenced, handRaised } = state;
    const people = [
      listeners > 0 && `${listeners} listening`,
      participants.length > 0 && `${participants.length} with a voice`,
      speaking.length > 0 && `${speaking.length} speaking`,
      selfMuted && 'muted',
      silenced && 'may not speak',
      handRaised && 'asks to speak',
    ];
    const facts = [status, ...people].filter(Boolean).join(', ');
    const lines = players.map((player) => `  ${players.length > 1 ? `${player.node}: ` : ''}${playerLine(player, color)}\n`);
    return `${paint.bold(call)}  ${facts}${title === undefined ? '' : paint.dim(`  ${title}`)}\n${lines.join('')}`;
  });
  return head + text.join('');
}

/** Adds `status` and `calls` to the program. */
export function register(program: Command, io: CliIo): void {
  const codes = '\nExit codes: 0 done, 1 no such call, 2 wrong input, 3 no engine answers.\n';
  engineOptions(program.command('status'))
    .summary('show what plays in running calls, and where it is')
    .description('Shows every call of the engines that run: its state, who is there, what plays and where it is.')
    .option('--call <id>', 'only this call')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `\nExamples:\n  voxgraph status\n  voxgraph status --json | jq '.[].calls[].players[].positionMs'\n${codes}`,
    )
    .action((options: CallArgs) => finish(statusCommand(options, io)));
  engineOptions(program.command('calls'))
    .summary('list the open calls of running engines')
    .option('--json', 'as JSON')
    .addHelpText('after', `\nExample:\n  voxgraph calls\n${codes}`)
    .action((options: EngineArgs & { json?: boolean }) => finish(callsCommand(options, io)));
}
