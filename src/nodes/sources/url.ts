import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio, video } from '../../graph/ports.js';
import { addressFault } from '../../media/net/url.js';
import { PlaybackClock } from '../support/playback-clock.js';
import { runPlayer } from '../support/player-output.js';
import { StreamFollower } from '../support/stream-follower.js';
import { urlPlayerSource } from '../support/url-source.js';
import { fileOptions, noPictureOption } from './file.js';

/** What `source.url` takes. */
export const urlOptions = z.strictObject({
  ...fileOptions.shape,
  src: z
    .string()
    .min(1)
    .meta({ description: 'Address to play: https://example.org/song.mp3, a radio station, or rtsp://camera.example/stream.' }),
  resolver: z.enum(['auto', 'none', 'yt-dlp']).default('auto').meta({
    description:
      'Who finds the media behind a page: `auto` asks yt-dlp, if it is installed, when the address gives a web page; `yt-dlp` always asks it; `none` never.',
  }),
  connectTimeoutMs: z
    .number()
    .min(1)
    .max(120_000)
    .default(10_000)
    .meta({ description: 'How long a server may take to answer, in milliseconds.' }),
  readTimeoutMs: z
    .number()
    .min(1)
    .max(120_000)
    .default(10_000)
    .meta({ description: 'How long nothing may come before the connection counts as lost, in milliseconds.' }),
  reconnectAttempts: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(8)
    .meta({ description: 'How often in a row a lost connection is made anew before the stream ends as failed.' }),
  aheadMs: z
    .number()
    .min(100)
    .max(60_000)
    .default(10_000)
    .meta({ description: 'How much compressed sound is read ahead, in milliseconds.' }),
  headers: z
    .record(z.string().regex(/^[!#$%&'*+.^_`|~\w-]+$/), z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/))
    .default({})
    .meta({ description: 'Headers to send to the server, such as Authorization; not sent on to other servers by redirects.' }),
  noPicture: noPictureOption,
});

/** Options of `source.url`. */
export type UrlOptions = z.output<typeof urlOptions>;

/** `source.url`: sound and pictures from the network. */
export const url = defineNode({
  type: 'source.url',
  summary: 'Play a file or a live stream from the network.',
  details:
    'http and https: files, Icecast and SHOUTcast stations and their lists (m3u, pls), HLS streams (MPEG-TS, fMP4 and packed audio; AES-128). rtsp and rtsps: the first sound and the first pictures that the server describes, in any codec FFmpeg knows, over the one TCP connection ' +
    '(RTP interleaved; UDP is not used), with the user name and password of the address by Basic or Digest. Everything is read between ticks; should nothing come in time, ' +
    'silence is given, an underrun counted and `stream.stalled` told, until a second has come again.\n\n' +
    'A lost connection is made anew after 0.5 s, doubling up to 15 s, with jitter: a file goes on at the byte where it was lost (if its ' +
    'server knows ranges, otherwise what came already is skipped), an RTSP recording at the second, a live stream in the present. A pause of a live stream ends in the present ' +
    'too. Files of a known length on servers with ranges can be sought in and loop without a gap; others, HLS and RTSP play from their start once.\n\n' +
    'Redirects are followed up to ten times, to http and https only; those of RTSP up to five times, to rtsp and rtsps. FFmpeg gets nothing but bytes and packets: no stream and no playlist can make it open ' +
    'a file or another protocol. Where graphs may reach public addresses only, every connection is checked after its name is resolved.\n\n' +
    '`video` gives the picture at the position of the sound, at the frame rate of whoever takes it, as in `source.file`; both come on one connection, but for HLS whose sound has a playlist of its own. Of HLS with a choice it is the best ' +
    'variant of up to 720p that holds both, else the best one and the sound that belongs to it, by whose times they are in step. Of RTSP the pictures are asked for when `video` is taken while it connects; reports of the sender say how they belong to the sound. A lost live stream goes on at a key frame. MPEG-TS of which the server states no length counts as live, as stations with ICY headers do. The sound leads: pictures ' +
    'that come too early for 32 MiB are dropped, never is the sound kept waiting. A film without sound is silent.\n\n' +
    'Commands and events are those of `source.file`, and `stream.title { title }`, `stream.reconnecting { attempt, delayMs, problem }`, ' +
    '`stream.reconnected { attempts }`, `stream.stalled { positionMs }`, `stream.recovered { positionMs }`, `stream.resolved { title }` when ' +
    'yt-dlp found the media. A live stream refuses `seek` and `restart`, and its `stream.opened` says `live: true`: graphs of one process with an equal one then hear the same ' +
    'connection.',
  inputs: {},
  outputs: {
    audio: audio('Its sound; ends with the file, or when a lost connection cannot be made again.'),
    video: video('Its pictures, in step with its sound; they end with it.'),
  },
  options: urlOptions,
  checkOptions: ({ src }) => {
    const reason = addressFault(src);
    return reason === undefined ? [] : [{ path: ['src'], reason }];
  },
  fixedOptions: ['autoplay', 'channels'],
  live: 'told',
  mayEnd: () => 'comes from the network, which may fail',
  retry: { attempts: 3, firstDelayMs: 1000 },
  create: ({ options, options$, ctx }) => {
    const clock = new PlaybackClock();
    let { noPicture } = options;
    const follower = new StreamFollower(ctx, { clock, noPicture: () => noPicture });
    const source = follower.follow(urlPlayerSource(ctx, undefined, () => ctx.wired('video')));
    const { audio$, player } = runPlayer(ctx, options, options$, source, clock);
    follower.player = player;
    const subscription = options$.subscribe((next) => (noPicture = next.noPicture));
    ctx.defer(() => subscription.unsubscribe());
    return { audio: audio$, video: follower.video$ };
  },
});
