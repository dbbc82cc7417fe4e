import { z } from 'zod';

const ban = z.object({
  reason: z.string().nullable(),
  /** Who banned him. */
  by: z.string(),
  atMs: z.number(),
  /** Until when; null: for good. */
  untilMs: z.number().nullable(),
});
/** Why and how long somebody is banned. */
export type Ban = z.output<typeof ban>;

const present = z.object({
  /** Which comer he was: ids that are numbers do not keep their order as keys. */
  came: z.int(),
  admin: z.boolean(),
  self: z.boolean(),
  /** What was done about him: it is done once for each time he comes. */
  kicked: z.boolean(),
  /** Why he is muted by us. */
  muted: z.enum(['banned', 'full', 'flood']).nullable(),
  /** When that ends by itself; null: not by time. */
  mutedUntilMs: z.number().nullable(),
  /** When he wrote of late. */
  wroteMs: z.array(z.number()),
});
/** Somebody in a call. */
export type Present = z.output<typeof present>;

/** What `auto-moderator` remembers. */
export const moderatorState = z.object({
  run: z.string(),
  bans: z.record(z.string(), ban),
  /** How many came so far. */
  comers: z.int(),
  /** By call, then by id. */
  calls: z.record(z.string(), z.record(z.string(), present)),
  orders: z.array(z.object({ n: z.int(), command: z.looseObject({ type: z.string() }) })),
  serial: z.int(),
  /** What was done, the newest last. */
  actions: z.array(
    z.object({
      atMs: z.number(),
      call: z.string(),
      participantId: z.string(),
      action: z.enum(['kick', 'mute', 'unmute']),
      why: z.enum(['banned', 'full', 'flood', 'over']),
    }),
  ),
});
/** What `auto-moderator` remembers. */
export type ModeratorState = z.output<typeof moderatorState>;

/** Before anything happened. */
export const NO_MODERATION: ModeratorState = { run: '', bans: {}, comers: 0, calls: {}, orders: [], serial: 0, actions: [] };

/** The most bans by message. */
export const MOST_BANS = 10_000;
/** How many orders and actions are kept. */
export const KEPT = 200;
