import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio, video } from '../../graph/ports.js';
import { FileLevels } from '../support/file-levels.js';
import { createOpenTrack } from '../support/queue-open.js';
import { PLAYER_FIXED, playerFields } from '../support/queue-options.js';
import { QueuePictures } from '../support/queue-pictures.js';
import { QueuePlayer } from '../support/queue-player.js';
import { MOST_TRACKS, trackOption, type TrackOption } from '../support/queue-state.js';
import { queueStream } from '../support/queue-stream.js';

const options = () =>
  z.strictObject({
    tracks: z.array(trackOption).max(MOST_TRACKS).default([]).meta({
      description:
        'Tracks to begin with: names of files, addresses, or objects with `src` and more. A new list replaces all tracks.',
    }),
    ...playerFields,
  });

/** `source.queue`: one track after another. */
export const queue = defineNode({
  type: 'source.queue',
  summary: 'Play a queue of tracks, gapless or crossfaded, that commands add to and steer.',
  details:
    'The next track is opened and decoded before the present one ends: its first sample follows the last one, or both are heard ' +
    'together for `crossfadeMs`, without the silence at their ends. `next`, `previous` and `jump` fade over within 20 ms as soon as ' +
    'the chosen track is open; until then the old one is heard. A track that cannot be played is told and passed over. Addresses are played as `source.url` does.\n\n' +
    'With `targetLufs` each file is brought to that loudness before it is heard, as in `source.file`. What comes from an address is not: ' +
    '`effect.loudness` behind the queue does that.\n\n' +
    '`video` gives the pictures of the track that is heard, as `source.file` and `source.url` do: each film from its first picture on, right behind the last ' +
    'of the one before, in its own size, or what `noPicture` says while a song has none. Pause, seek and every other command hold for both; a stop leaves no picture. ' +
    'While two tracks are crossfaded so are their pictures, as `videoTransition` says. A chosen film waits for its first picture, for a second at most; sound that goes on never waits ' +
    'for pictures. Where pictures are wanted a film without sound plays silence, and the silence at the ends of films stays. Nothing is decoded while nobody takes `video`.\n\n' +
    'Commands: `add { track | tracks, at: place | "next" | "end", play }` (with `play: true` the first of them is played at once), `remove`, `jump` and `move { to }` with the `id` or the `index` of ' +
    'a track, `clear { current }` (all but the current one unless `current` is true), `next`, `previous`, `shuffle { mode }` (without a mode: ' +
    'draw anew), `repeat { mode }`, `pause`, `play` (from the front when the queue is through), `stop`, `seek { positionMs }`, `replay`, and ' +
    '`report`, which tells `queue.changed`. Places count from 0 in the order of playing.\n\n' +
    'Events: `track.started { id, src, title, requester, index, info }`; exactly once for each that started `track.ended { id, src, reason, ' +
    'playedMs, problem? }` with the reason `finished`, `skipped`, `failed` (what could be decoded was played), `replaced` or `stopped`; ' +
    '`track.failed { id, src, problem }` for one that could not start; `video.opened { id, src, codec, width, height, frameRate, cover }` for each that has pictures, `video.failed { id, src, problem }` where they cannot be shown; `track.seeked`, `tracks.added`, `stream.levelled { src, lufs, gainDb, from }`, `queue.ended { reason }` when nothing is left ' +
    '(`finished`) or too many failed in a row (`failures`); `stream.position { id, positionMs, durationMs }` once a second while watched; ' +
    '`queue.changed`, at most once a tick, with everything about the queue: given as the option `saved`, the queue goes on from there.\n\n' +
    'A track shorter than 20 ms may be followed by up to 20 ms of silence.',
  inputs: {},
  outputs: {
    audio: audio('What plays; silence while nothing does.'),
    video: video('The pictures of what plays, in step with its sound.'),
  },
  options,
  fixedOptions: PLAYER_FIXED,
  fileOptions: ['tracks'],
  mayEnd: ({ onEmpty }) => (onEmpty === 'end' ? 'ends with its last track' : undefined),
  create: ({ options: first, options$, ctx }) => {
    const levels = new FileLevels(ctx, first);
    const pictures = new QueuePictures(ctx, first);
    const player = new QueuePlayer(ctx, first, createOpenTrack(ctx, levels), false, pictures);
    if (!first.saved) player.replaceTracks(first.tracks);
    let tracks: readonly TrackOption[] = first.tracks;
    const subscription = options$.subscribe((next) => {
      levels.set(next);
      player.set(next);
      if (JSON.stringify(next.tracks) !== JSON.stringify(tracks)) player.replaceTracks(next.tracks);
      tracks = next.tracks;
    });
    ctx.defer(() => subscription.unsubscribe());
    return { audio: queueStream(ctx, player), video: pictures.video$ };
  },
});
