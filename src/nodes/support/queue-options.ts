import { z } from 'zod';
import { FADE_CURVES } from '../../media/dsp/fade-curve.js';
import { dbToLinear, usToSamples } from '../../media/format.js';
import { noPictureOption } from '../sources/file.js';
import { channelsOption } from './channels.js';
import { levelOptions } from './level-options.js';
import { PICTURE_CHANGES } from './picture-change.js';
import { MOST_TRACKS, queueState, REPEAT_MODES, SHUFFLE_MODES, type QueueTrackEntry } from './queue-state.js';
import type { QueueTrackSettings } from './queue-track.js';

/** Where silence at the ends of tracks is cut off: nowhere, where one track is crossfaded into another, everywhere. */
export const TRIM_MODES = ['off', 'crossfade', 'always'] as const;

/** The options that everything has that plays one track after another. */
export const playerFields = {
  repeat: z.enum(REPEAT_MODES).default('off').meta({
    description: 'At the end of a track play it again (`track`), at the end of the queue all of it (`queue`), or neither.',
  }),
  shuffle: z.enum(SHUFFLE_MODES).default('off').meta({
    description:
      'Play in a drawn order: `on` draws what is there and puts later tracks at the end, `dynamic` also draws a place for those.',
  }),
  seed: z
    .int()
    .min(0)
    .max(0xffff_ffff)
    .default(1)
    .meta({ description: 'What the drawn orders follow from: the same, the same.' }),
  crossfadeMs: z.number().min(0).max(15_000).default(0).meta({
    description: 'How long the end of a track and the beginning of the next are heard together; 0: joined without a gap.',
  }),
  curve: z
    .enum(FADE_CURVES)
    .default('equal-power')
    .meta({ description: 'Shape of the crossfade; `linear` and `smooth` are for tracks that are alike.' }),
  trimSilence: z.enum(TRIM_MODES).default('crossfade').meta({
    description:
      'Cut silence off the ends of tracks: `crossfade` while tracks are crossfaded, `always`, or `off`. Never at a `startSec` or `endSec`.',
  }),
  trimThresholdDb: z
    .number()
    .min(-120)
    .max(-20)
    .default(-60)
    .meta({ description: 'What stays below this peak level counts as silence, in decibels below full scale.' }),
  trimLimitSec: z.number().min(0).max(30).default(8).meta({
    description: 'The most that is cut off either end, in seconds. So far, and the crossfade, a track is decoded ahead.',
  }),
  prefetchSec: z
    .number()
    .min(0)
    .max(3600)
    .default(20)
    .meta({ description: 'How long before the end of a track the next one is opened, in seconds.' }),
  ...levelOptions,
  videoTransition: z.enum(PICTURE_CHANGES).default('fade').meta({
    description:
      'How pictures change while sound is crossfaded: one fades into the other, slides in, or they `cut` in the middle of it.',
  }),
  noPicture: noPictureOption,
  autoplay: z.boolean().default(true).meta({ description: 'Play at once; otherwise silence until the command `play`.' }),
  onEmpty: z
    .enum(['silence', 'end'])
    .default('silence')
    .meta({ description: 'When there is nothing left to play: give silence until there is again, or end.' }),
  history: z
    .int()
    .min(0)
    .max(MOST_TRACKS)
    .default(100)
    .meta({ description: 'How many played tracks `previous` can go back, and are kept of those that commands added.' }),
  failureLimit: z
    .int()
    .min(1)
    .max(MOST_TRACKS)
    .default(25)
    .meta({ description: 'So many tracks in a row that cannot be played stop the queue.' }),
  channels: channelsOption('Channels of the output, whatever the files have'),
  saved: queueState
    .optional()
    .meta({ description: 'A queue to go on with, as `queue.changed` told it, instead of the tracks given.' }),
};

/** Options of the player that cannot change while it runs. */
export const PLAYER_FIXED = ['seed', 'autoplay', 'history', 'channels', 'saved'] as const;

const playerOptions = z.strictObject(playerFields);
/** What a queue's player takes. */
export type PlayerOptions = z.output<typeof playerOptions>;

/**
 * How a track is read at these options.
 *
 * @param follows whether it is to come right behind another.
 */
export function trackSettings(options: PlayerOptions, entry: QueueTrackEntry, follows: boolean): QueueTrackSettings {
  const { channels, trimSilence, trimThresholdDb, trimLimitSec, crossfadeMs } = options;
  const fade = usToSamples(crossfadeMs * 1000);
  const trims = trimSilence === 'always' || (trimSilence === 'crossfade' && fade > 0);
  if (!trims) return { channels, aheadSamples: fade };
  const limitSamples = usToSamples(trimLimitSec * 1e6);
  const start = entry.startSec === undefined && (follows || trimSilence === 'always');
  const end = entry.endSec === undefined;
  return {
    channels,
    aheadSamples: fade,
    silence: { threshold: dbToLinear(trimThresholdDb), limitSamples, start, end },
  };
}
