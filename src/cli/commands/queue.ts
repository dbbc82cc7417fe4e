import type { Command } from 'commander';
import pc from 'picocolors';
import { voxError } from '../../errors.js';
import { engineOptions } from '../ask-engine.js';
import { callOf, type CallArgs, type EngineClient, type Player } from '../engine-client.js';
import { finish, type CliIo } from '../io.js';
import { musicQueue, tellQueue, type QueuedTrack } from '../music-queue-words.js';
import { lastPart, playerLine, playerOf } from '../player-words.js';
import { sourceAt } from '../source-at.js';

/** Most tracks that are listed. */
const MOST = 500;

interface Waiting {
  /** Behind the one that plays, in the order of playing. */
  readonly tracks: readonly { readonly src: string; readonly title?: string | undefined; readonly requester?: string | null }[];
  /** How many there are. */
  readonly total: number;
  readonly repeat: string;
  readonly shuffle: string;
}

/** `voxgraph queue`: shows what waits, or puts something behind it. Exit code 0; 1 refused. */
export async function queueCommand(given: readonly string[], args: CallArgs, io: CliIo): Promise<number> {
  const sources = given.map((src) => sourceAt(src, io.cwd));
  const { client, call } = await callOf(args, io.cwd);
  const player = await playerOf(client, call);
  const plugin = await musicQueue(client, call);
  if (!plugin && player.kind !== 'queue') {
    const reason = `"${player.node}" plays one recording; a queue is a source.queue, a source.playlist or the plugin music-queue`;
    throw voxError('COMMAND_REFUSED', { command: 'queue', reason });
  }
  if (sources.length > 0) {
    const tracks = sources.map((src) => ({ src }));
    if (plugin) await tellQueue(client, plugin, call, 'add', { tracks });
    else {
      const node = { graph: player.graph, node: player.node };
      await client.post('/api/v1/graphs/{graph}/nodes/{node}/commands', node, { type: 'add', tracks: sources });
    }
  }
  const waiting = plugin ? await waitingIn(client, plugin, call) : waitingOf(await playerOf(client, call), sources);
  if (args.json) io.stdout(`${JSON.stringify({ call, playing: player, ...waiting })}\n`);
  else io.stdout(listing(call, player, waiting, io));
  return 0;
}

async function waitingIn(client: EngineClient, plugin: string, call: string): Promise<Waiting> {
  const reply = (await tellQueue(client, plugin, call, 'list', { limit: MOST })) as {
    waiting: readonly QueuedTrack[];
    total: number;
    repeat: string;
    shuffle: string;
  };
  return { tracks: reply.waiting, total: reply.total, repeat: reply.repeat, shuffle: reply.shuffle };
}

/** What is behind the current track; what was just added may not be told yet. */
function waitingOf({ queue }: Player, added: readonly string[]): Waiting {
  const { tracks = [], index = 0, total = 0, repeat = 'off', shuffle = 'off' } = queue ?? {};
  const behind = tracks.slice(index + 1);
  const known = added.length > 0 && tracks.slice(-added.length).every(({ src }, i) => src === added[i]);
  const told = known || added.length === 0;
  const rest = told ? [] : added.map((src) => ({ src }));
  return { tracks: [...behind, ...rest], total: Math.max(0, total - index - 1) + rest.length, repeat, shuffle };
}

function listing(call: string, player: Player, { tracks, total, repeat, shuffle }: Waiting, { color }: CliIo): string {
  const paint = pc.createColors(color);
  const width = String(tracks.length).length;
  const rows = tracks.map(({ src, title, requester }, i) => {
    const by = requester ? paint.dim(`  (${requester})`) : '';
    return `  ${String(i + 1).padStart(width)}. ${title ?? lastPart(src)}${by}\n`;
  });
  const more = total > tracks.length ? `  … and ${total - tracks.length} more\n` : '';
  const modes = [repeat !== 'off' && `repeat ${repeat}`, shuffle !== 'off' && `shuffle ${shuffle}`].filter(Boolean).join(', ');
  const head = `${call}: ${playerLine(player, color)}\n`;
  return `${head}${rows.length === 0 ? '  nothing waits\n' : rows.join('')}${more}${modes && `  ${paint.dim(modes)}\n`}`;
}

/** Adds `queue` to the program. */
export function register(program: Command, io: CliIo): void {
  engineOptions(program.command('queue'))
    .argument('[source...]', 'files or addresses that are put behind what waits')
    .summary('show what waits to be played, or add to it')
    .description('Shows what plays and what waits in a call; with sources, puts them at the end.')
    .option('--call <id>', 'which call, if several are open')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  voxgraph queue\n  voxgraph queue one.mp3 two.mp3\n\nExit codes: 0 done, 1 refused, 2 wrong input or several to choose from, 3 no engine answers.\n',
    )
    .action((sources: string[], options: CallArgs) => finish(queueCommand(sources, options, io)));
}
