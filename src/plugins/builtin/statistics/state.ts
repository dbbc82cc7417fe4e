import { z } from 'zod';
import { NOBODY, uniqueUsers } from './unique-users.js';

const count = z.int().min(0);
const ms = z.number().min(0);

/** Sums of what is over. */
const sums = z.object({
  calls: z.object({ started: count, ended: count, interrupted: count, totalMs: ms, longestMs: ms }),
  streams: z.object({
    started: count,
    finished: count,
    stopped: count,
    skipped: count,
    failed: count,
    interrupted: count,
    totalMs: ms,
  }),
  /** How often somebody came; how many were there at most; how long all were there, together. */
  participants: z.object({ joins: count, most: count, totalMs: ms }),
  listeners: z.object({ connections: count, most: count }),
  messages: count,
  users: uniqueUsers,
});
/** Sums of what is over. */
export type Sums = z.output<typeof sums>;

const openCall = z.object({
  chat: z.string(),
  sinceMs: z.number(),
  /** Who is there; since when. */
  present: z.record(z.string(), z.number()),
  listeners: count,
});
/** A call that goes on. */
export type OpenCall = z.output<typeof openCall>;

const openStream = z.object({ chat: z.string().nullable(), sinceMs: z.number() });

/** What `statistics` remembers. */
export const statisticsState = z.object({
  run: z.string(),
  sinceMs: z.number(),
  /** When something last happened: what was open when the process ended is taken to have ended then. */
  lastMs: z.number(),
  calls: z.record(z.string(), openCall),
  /** By graph and node. */
  streams: z.record(z.string(), openStream),
  total: sums,
  chats: z.record(z.string(), sums.extend({ lastMs: z.number() })),
});
/** What `statistics` remembers. */
export type StatisticsState = z.output<typeof statisticsState>;

/** Nothing yet. */
export const NO_SUMS: Sums = {
  calls: { started: 0, ended: 0, interrupted: 0, totalMs: 0, longestMs: 0 },
  streams: { started: 0, finished: 0, stopped: 0, skipped: 0, failed: 0, interrupted: 0, totalMs: 0 },
  participants: { joins: 0, most: 0, totalMs: 0 },
  listeners: { connections: 0, most: 0 },
  messages: 0,
  users: NOBODY,
};

/** Before anything happened. */
export const NO_STATISTICS: StatisticsState = {
  run: '',
  sinceMs: 0,
  lastMs: 0,
  calls: {},
  streams: {},
  total: NO_SUMS,
  chats: {},
};

/** Where the chats are counted that are too many to be counted each for itself. */
export const OTHERS = '(others)';
/** The most streams that are taken to be open at a time. */
export const MOST_OPEN = 5000;
