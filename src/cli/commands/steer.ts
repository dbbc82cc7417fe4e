import type { Command } from 'commander';
import { voxError } from '../../errors.js';
import { isAddress } from '../../media/net/url.js';
import { engineOptions } from '../ask-engine.js';
import { callOf, type CallArgs, type EngineClient, type Player } from '../engine-client.js';
import { finish, type CliIo } from '../io.js';
import { musicQueue, tellQueue } from '../music-queue-words.js';
import { parsePosition, playerLine, playerOf, playerWhen } from '../player-words.js';
import { sourceAt } from '../source-at.js';

const PATH = '/api/v1/calls/{call}' as const;

/** Words that say what the music is to do, and how it is once it does. */
const MUSIC = {
  pause: { message: 'pause', is: ({ status }: Player) => status !== 'playing' && status !== 'loading' },
  resume: { message: 'resume', is: ({ status }: Player) => status === 'playing' },
  stop: { message: 'stop', is: ({ status, positionMs }: Player) => status !== 'playing' && positionMs === 0 },
} as const;

/** `voxgraph pause`, `resume`, `stop`. Exit code 0; 1 refused. */
export async function musicCommand(word: keyof typeof MUSIC, args: CallArgs, io: CliIo): Promise<number> {
  const { client, call } = await callOf(args, io.cwd);
  const queue = await musicQueue(client, call);
  if (queue) await tellQueue(client, queue, call, MUSIC[word].message);
  else await client.post(`${PATH}/${word}`, { call }, {});
  return show(client, call, args, io, MUSIC[word].is);
}

/** `voxgraph skip`. Exit code 0; 1 refused. */
export async function skipCommand(args: CallArgs, io: CliIo): Promise<number> {
  const { client, call } = await callOf(args, io.cwd);
  const before = await playerOf(client, call);
  const queue = await musicQueue(client, call);
  if (queue) await tellQueue(client, queue, call, 'next');
  else await client.post(`${PATH}/skip`, { call }, {});
  const another = (now: Player) => now.src !== before.src || now.positionMs < before.positionMs;
  return show(client, call, args, io, (now) => now.status === 'idle' || (now.status !== 'loading' && another(now)));
}

/** `voxgraph play`. Exit code 0; 1 refused. */
export async function playCommand(
  src: string | undefined,
  args: CallArgs & { readonly title?: string },
  io: CliIo,
): Promise<number> {
  if (src === undefined) return musicCommand('resume', args, io);
  const { client, call } = await callOf(args, io.cwd);
  // A name is looked up where the command was given, if it is there, else where the engine looks.
  const given = sourceAt(src, io.cwd);
  await client.post(`${PATH}/play`, { call }, { src: given, ...(args.title !== undefined && { title: args.title }) });
  const player = await playerWhen(client, call, (now) => now.src === given && now.status === 'playing');
  // An address may take longer to open than anybody likes to wait here; a file that does not play by now never will.
  if (player.src !== given && !isAddress(src)) throw voxError('PLAYED_NOTHING', { src });
  return tell(call, player, args, io);
}

/** `voxgraph seek`. Exit code 0; 1 refused. */
export async function seekCommand(given: string, args: CallArgs, io: CliIo): Promise<number> {
  const { ms, relative } = parsePosition(given);
  const { client, call } = await callOf(args, io.cwd);
  const before = await playerOf(client, call);
  const positionMs = Math.max(0, relative ? before.positionMs + ms : ms);
  if (before.durationMs !== undefined && positionMs > before.durationMs)
    throw voxError('COMMAND_REFUSED', {
      command: 'seek',
      reason: `the track is only ${Math.floor(before.durationMs / 1000)} s long`,
    });
  const queue = await musicQueue(client, call);
  if (queue) await tellQueue(client, queue, call, 'seek', { positionMs });
  else await client.post(`${PATH}/seek`, { call }, { positionMs });
  // Where it was is near where it is to be, at times: what was not yet done must not be taken for done.
  const back = positionMs < before.positionMs;
  const there = (now: Player) =>
    now.status !== 'loading' &&
    Math.abs(now.positionMs - positionMs) < 3000 &&
    (back ? now.positionMs < before.positionMs : now.positionMs >= positionMs - 100);
  return show(client, call, args, io, there);
}

/** `voxgraph volume`. Exit code 0; 1 refused. */
export async function volumeCommand(given: string | undefined, args: CallArgs, io: CliIo): Promise<number> {
  const { client, call } = await callOf(args, io.cwd);
  if (given !== undefined) await client.post(`${PATH}/volume`, { call }, volumeOf(given));
  return show(client, call, args, io, () => true);
}

/** `voxgraph mute`, `unmute`. Exit code 0; 1 refused. */
export async function muteCommand(muted: boolean, args: CallArgs, io: CliIo): Promise<number> {
  const { client, call } = await callOf(args, io.cwd);
  await client.post(`${PATH}/mute`, { call }, { muted });
  io.stdout(
    args.json ? `${JSON.stringify({ call, muted })}\n` : `${call}: ${muted ? 'nobody hears us' : 'we are heard again'}.\n`,
  );
  return 0;
}

