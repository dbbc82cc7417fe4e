import { z } from 'zod';
import { voxError } from '../errors.js';
import { positionMs } from './source-position.js';
import type { SourceContext, SourceInput } from './source-types.js';

const saved = z.object({
  status: z.string(),
  value: z.union([z.string(), z.record(z.string(), z.unknown())]),
  context: z.object({
    src: z.string(),
    generation: z.number(),
    wanted: z.enum(['playing', 'paused']),
    durationMs: z.number().optional(),
    positionMs: z.number(),
    positionAtMs: z.number(),
    pendingSeekMs: z.number().optional(),
  }),
});

/**
 * The input with which a restarted process takes a playback up again where it was, from what `actor.getPersistedSnapshot()` gave
 * (through JSON). Restoring the snapshot itself would lose xstate's `after` timers, and its stream is gone with the process.
 *
 * @param savedAtMs when the snapshot was taken, in milliseconds of the clock which the saved machine had.
 * @returns nothing if the playback had ended, failed or been closed.
 * @throws VoxError `SAVED_STATE_UNREADABLE`.
 */
export function resumeSource(persisted: unknown, savedAtMs: number): SourceInput | undefined {
  const read = saved.safeParse(persisted);
  if (!read.success) throw voxError('SAVED_STATE_UNREADABLE', { machine: 'source', reason: z.prettifyError(read.error) });
  const { status, value, context } = read.data;
  if (status !== 'active' || typeof value === 'string') return undefined;
  const playing = value['active'] === 'playing';
  return {
    src: context.src,
    startMs: context.pendingSeekMs ?? positionMs(context as SourceContext, playing, savedAtMs),
    paused: context.wanted === 'paused',
    generation: context.generation + 1,
  };
}
