import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio, video } from '../../graph/ports.js';
import { openVideo } from '../../media/av/video/open-video.js';
import { VideoReader } from '../../media/av/video/video-reader.js';
import { channelsOption } from '../support/channels.js';
import { levelOptions } from '../support/level-options.js';
import { levelledFiles } from '../support/levelled-files.js';
import { PlaybackClock } from '../support/playback-clock.js';
import { runPlayer } from '../support/player-output.js';
import { silentFilms } from '../support/silent-film.js';
import { timescaledFiles, timescaleOptions } from '../support/timescaled-files.js';
import { VideoFollower } from '../support/video-follower.js';

/** What every source of one recording takes. */
export const fileOptions = z.strictObject({
  src: z.string().min(1).meta({ description: 'File to play: beside the graph file, or in the current folder.' }),
  loop: z.boolean().default(false).meta({ description: 'Begin anew at the end, without a gap.' }),
  startSec: z.number().min(0).default(0).meta({ description: 'Where to begin, and where a loop begins anew, in seconds.' }),
  endSec: z
    .number()
    .positive()
    .optional()
    .meta({ description: 'Where to end, in seconds from the start of the file. Absent: at its end.' }),
  autoplay: z.boolean().default(true).meta({ description: 'Play at once; otherwise silence until the command `play`.' }),
  channels: channelsOption('Channels of the output, whatever the file has'),
});

/** Options of every source of one recording. */
export type FileOptions = z.output<typeof fileOptions>;

/** What there is to see without a picture, of every source with sound and pictures. */
export const noPictureOption = z.enum(['black', 'nothing']).default('black').meta({
  description: 'What `video` gives where there is no picture, such as behind the last one: a black one, or nothing.',
});

/** What `source.file` takes. */
export const localFileOptions = z.strictObject({
  ...fileOptions.shape,
  ...timescaleOptions,
  ...levelOptions,
  noPicture: noPictureOption,
});

/** Options of `source.file`. */
export type LocalFileOptions = z.output<typeof localFileOptions>;

/** `source.file`: a media file. */
export const file = defineNode({
  type: 'source.file',
  summary: 'Play the sound and the pictures of a media file.',
  details:
    'Any file FFmpeg reads. A few frames are decoded ahead, between ticks; should they run out, silence is given and an underrun counted. ' +
    'A new `src`, `startSec` or `endSec` opens the new file beside the old and fades over within 20 ms; if it cannot be opened the ' +
    'old one plays on and `stream.failed` says why.\n\n' +
    'With `targetLufs` the file is brought to that loudness by one gain, its dynamics untouched but for peaks above `truePeakDb`, and delayed by ' +
    'nothing. Its loudness is what its tags say (R128_TRACK_GAIN, REPLAYGAIN_TRACK_GAIN); without tags it is scanned (ITU-R BS.1770-4): all of it ' +
    'when rendering; live for at most 300 ms before it starts, which is half a minute of sound, and on while it plays: should the rest be ' +
    'louder or quieter, the gain glides there within 3 s. A file is scanned once and remembered until it changes. The gain is at most ' +
    '20 dB up and 30 dB down.\n\n' +
    '`speed`, `pitch` and `rate` change time and pitch of the file, each by itself or together: by time stretching (WSOLA) and band-limited ' +
    'resampling, exact in length to a sample, in pitch to a thousandth. A change is heard within 0.15 s, without a click; positions are ' +
    'always those in the file.\n\n' +
    '`video` gives the picture at the position of the sound, at the frame rate of whoever takes it: pictures of a slower film are repeated, of a faster ' +
    'one dropped, both counted. Pause, seek, loop and speed hold for both. Films of phones are turned upright. Without moving pictures it ' +
    'gives the cover, if there is one; a film without sound is silent. Nothing is decoded while nobody takes it.\n\n' +
    'Commands: `pause`, `play`, `restart`, `seek { positionMs }`; none clicks.\n\n' +
    'Events: `stream.opened { src, info }`, `video.opened { src, codec, width, height, frameRate, cover }`, `stream.levelled { src, lufs, gainDb, from }` (from `tags`, `scan` or `estimate`), `stream.started`, `stream.looped`, `stream.paused`, `stream.resumed`, `stream.seeked`, ' +
    '`stream.position { positionMs, durationMs, tempo }` once a second while watched, and behind every change, `stream.failed { src, problem }`, and exactly once for each ' +
    'opened stream `stream.ended { src, reason, playedMs, problem? }` with the reason `finished`, `failed` (what could be decoded was played), ' +
    '`replaced` or `stopped`.',
  inputs: {},
  outputs: {
    audio: audio("The file's sound; ends with the file unless it loops."),
    video: video("The file's pictures, in step with its sound; they end with it."),
  },
  options: localFileOptions,
  fixedOptions: ['autoplay', 'channels'],
  fileOptions: ['src'],
  mayEnd: ({ loop }) => (loop ? undefined : 'does not loop'),
  create: ({ options, options$, ctx }) => {
    const clock = new PlaybackClock();
    const source = timescaledFiles(ctx, silentFilms(ctx, levelledFiles(ctx, options)), options);
    const { audio$, player } = runPlayer(ctx, options, options$, source, clock);
    let { noPicture } = options;
    const subscription = options$.subscribe((next) => (noPicture = next.noPicture));
    ctx.defer(() => subscription.unsubscribe());
    const follower = new VideoFollower(ctx, {
      clock,
      open: async (src, signal) => new VideoReader(await openVideo(ctx.resolvePath(src), signal)),
      first: options.src,
      startUs: options.startSec * 1e6,
      over: () => player.over,
      noPicture: () => noPicture,
    });
    return { audio: audio$, video: follower.video$ };
  },
});
