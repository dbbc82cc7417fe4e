import { z } from 'zod';
import { voxError } from '../errors.js';
import type { CallContext, CallEntry, CallInput } from './call-types.js';

// xstate restores the children of a snapshot but not its `after` timers (5.33), so a restored snapshot would hang in every state
// that waits. And media that flowed in another process cannot be taken up: a resumed call is a new machine that begins elsewhere.

const ref = z.object({
  address: z.string(),
  id: z.string(),
  accessHash: z.string().optional(),
  startsAtMs: z.number().optional(),
});
const failure = z.object({
  code: z.string(),
  message: z.string(),
  retry: z.enum(['never', 'once', 'backoff', 'flood']),
  retryAfterMs: z.number().optional(),
});
const contextShape = z.object({
  address: z.string(),
  entry: z.enum(['resolving', 'rejoining', 'waiting', 'leaving']),
  ref: ref.optional(),
  membership: z.object({ ref, source: z.number() }).optional(),
  ownSources: z.array(z.number()),
  failures: z.number(),
  lastFailure: z.string().optional(),
  wasLive: z.boolean(),
  self: z.object({
    muted: z.boolean().optional(),
    volume: z.number().optional(),
    handRaised: z.boolean().optional(),
    videoStopped: z.boolean().optional(),
    screenPaused: z.boolean().optional(),
  }),
  selfDirty: z.boolean(),
  silenced: z.boolean().optional(),
  media: z.object({ audio: z.enum(['idle', 'playing', 'paused']), video: z.boolean(), screen: z.boolean() }),
  wait: z
    .object({ kind: z.enum(['backoff', 'flood', 'resume', 'schedule']), untilMs: z.number(), failure: failure.optional() })
    .optional(),
  end: z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('left'), confirmed: z.boolean() }),
      z.object({ type: z.enum(['kicked', 'joined-elsewhere', 'ended-by-admin']) }),
      z.object({ type: z.literal('failed'), failure }),
    ])
    .optional(),
});
const saved = z.object({
  status: z.string(),
  value: z.union([z.string(), z.record(z.string(), z.unknown())]),
  context: contextShape,
});

/**
 * The input with which a restarted process takes a call up again, from what `actor.getPersistedSnapshot()` gave (through JSON).
 * A call that was joining, connecting or live rejoins after a jittered pause, since a restarted process has many; a flood wait
 * goes on to its end; a call that was leaving leaves.
 *
 * @returns nothing if the call had ended.
 * @throws VoxError `SAVED_STATE_UNREADABLE`.
 */
export function resumeCall(persisted: unknown): CallInput | undefined {
  const read = saved.safeParse(persisted);
  if (!read.success) throw voxError('SAVED_STATE_UNREADABLE', { machine: 'call', reason: z.prettifyError(read.error) });
  const { status, value } = read.data;
  if (status !== 'active') return undefined;
  const entry = entryFor(value);
  // Codes of failures may come from another version; they are shown and never looked up.
  const context = { ...read.data.context, entry } as CallContext;
  return { address: context.address, resume: entry === 'waiting' ? context : { ...context, wait: undefined } };
}

function entryFor(value: string | Record<string, unknown>): CallEntry {
  if (value === 'scheduled') return 'resolving';
  if (value === 'resolving' || value === 'waiting' || value === 'leaving') return value;
  return 'rejoining';
}
