import { z } from 'zod';

/** How a queue goes on at the end of a track (`track`: the same again) or of the list (`queue`: from the front). */
export const REPEAT_MODES = ['off', 'track', 'queue'] as const;
/** A way to repeat. */
export type RepeatMode = (typeof REPEAT_MODES)[number];

/** `on`: what is there is played in a drawn order, later tracks behind it; `dynamic`: later tracks join at a drawn place. */
export const SHUFFLE_MODES = ['off', 'on', 'dynamic'] as const;
/** A way to shuffle. */
export type ShuffleMode = (typeof SHUFFLE_MODES)[number];

/** The most tracks a queue holds. */
export const MOST_TRACKS = 10_000;

const trackFields = z.strictObject({
  src: z.string().min(1).meta({ description: 'File to play, beside the graph file or in the current folder, or an address.' }),
  title: z.string().optional().meta({ description: 'Title for people.' }),
  requester: z.string().optional().meta({ description: 'Who asked for it.' }),
  startSec: z.number().min(0).optional().meta({ description: 'Where to begin, in seconds. Absent: at its start.' }),
  endSec: z.number().positive().optional().meta({ description: 'Where to end, in seconds from the start of the file.' }),
  publicOnly: z
    .boolean()
    .optional()
    .meta({ description: 'Whether only public addresses may be reached for it, as for what a stranger asked for.' }),
  data: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'Anything else to remember of it, as plain JSON; comes back in every event.' }),
});

const endsBehindStart = ({ startSec = 0, endSec = Infinity }: { startSec?: number | undefined; endSec?: number | undefined }) =>
  endSec > startSec;
const orderMessage = { message: 'endSec must be after startSec' };

/** A track as it is asked for: a file's name, or an object with more. */
export const trackOption = z.union([z.string().min(1), trackFields.refine(endsBehindStart, orderMessage)]);
/** A track as it is asked for. */
export type TrackOption = z.output<typeof trackOption>;

const queueTrack = trackFields.extend({
  id: z.string().min(1).meta({ description: 'Its id in the queue.' }),
  added: z.boolean().default(false).meta({ description: 'Whether a command added it, rather than the options or the playlist.' }),
});
/** A track of a queue: what was asked for, with an id that stays its own. */
export type QueueTrackEntry = z.output<typeof queueTrack>;

/** A queue at one moment, as plain JSON: what `queue.changed` tells, and what the option `saved` starts from. */
export const queueState = z.object({
  tracks: z.array(queueTrack).max(MOST_TRACKS).meta({ description: 'The tracks in the order they were put in.' }),
  order: z.array(z.string()).max(MOST_TRACKS).meta({ description: 'Their ids in the order they are played.' }),
  index: z
    .int()
    .min(0)
    .meta({ description: 'Place of the current track in `order`, from 0; the number of tracks when the queue is through.' }),
  current: z.string().nullable().default(null).meta({ description: 'Id of the current track, for readers; `index` counts.' }),
  positionMs: z.number().min(0).default(0).meta({ description: 'Where the current track is, in milliseconds of its file.' }),
  playing: z.boolean().default(true).meta({ description: 'Whether it plays; false while paused.' }),
  repeat: z.enum(REPEAT_MODES).default('off').meta({ description: 'How it repeats.' }),
  shuffle: z.enum(SHUFFLE_MODES).default('off').meta({ description: 'How it shuffles.' }),
  seed: z.int().default(1).meta({ description: 'What the drawn orders begin with.' }),
  draws: z.int().min(0).default(0).meta({ description: 'How many orders and places were drawn so far.' }),
  history: z.array(z.string()).default([]).meta({ description: 'Ids of what was played, the newest last.' }),
  nextId: z.int().min(1).default(1).meta({ description: 'Number of the next id.' }),
});
/** A queue at one moment. */
export type QueueState = z.output<typeof queueState>;
