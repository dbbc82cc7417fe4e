/**
 * The rules. Every function changes a draft of the state; what is to be done is put there as numbered orders, so that the same event told
 * twice orders nothing twice.
 * @module
 */
import type { EngineCommand } from '../../../events/command.js';
import type { ModeratorConfig } from './config.js';
import { KEPT, type ModeratorState, type Present } from './state.js';

type Why = 'banned' | 'full' | 'flood';

/** The circumstances of a rule. */
export interface RuleArgs {
  readonly config: ModeratorConfig;
  readonly atMs: number;
}

/** Somebody is in the call: he came, or more is known of him. */
export function comes(
  state: ModeratorState,
  call: string,
  id: string,
  facts: { readonly admin?: boolean | undefined; readonly self?: boolean | undefined },
  args: RuleArgs,
): void {
  const people = (state.calls[call] ??= {});
  const known = people[id];
  const one: Present = known ?? {
    came: ++state.comers,
    admin: false,
    self: false,
    kicked: false,
    muted: null,
    mutedUntilMs: null,
    wroteMs: [],
  };
  people[id] = one;
  one.admin = facts.admin ?? one.admin;
  one.self = facts.self ?? one.self;
  if (isExempt(state, call, id, args.config)) {
    // He may have become an admin.
    unmute(state, call, id, args);
    makeRoom(state, call, args);
  } else if (known) return;
  else if (banOf(state, id, args) !== undefined) punish(state, call, id, 'banned', args);
  else if (counted(state, call, args.config).length > (args.config.maxParticipants ?? Infinity))
    punish(state, call, id, 'full', args);
}

/** Somebody left the call. */
export function goes(state: ModeratorState, call: string, id: string, args: RuleArgs): void {
  if (!state.calls[call]?.[id]) return;
  delete state.calls[call][id];
  makeRoom(state, call, args);
}

/** Somebody wrote. */
export function writes(state: ModeratorState, call: string, id: string, admin: boolean, args: RuleArgs): void {
  const { config, atMs } = args;
  const one = state.calls[call]?.[id];
  if (!one) return;
  if (admin) one.admin = true;
  if (isExempt(state, call, id, config)) return;
  const { messages, withinSec, action } = config.flood;
  one.wroteMs = [...one.wroteMs, atMs].filter((ms) => atMs - ms < withinSec * 1000).slice(-messages - 1);
  if (one.wroteMs.length <= messages || action === 'none') return;
  one.wroteMs = [];
  punish(state, call, id, 'flood', args);
}

/** Bans somebody, and acts at once where he is. */
export function bans(
  state: ModeratorState,
  id: string,
  { reason, by, forSec }: { readonly reason: string | undefined; readonly by: string; readonly forSec: number | undefined },
  args: RuleArgs,
): void {
  const untilMs = forSec === undefined ? null : args.atMs + forSec * 1000;
  state.bans[id] = { reason: reason ?? null, by, atMs: args.atMs, untilMs };
  for (const call of Object.keys(state.calls)) {
    if (state.calls[call]![id] && !isExempt(state, call, id, args.config)) punish(state, call, id, 'banned', args);
  }
}

/** Lifts a ban. */
export function unbans(state: ModeratorState, id: string, args: RuleArgs): void {
  delete state.bans[id];
  for (const call of Object.keys(state.calls)) {
    if (state.calls[call]![id]?.muted === 'banned' && banOf(state, id, args) === undefined) unmute(state, call, id, args);
  }
}

/** Time has passed: bans and mutes that are over end. */
export function passes(state: ModeratorState, args: RuleArgs): void {
  for (const [id, { untilMs }] of Object.entries(state.bans)) {
    if (untilMs !== null && untilMs <= args.atMs) unbans(state, id, args);
  }
  for (const [call, people] of Object.entries(state.calls)) {
    for (const [id, { mutedUntilMs }] of Object.entries(people))
      if (mutedUntilMs !== null && mutedUntilMs <= args.atMs) unmute(state, call, id, args);
  }
}

/** When {@link passes} is next of use; undefined: not by now. */
export function nextEnd({ bans: all, calls }: ModeratorState): number | undefined {
  const ends = [
    ...Object.values(all).map(({ untilMs }) => untilMs),
    ...Object.values(calls).flatMap((people) => Object.values(people).map(({ mutedUntilMs }) => mutedUntilMs)),
  ].filter((ms) => ms !== null);
  return ends.length === 0 ? undefined : ends.reduce((a, b) => Math.min(a, b));
}

/** Whether nothing is ever done about somebody. */
export function isExempt(state: ModeratorState, call: string, id: string, { admins }: ModeratorConfig): boolean {
  const one = state.calls[call]?.[id];
  return admins.includes(id) || one?.admin === true || one?.self === true;
}