/** `voxgraph raise-hand`. Exit code 0; 1 refused, as in every call but Telegram's. */
export async function raiseHandCommand(args: CallArgs & { readonly lower?: boolean }, io: CliIo): Promise<number> {
  const { client, call } = await callOf(args, io.cwd);
  const raised = args.lower !== true;
  await client.post(`${PATH}/raise-hand`, { call }, { raised });
  io.stdout(args.json ? `${JSON.stringify({ call, raised })}\n` : `${call}: the hand is ${raised ? 'raised' : 'down'}.\n`);
  return 0;
}

/** `voxgraph leave`. Exit code 0; 1 refused. */
export async function leaveCommand(args: CallArgs, io: CliIo): Promise<number> {
  const { client, call } = await callOf(args, io.cwd);
  await client.post(`${PATH}/leave`, { call }, {});
  io.stdout(args.json ? `${JSON.stringify({ call, left: true })}\n` : `Left ${call}; its graph has ended.\n`);
  return 0;
}

async function show(
  client: EngineClient,
  call: string,
  args: CallArgs,
  io: CliIo,
  is: (player: Player) => boolean,
): Promise<number> {
  return tell(call, await playerWhen(client, call, is), args, io);
}

function tell(call: string, player: Player, { json }: CallArgs, io: CliIo): number {
  io.stdout(json ? `${JSON.stringify(player)}\n` : `${call}: ${playerLine(player, io.color)}\n`);
  return 0;
}

function volumeOf(given: string): { percent: number } | { gainDb: number } {
  const match = /^([+-]?\d+(?:\.\d+)?)\s*(%|dB)?$/i.exec(given.trim());
  const value = Number(match?.[1]);
  const inDb = match?.[2]?.toLowerCase() === 'db';
  if (match && (inDb ? value >= -60 && value <= 24 : value >= 0 && value <= 200))
    return inDb ? { gainDb: value } : { percent: value };
  const reason = `a volume is a percentage from 0 to 200, or decibels from -60dB to 24dB, not "${given}"`;
  throw voxError('USAGE', { reason });
}

const CODES = '\nExit codes: 0 done, 1 refused, 2 wrong input or several to choose from, 3 no engine answers.\n';

/** Adds the words that steer a running engine to the program. */
export function register(program: Command, io: CliIo): void {
  const word = (name: string, summary: string, example: string) =>
    engineOptions(program.command(name))
      .summary(summary)
      .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}. The engine that runs is found by itself.`)
      .option('--call <id>', 'which call, if several are open')
      .option('--json', 'what plays then as JSON')
      .addHelpText('after', `\nExample:\n  voxgraph ${example}\n${CODES}`);
  word('play', 'play a file or address in a call at once, or go on playing', 'play song.mp3')
    .argument('[source]', 'a file or an address; default: go on with what was paused')
    .option('--title <text>', 'its name, for people')
    .action((src: string | undefined, options: CallArgs) => finish(playCommand(src, options, io)));
  word('pause', 'pause what plays', 'pause').action((options: CallArgs) => finish(musicCommand('pause', options, io)));
  word('resume', 'go on with what was paused', 'resume').action((options: CallArgs) =>
    finish(musicCommand('resume', options, io)),
  );
  word('skip', 'go to the next track', 'skip').action((options: CallArgs) => finish(skipCommand(options, io)));
  word('stop', 'stop playing; the call goes on', 'stop').action((options: CallArgs) => finish(musicCommand('stop', options, io)));
  word('seek', 'go to another place of what plays', 'seek 1:23')
    .argument('<position>', '1:23, 1:02:03 or 83 (seconds); +10 or -10: from where it is')
    .allowUnknownOption()
    .action((given: string, options: CallArgs) => finish(seekCommand(given, options, io)));
  word('volume', 'set or show how loud the music is', 'volume 50')
    .argument('[volume]', 'percent from 0 to 200, or decibels such as -6dB; default: show it')
    .allowUnknownOption()
    .action((given: string | undefined, options: CallArgs) => finish(volumeCommand(given, options, io)));
  word('mute', 'be silent for everybody in a call', 'mute').action((options: CallArgs) => finish(muteCommand(true, options, io)));
  word('unmute', 'be heard again in a call', 'unmute').action((options: CallArgs) => finish(muteCommand(false, options, io)));
  word('raise-hand', 'ask to speak in a Telegram call', 'raise-hand')
    .option('--lower', 'no longer')
    .action((options: CallArgs & { lower?: boolean }) => finish(raiseHandCommand(options, io)));
  word('leave', 'leave a call; its graph ends', 'leave --call room:hall').action((options: CallArgs) =>
    finish(leaveCommand(options, io)),
  );
}
