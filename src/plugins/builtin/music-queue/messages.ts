import { z } from 'zod';
import { REPEAT_MODES, SHUFFLE_MODES } from '../../../nodes/support/queue-state.js';
import { message } from '../../define-plugin.js';

const call = z.string().optional().meta({ description: 'The call whose queue is meant. Default: the only one.' });
const requester = z
  .strictObject({ id: z.string().min(1), name: z.string().optional(), admin: z.boolean().optional() })
  .optional()
  .meta({ description: 'On whose behalf; limits count for him. Default: nobody’s.' });
const which = {
  id: z.string().optional().meta({ description: "The track's id." }),
  place: z.int().min(1).optional().meta({ description: 'Its place among those that wait; 1 is the next.' }),
};
const at = z
  .union([z.int().min(1), z.enum(['next', 'end'])])
  .default('end')
  .meta({ description: 'Where: a place among those that wait, `next` or `end`.' });
const src = z.string().min(1).max(2000).meta({ description: 'Name of a file in the folder, or an address.' });
const title = z.string().max(500).optional().meta({ description: 'Its name, for people.' });

const track = z.object({
  id: z.string(),
  src: z.string(),
  title: z.string(),
  requester: z.string().nullable(),
  /** Among those that wait; 0: the current one. */
  place: z.int(),
});

/** What a wish is answered. */
export const doneReply = z.object({ text: z.string(), tracks: z.array(track) });
/** What `nowPlaying` is answered. */
export const nowReply = z.object({
  call: z.string(),
  status: z.enum(['playing', 'paused', 'stopped', 'idle']),
  track: track.nullable(),
  positionMs: z.number(),
  durationMs: z.number().nullable(),
});
/** What `list` is answered. */
export const listReply = nowReply.extend({
  repeat: z.enum(REPEAT_MODES),
  shuffle: z.enum(SHUFFLE_MODES),
  total: z.int(),
  waiting: z.array(track),
});
/** What `history` is answered. */
export const historyReply = z.object({
  total: z.int(),
  entries: z.array(
    z.object({
      src: z.string(),
      title: z.string(),
      requester: z.string().nullable(),
      endedAtMs: z.number(),
      reason: z.enum(['finished', 'skipped', 'failed']),
      problem: z.string().nullable(),
    }),
  ),
});

const page = {
  offset: z.int().min(0).default(0).meta({ description: 'How many to pass over.' }),
  limit: z.int().min(1).max(500).default(50).meta({ description: 'How many at most.' }),
};

const wish = <S extends z.ZodRawShape>(shape: S, description: string) =>
  message(z.strictObject({ call, ...shape }), { reply: doneReply, description });

/** What `music-queue` can be asked for. */
export const musicMessages = {
  add: wish(
    { src: src.optional(), title, tracks: z.array(z.strictObject({ src, title })).max(1000).optional(), at, requester },
    'Add a track, or several, in one step: all or none.',
  ),
  next: wish(
    { of: z.string().optional().meta({ description: 'Only if this is still the current track, by its id.' }) },
    'Go to the next track.',
  ),
  previous: wish({}, 'Go back to the track before.'),
  jump: wish(which, 'Go to a track.'),
  remove: wish(which, 'Take a track out.'),
  move: wish({ ...which, to: z.int().min(1).meta({ description: 'Its new place among those that wait.' }) }, 'Move a track.'),
  shuffle: wish(
    { mode: z.enum(SHUFFLE_MODES).optional().meta({ description: 'How. Default: what waits is drawn anew.' }) },
    'Shuffle, or put back in order.',
  ),
  repeat: wish({ mode: z.enum(REPEAT_MODES).meta({ description: 'What.' }) }, 'Repeat nothing, the track or the queue.'),
  clear: wish({}, 'Take out what waits.'),
  pause: wish({}, 'Pause.'),
  resume: wish({}, 'Go on, also after a stop.'),
  stop: wish({}, 'Stop; the queue stays.'),
  seek: wish(
    { positionMs: z.number().min(0).meta({ description: 'Where to, in milliseconds.' }) },
    'Go to another place of the track.',
  ),
  replay: wish({}, 'Begin the track again.'),
  list: message(z.strictObject({ call, ...page }), { reply: listReply, description: 'What plays, and what waits.' }),
  nowPlaying: message(z.strictObject({ call }), { reply: nowReply, description: 'What plays, and where in it.' }),
  history: message(z.strictObject({ call, ...page }), {
    reply: historyReply,
    description: 'What was played, the newest first.',
  }),
  begin: message(z.strictObject({ graphs: z.array(z.strictObject({ graph: z.string(), place: z.string() })) }), {
    description: 'Its own, when it begins to work: which graphs run. From anybody else it does nothing.',
  }),
};