/** Why somebody is banned: a sentence, or null for no reason; undefined: he is not. */
function banOf({ bans: all }: ModeratorState, id: string, { config, atMs }: RuleArgs): string | null | undefined {
  const found = all[id];
  if (found && (found.untilMs === null || found.untilMs > atMs)) return found.reason;
  return config.banned.includes(id) ? null : undefined;
}

/** Ids of those who count for the limit, in the order they came. */
function counted(state: ModeratorState, call: string, config: ModeratorConfig): string[] {
  const people = state.calls[call] ?? {};
  return Object.keys(people)
    .filter((id) => !people[id]!.kicked && people[id]!.muted !== 'banned' && !isExempt(state, call, id, config))
    .toSorted((a, b) => people[a]!.came - people[b]!.came);
}

function punish(state: ModeratorState, call: string, id: string, why: Why, args: RuleArgs): void {
  const one = state.calls[call]![id]!;
  if (one.kicked) return;
  const { config, atMs } = args;
  const { action, forSec, text } = sentence(state, id, why, args);
  if (action === 'kick') {
    one.kicked = true;
    const reason = config.tell ? { reason: text.slice(0, 200) } : {};
    order(state, { type: 'participant.kick', call, participantId: id, banMs: forSec * 1000, ...reason });
    note(state, call, id, 'kick', why, atMs);
    return;
  }
  const untilMs = why === 'flood' ? atMs + forSec * 1000 : null;
  // A ban outlasts a flood; a second flood goes on for longer.
  if (one.muted === 'banned' || (one.muted !== null && one.muted !== 'flood' && why === 'flood')) return;
  const before = one.muted;
  one.muted = why;
  one.mutedUntilMs = untilMs;
  if (before !== null) return;
  order(state, { type: 'participant.mute', call, participantId: id, muted: true });
  if (config.tell) order(state, { type: 'call.tell', call, to: id, text });
  note(state, call, id, 'mute', why, atMs);
}

function sentence(
  state: ModeratorState,
  id: string,
  why: Why,
  args: RuleArgs,
): { readonly action: 'kick' | 'mute'; readonly forSec: number; readonly text: string } {
  const { config, atMs } = args;
  switch (why) {
    case 'banned': {
      const untilMs = state.bans[id]?.untilMs ?? null;
      const reason = banOf(state, id, args);
      // Whoever comes again sooner is sent away again.
      const forSec = untilMs === null ? 86_400 : Math.min(86_400, Math.max(0, (untilMs - atMs) / 1000));
      return { action: config.bannedAction, forSec, text: `You are banned here${reason ? `: ${reason}` : ''}.` };
    }
    case 'full': {
      const kick = config.fullAction === 'kick';
      const text = kick ? 'The call is full.' : 'The call is full: you will be heard once there is room.';
      return { action: config.fullAction, forSec: config.fullSec, text };
    }
    case 'flood': {
      const { action, forSec } = config.flood;
      const text = `You wrote too much at once${action === 'mute' ? `: you are muted for ${forSec} s` : ''}.`;
      return { action: action === 'kick' ? 'kick' : 'mute', forSec, text };
    }
  }
}

/** Whoever was muted because it was full is heard once there is room, the first to come first. */
function makeRoom(state: ModeratorState, call: string, args: RuleArgs): void {
  const { maxParticipants = Infinity } = args.config;
  const people = state.calls[call] ?? {};
  counted(state, call, args.config)
    .filter((id, place) => place < maxParticipants && people[id]!.muted === 'full')
    .forEach((id) => unmute(state, call, id, args));
}

function unmute(state: ModeratorState, call: string, id: string, { config, atMs }: RuleArgs): void {
  const one = state.calls[call]?.[id];
  if (!one || one.muted === null) return;
  one.muted = null;
  one.mutedUntilMs = null;
  order(state, { type: 'participant.mute', call, participantId: id, muted: false });
  if (config.tell) order(state, { type: 'call.tell', call, to: id, text: 'You can be heard again.' });
  note(state, call, id, 'unmute', 'over', atMs);
}

function order(state: ModeratorState, command: EngineCommand): void {
  state.serial++;
  state.orders = [...state.orders, { n: state.serial, command: command as { type: string } }].slice(-KEPT);
}

function note(
  state: ModeratorState,
  call: string,
  participantId: string,
  action: 'kick' | 'mute' | 'unmute',
  why: Why | 'over',
  atMs: number,
): void {
  state.actions = [...state.actions, { atMs, call, participantId, action, why }].slice(-KEPT);
}
