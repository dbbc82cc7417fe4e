import { z } from 'zod';
import { ongoing } from './count.js';
import type { StatisticsState, Sums } from './state.js';
import { countOf } from './unique-users.js';

const figures = z.object({
  calls: z.object({
    started: z.int(),
    ended: z.int(),
    interrupted: z.int().meta({ description: 'Those that were going on when the process ended.' }),
    open: z.int(),
    totalMs: z.number(),
    longestMs: z.number(),
    averageMs: z.number().meta({ description: 'Of those that are over.' }),
  }),
  streams: z.object({
    started: z.int(),
    open: z.int(),
    finished: z.int(),
    stopped: z.int(),
    skipped: z.int(),
    failed: z.int(),
    interrupted: z.int(),
    totalMs: z.number(),
    averageMs: z.number(),
  }),
  participants: z.object({
    joins: z.int(),
    present: z.int(),
    most: z.int(),
    totalMs: z.number(),
    average: z.number().meta({ description: 'How many were there at a time, over all the time of calls.' }),
  }),
  listeners: z.object({ connections: z.int(), present: z.int(), most: z.int() }),
  messages: z.int(),
  users: z.object({ unique: z.int(), exact: z.boolean() }),
});

/** What `report` is answered. */
export const reportReply = z.object({
  sinceMs: z.number(),
  atMs: z.number(),
  total: figures,
  chats: z.record(z.string(), figures),
});
/** What `report` is answered. */
export type Report = z.output<typeof reportReply>;

/**
 * The figures at a moment; what goes on counts as far as it has come.
 *
 * @param chat only this one's beside the total.
 */
export function reportOf(state: StatisticsState, nowMs: number, chat?: string): Report {
  const chats = Object.entries(state.chats).filter(([name]) => chat === undefined || name === chat);
  return {
    sinceMs: state.sinceMs,
    atMs: nowMs,
    total: figuresOf(state, state.total, nowMs, undefined),
    chats: Object.fromEntries(chats.map(([name, sums]) => [name, figuresOf(state, sums, nowMs, name)])),
  };
}

function figuresOf(state: StatisticsState, sums: Sums, nowMs: number, chat: string | undefined): z.output<typeof figures> {
  const open = Object.values(state.calls).filter((call) => chat === undefined || call.chat === chat);
  const streams = Object.values(state.streams).filter((stream) => chat === undefined || stream.chat === chat);
  const going = open.map((call) => ongoing(call, nowMs));
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
  const streamMs = sum(streams.map(({ sinceMs }) => Math.max(0, nowMs - sinceMs)));
  const over = sums.calls.ended + sums.calls.interrupted;
  const { started, totalMs: streamsMs, ...reasons } = sums.streams;
  const streamsOver = sum(Object.values(reasons));
  const callMs = sums.calls.totalMs + sum(going.map((one) => one.callMs));
  const presentMs = sums.participants.totalMs + sum(going.map((one) => one.presentMs));
  const { count, exact } = countOf(sums.users);
  return {
    calls: {
      ...sums.calls,
      open: open.length,
      totalMs: callMs,
      longestMs: Math.max(sums.calls.longestMs, ...going.map((one) => one.callMs)),
      averageMs: ratio(sums.calls.totalMs, over),
    },
    streams: {
      started,
      open: streams.length,
      ...reasons,
      totalMs: streamsMs + streamMs,
      averageMs: ratio(streamsMs, streamsOver),
    },
    participants: {
      joins: sums.participants.joins,
      present: sum(open.map(({ present }) => Object.keys(present).length)),
      most: sums.participants.most,
      totalMs: presentMs,
      average: Math.round(ratio(presentMs, callMs) * 1000) / 1000,
    },
    listeners: { ...sums.listeners, present: sum(open.map(({ listeners }) => listeners)) },
    messages: sums.messages,
    users: { unique: count, exact },
  };
}

function ratio(total: number, count: number): number {
  return count === 0 ? 0 : total / count;
}
