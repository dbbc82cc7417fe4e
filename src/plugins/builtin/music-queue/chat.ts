import type { Permission } from './config.js';
import type { Wish } from './wish.js';

/** What somebody wrote, understood. */
export type ChatCommand =
  | { readonly kind: 'wish'; readonly permission: Permission; readonly wish: Wish }
  | {
      readonly kind: 'show';
      readonly permission: 'queue';
      readonly what: 'queue' | 'now' | 'history' | 'help';
      readonly page: number;
    }
  /** A command of ours, but not written rightly. */
  | { readonly kind: 'wrong'; readonly permission: Permission; readonly text: string };

interface Known {
  readonly names: readonly string[];
  readonly permission: Permission;
  /** What follows the name, for the help. */
  readonly usage: string;
  readonly about: string;
  /** Undefined: it is not written rightly. */
  readonly read: (
    rest: string,
  ) => Wish | { readonly show: 'queue' | 'now' | 'history' | 'help'; readonly page: number } | undefined;
}

/** Every command that the chat knows, in the order of the help. */
export const CHAT_COMMANDS: readonly Known[] = [
  command(['play', 'p', 'add'], 'play', 'NAME or ADDRESS', 'add a track', (src) => adds(src, 'end')),
  command(['playnext', 'pn'], 'order', 'NAME or ADDRESS', 'add a track as the next', (src) => adds(src, 'next')),
  command(['skip', 'next', 's'], 'skip', '', 'go to the next track', bare({ type: 'next' })),
  command(['back', 'previous'], 'order', '', 'go back to the track before', bare({ type: 'previous' })),
  command(['jump'], 'order', 'PLACE', 'go to a waiting track', (rest) => placed(rest, (place) => ({ type: 'jump', place }))),
  command(['remove', 'rm'], 'remove', 'PLACE', 'take a waiting track out', (rest) =>
    placed(rest, (place) => ({ type: 'remove', place })),
  ),
  command(['move', 'mv'], 'order', 'PLACE TO', 'move a waiting track', (rest) => {
    const [from, to] = rest.split(/\s+/).map(whole);
    return from === undefined || to === undefined ? undefined : { type: 'move', place: from, to };
  }),
  command(['pause'], 'pause', '', 'pause', bare({ type: 'pause' })),
  command(['resume', 'unpause'], 'pause', '', 'go on', bare({ type: 'resume' })),
  command(['seek'], 'pause', 'MM:SS', 'go to another place of the track', (rest) => {
    const positionMs = readClock(rest);
    return positionMs === undefined ? undefined : { type: 'seek', positionMs };
  }),
  command(['replay'], 'pause', '', 'begin the track again', bare({ type: 'replay' })),
  command(['shuffle'], 'order', '[off, on or dynamic]', 'draw the order, of later tracks too if dynamic', (rest) => {
    if (rest === '') return { type: 'shuffle' };
    return rest === 'off' || rest === 'on' || rest === 'dynamic' ? { type: 'shuffle', mode: rest } : undefined;
  }),
  command(['repeat', 'loop'], 'order', 'off, track or queue', 'repeat nothing, the track or the queue', (rest) =>
    rest === 'off' || rest === 'track' || rest === 'queue' ? { type: 'repeat', mode: rest } : undefined,
  ),
  command(['stop'], 'stop', '', 'stop; the queue stays', bare({ type: 'stop' })),
  command(['clear'], 'stop', '', 'take all waiting tracks out', bare({ type: 'clear' })),
  command(['queue', 'q', 'list'], 'queue', '[PAGE]', 'what comes', (rest) => shows('queue', rest)),
  command(['now', 'np'], 'queue', '', 'what plays', bare({ show: 'now', page: 1 })),
  command(['history'], 'queue', '[PAGE]', 'what was played', (rest) => shows('history', rest)),
  command(['help'], 'queue', '', 'these commands', bare({ show: 'help', page: 1 })),
];

const BY_NAME = new Map(CHAT_COMMANDS.flatMap((known) => known.names.map((name) => [name, known] as const)));

/** What somebody wrote, if it is a command of ours; others may be another bot's. */
export function readChat(text: string, prefix: string): ChatCommand | undefined {
  const line = text.trim();
  if (!line.startsWith(prefix)) return undefined;
  // In groups a command may name the bot that is meant: /skip@name.
  const [, word = '', rest = ''] = /^([\p{L}\d]+)(?:@\S+)?(?:\s+([\s\S]*))?$/u.exec(line.slice(prefix.length)) ?? [];
  const known = BY_NAME.get(word.toLowerCase());
  if (!known) return undefined;
  const { permission, usage, names } = known;
  const read = known.read(rest.trim());
  if (!read) return { kind: 'wrong', permission, text: `Write ${prefix}${names[0]} ${usage}`.trim() + '.' };
  if ('show' in read) return { kind: 'show', permission: 'queue', what: read.show, page: read.page };
  return { kind: 'wish', permission, wish: read };
}

function command(names: readonly string[], permission: Permission, usage: string, about: string, read: Known['read']): Known {
  return { names, permission, usage, about, read };
}

function bare<R extends ReturnType<Known['read']>>(read: R): (rest: string) => R | undefined {
  return (rest) => (rest === '' ? read : undefined);
}

function adds(src: string, at: 'next' | 'end'): Wish | undefined {
  return src === '' || src.length > 2000 ? undefined : { type: 'add', tracks: [{ src }], at };
}

function shows(
  show: 'queue' | 'history',
  rest: string,
): { readonly show: 'queue' | 'history'; readonly page: number } | undefined {
  const page = rest === '' ? 1 : whole(rest);
  return page === undefined ? undefined : { show, page };
}

function placed(rest: string, wish: (place: number) => Wish): Wish | undefined {
  const place = whole(rest);
  return place === undefined ? undefined : wish(place);
}

function whole(text: string): number | undefined {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return value > 0 ? value : undefined;
}

/** `90`, `1:30` or `1:02:03`, in milliseconds. */
function readClock(text: string): number | undefined {
  if (!/^\d{1,5}(:\d{1,2}){0,2}$/.test(text)) return undefined;
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
}
