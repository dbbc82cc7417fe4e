import { voxError } from '../../errors.js';

/** Where a Telegram call is, and how to join it. */
export interface TelegramAddress {
  /** The whole address. */
  readonly address: string;
  /** The account to use; absent: the only one there is. */
  readonly account?: string;
  /** The chat: a public name, the hash of an invite link, or its number as bots know it, such as `-1001234567890`. */
  readonly chat: { readonly username: string } | { readonly invite: string } | { readonly number: string };
  /** The hash of a link to the call itself, from which it depends who may speak. */
  readonly callInvite?: string;
  /** The public name of the channel to appear as; absent: the account itself. */
  readonly as?: string;
  /** Whether to join muted: nobody hears the graph until `call.mute` says otherwise. */
  readonly muted: boolean;
  /** Whether voices are heard in stereo, from those who send it; that costs nearly twice as much for each. */
  readonly stereo: boolean;
  /** Whether the call is fed by RTMP, instead of being joined. */
  readonly rtmp: boolean;
  /** Whether to start a call if there is none. */
  readonly create: boolean;
  /** When a call that is to be made begins, in milliseconds since 1970; a scheduled one is begun by us when its time has come. */
  readonly startMs?: number;
}

/** What an address begins with. */
export const TELEGRAM = 'telegram:';
/** How an account may be called. */
export const ACCOUNT_NAME = /^[A-Za-z][\w-]{0,31}$/;
const USERNAME = /^[A-Za-z]\w{3,31}$/;
const INVITE = /^[\w-]{6,64}$/;
const NUMBER = /^-[1-9]\d{0,18}$/;
/** Links to messages of private groups name them by number. */
const PRIVATE_LINK = /^c\/(\d+)(\/.*)?$/;

/**
 * Reads an address: `telegram:@name`, `telegram:https://t.me/name?voicechat=HASH`, `telegram:https://t.me/+INVITE`; with an account
 * `telegram:work:@name`, by number `telegram:-1001234567890`; with `?as=@channel`, `?create`, `?start=TIME`, `?rtmp`, `?muted` and `?stereo`.
 *
 * @throws VoxError `TELEGRAM_ADDRESS`.
 */
export function parseTelegramAddress(address: string): TelegramAddress {
  const fail = (reason: string): never => {
    throw voxError('TELEGRAM_ADDRESS', { address, reason });
  };
  if (!address.startsWith(TELEGRAM)) fail('it does not begin with telegram:');
  let rest = address.slice(TELEGRAM.length);
  const colon = rest.indexOf(':');
  const before = rest.slice(0, Math.max(0, colon));
  const account = ACCOUNT_NAME.test(before) && !/^https?$/.test(before) ? before : undefined;
  if (account !== undefined) rest = rest.slice(colon + 1);
  const question = rest.indexOf('?');
  const query = new URLSearchParams(question === -1 ? '' : rest.slice(question + 1));
  const place = (question === -1 ? rest : rest.slice(0, question)).replace(/^(https?:\/\/)?(t|telegram)\.(me|dog)\//, '');
  const invite = /^(?:\+|joinchat\/)(.*)$/.exec(place)?.[1];
  const linked = PRIVATE_LINK.exec(place)?.[1];
  const number = linked === undefined ? place : `-100${linked}`;
  const isNumber = /^-\d+$/.test(number);
  const username = place.replace(/^@/, '').replace(/\/$/, '');
  if (place === '') fail('it names no group or channel');
  if (invite !== undefined && !INVITE.test(invite)) fail('this is no invite link');
  if (isNumber && !NUMBER.test(number)) fail('this is no number of a group or channel');
  if (invite === undefined && !isNumber && !USERNAME.test(username))
    fail('names have 4 to 32 letters, digits and _, and begin with a letter');
  for (const key of query.keys()) {
    if (!['voicechat', 'videochat', 'livestream', 'as', 'create', 'start', 'rtmp', 'muted', 'stereo'].includes(key))
      fail(`it says nothing about "${key}"`);
  }
  const callInvite = query.get('voicechat') ?? query.get('videochat') ?? query.get('livestream');
  const as = query.get('as')?.replace(/^@/, '');
  if (as !== undefined && !USERNAME.test(as)) fail('"as" must be the public name of a channel');
  const start = query.get('start');
  const startMs = start === null ? undefined : timeOf(start);
  if (startMs !== undefined && Number.isNaN(startMs)) fail('"start" must be a time such as 2027-01-01T20:00Z');
  return {
    address,
    ...(account !== undefined && { account }),
    chat: isNumber ? { number } : invite === undefined ? { username } : { invite },
    ...(startMs !== undefined && { startMs }),
    ...(callInvite && { callInvite }),
    ...(as !== undefined && { as }),
    create: query.has('create'),
    rtmp: query.has('rtmp'),
    muted: query.has('muted'),
    stereo: query.has('stereo'),
  };
}

/** A time with its zone: one without means another moment on each machine. NaN for anything else. */
function timeOf(text: string): number {
  // In a query + stands for a space.
  const time = text.replace(' ', '+');
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(time) ? Date.parse(time) : Number.NaN;
}
