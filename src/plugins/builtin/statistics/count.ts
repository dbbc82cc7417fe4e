/**
 * How events count. Every function changes a draft of the state; `chat` is the address of a call.
 * @module
 */
import type { StreamEndReason } from '../../../events/event.js';
import { MOST_OPEN, NO_SUMS, OTHERS, type OpenCall, type StatisticsState, type Sums } from './state.js';
import { withUser } from './unique-users.js';

/** How the counting is bounded. */
export interface Bounds {
  readonly maxChats: number;
  readonly exactUsers: number;
  readonly exactUsersPerChat: number;
}

/** A call is live. */
export function callBegins(state: StatisticsState, call: string, chat: string, atMs: number, bounds: Bounds): void {
  // Told twice, or never told over: the earlier one ends here.
  if (state.calls[call]) callEnds(state, call, atMs, false, bounds);
  if (Object.keys(state.calls).length >= MOST_OPEN) return;
  state.calls[call] = { chat, sinceMs: atMs, present: {}, listeners: 0 };
  both(state, chat, atMs, bounds, ({ calls }) => calls.started++);
}

/** A call is over. */
export function callEnds(state: StatisticsState, call: string, atMs: number, interrupted: boolean, bounds: Bounds): void {
  const open = state.calls[call];
  if (!open) return;
  for (const id of Object.keys(open.present)) leaves(state, call, id, atMs, bounds);
  delete state.calls[call];
  const lengthMs = since(open.sinceMs, atMs);
  both(state, open.chat, atMs, bounds, ({ calls }) => {
    calls[interrupted ? 'interrupted' : 'ended']++;
    calls.totalMs += lengthMs;
    calls.longestMs = Math.max(calls.longestMs, lengthMs);
  });
}

/** Somebody came. */
export function joins(state: StatisticsState, call: string, id: string, atMs: number, bounds: Bounds): void {
  const open = state.calls[call];
  if (!open || open.present[id] !== undefined) return;
  open.present[id] = atMs;
  const there = Object.keys(open.present).length;
  both(state, open.chat, atMs, bounds, (sums, exact) => {
    sums.participants.joins++;
    sums.participants.most = Math.max(sums.participants.most, there);
    sums.users = withUser(sums.users, id, exact);
  });
}

/** Somebody left. */
export function leaves(state: StatisticsState, call: string, id: string, atMs: number, bounds: Bounds): void {
  const open = state.calls[call];
  const cameMs = open?.present[id];
  if (!open || cameMs === undefined) return;
  delete open.present[id];
  both(state, open.chat, atMs, bounds, ({ participants }) => (participants.totalMs += since(cameMs, atMs)));
}

/** A connection that listens came or went. */
export function listens(state: StatisticsState, call: string, by: 1 | -1, atMs: number, bounds: Bounds): void {
  const open = state.calls[call];
  if (!open) return;
  open.listeners = Math.max(0, open.listeners + by);
  if (by < 0) return;
  both(state, open.chat, atMs, bounds, ({ listeners }) => {
    listeners.connections++;
    listeners.most = Math.max(listeners.most, open.listeners);
  });
}

/** A stream is heard. */
export function streamBegins(state: StatisticsState, key: string, call: string | undefined, atMs: number, bounds: Bounds): void {
  if (Object.keys(state.streams).length >= MOST_OPEN) return;
  const chat = call === undefined ? null : (state.calls[call]?.chat ?? call);
  state.streams[key] = { chat, sinceMs: atMs };
  both(state, chat, atMs, bounds, ({ streams }) => streams.started++);
}

/** A stream is over. */
export function streamEnds(
  state: StatisticsState,
  key: string,
  reason: StreamEndReason | 'interrupted',
  playedMs: number | undefined,
  atMs: number,
  bounds: Bounds,
): void {
  const open = state.streams[key];
  if (!open) return;
  delete state.streams[key];
  both(state, open.chat, atMs, bounds, ({ streams }) => {
    streams[reason]++;
    streams.totalMs += playedMs ?? since(open.sinceMs, atMs);
  });
}

/** Somebody wrote. */
export function writes(state: StatisticsState, call: string, id: string, atMs: number, bounds: Bounds): void {
  both(state, state.calls[call]?.chat ?? call, atMs, bounds, (sums, exact) => {
    sums.messages++;
    sums.users = withUser(sums.users, id, exact);
  });
}

/** Everything that is open ends: nobody saw it go on. */
export function interrupt(state: StatisticsState, atMs: number, bounds: Bounds): void {
  for (const key of Object.keys(state.streams)) streamEnds(state, key, 'interrupted', undefined, atMs, bounds);
  for (const call of Object.keys(state.calls)) callEnds(state, call, atMs, true, bounds);
}

/** What a call that goes on adds to the sums at a moment. */
export function ongoing({ sinceMs, present }: OpenCall, nowMs: number): { readonly callMs: number; readonly presentMs: number } {
  return {
    callMs: since(sinceMs, nowMs),
    presentMs: Object.values(present).reduce((sum, cameMs) => sum + since(cameMs, nowMs), 0),
  };
}

/** The wall clock can be set back. */
function since(fromMs: number, atMs: number): number {
  return Math.max(0, atMs - fromMs);
}

function both(
  state: StatisticsState,
  chat: string | null,
  atMs: number,
  { maxChats, exactUsers, exactUsersPerChat }: Bounds,
  work: (sums: Sums, exactUsers: number) => void,
): void {
  work(state.total, exactUsers);
  if (chat === null) return;
  const name = Object.hasOwn(state.chats, chat) || Object.keys(state.chats).length < maxChats ? chat : OTHERS;
  state.chats[name] ??= structuredClone({ ...NO_SUMS, lastMs: atMs });
  state.chats[name].lastMs = Math.max(state.chats[name].lastMs, atMs);
  work(state.chats[name], exactUsersPerChat);
}
