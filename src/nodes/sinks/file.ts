import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio, optional, video } from '../../graph/ports.js';
import type { AudioFrame } from '../../media/frame.js';
import { channelsOption } from '../support/channels.js';
import { FileRecorder } from '../support/file-recorder.js';
import { FilmRecorder } from '../support/film-recorder.js';
import { fitOption, frameRateOption, pixelsOption } from '../support/video-encode-options.js';

/** What `sink.file` takes. */
export const fileSinkOptions = z.strictObject({
  path: z
    .string()
    .min(1)
    .meta({ description: 'File to write, absolute or in the current folder. One of that name is replaced.' }),
  format: z.string().optional().meta({ description: "FFmpeg's name of the container. Absent: by the path's extension." }),
  codec: z
    .string()
    .optional()
    .meta({ description: "FFmpeg's name of the codec, such as opus, mp3, flac. Absent: the container's best." }),
  bitrateKbps: z
    .number()
    .positive()
    .optional()
    .meta({ description: 'Bit rate in kbit/s, for codecs that have one. Absent: a good one.' }),
  channels: channelsOption('Channels of the file'),
  videoCodec: z
    .enum(['h264', 'vp8', 'vp9'])
    .optional()
    .meta({ description: "Codec of the pictures. Absent: the container's usual one, VP8 for webm, H.264 for others." }),
  videoBitrateKbps: z
    .number()
    .min(30)
    .max(200_000)
    .optional()
    .meta({ description: 'Bit rate of the pictures in kbit/s. Absent: a good one for their size.' }),
  width: pixelsOption('Width of the pictures'),
  height: pixelsOption('Height of the pictures'),
  fit: fitOption,
  frameRate: frameRateOption('Pictures a second; those that come faster are dropped on time.'),
  effort: z
    .number()
    .min(0)
    .max(10)
    .default(4)
    .meta({ description: 'Effort spent on pictures: 0 is fastest, 10 looks best for its bits.' }),
  threads: z.number().int().min(1).max(16).default(1).meta({ description: 'Threads the encoder of the pictures may use.' }),
  tags: z.record(z.string(), z.string()).default({}).meta({ description: 'Tags to write, such as title and artist.' }),
});

/** Options of `sink.file`. */
export type FileSinkOptions = z.output<typeof fileSinkOptions>;

/** `sink.file`: a recording. */
export const fileSink = defineNode({
  type: 'sink.file',
  summary: 'Write sound, pictures or both to a media file.',
  details:
    'Any container FFmpeg writes; with pictures mp4, webm, mkv and the like. Sound and pictures are in step by their times, whatever is missing of ' +
    'either. The film has the size of its first picture unless `width` and `height` say another; in real time it is encoded beside the beat, and ' +
    'pictures that cannot be encoded in time are shed. The file appears under its name when it is complete: at the end of the input, or when the graph stops. ' +
    'In real time all but the last second is on the disk, hidden beside it, and can be played; of a process that was killed it gets a name, ' +
    'such as `call (rescued).ogg`, when the same file is written again, and `file.rescued { path }` is emitted. ' +
    'Emits `file.written { path, durationMs }`, or `file.failed { path, problem }` and then takes no more.',
  inputs: { audio: optional(audio('Sound to write.')), video: optional(video('Pictures to write.')) },
  anyInput: true,
  outputs: {},
  options: fileSinkOptions,
  fixedOptions: [
    'path',
    'format',
    'codec',
    'bitrateKbps',
    'channels',
    'videoCodec',
    'videoBitrateKbps',
    'width',
    'height',
    'fit',
    'frameRate',
    'effort',
    'threads',
    'tags',
  ],
  outputFileOptions: ['path'],
  leadership: 'may',
  unhurried: true,
  frameRate: ({ frameRate }) => frameRate,
  create: ({ inputs, options, ctx }) => {
    const { audio: sound$, video: pictures$ } = inputs;
    const film = pictures$ && new FilmRecorder(ctx, options, sound$ !== undefined);
    const recorder = film ?? new FileRecorder(ctx, options);
    // Also when stopped: what was recorded is worth keeping.
    ctx.defer(() => recorder.finish());
    let open = (sound$ ? 1 : 0) + (pictures$ ? 1 : 0);
    const end = () => {
      if (--open === 0) ctx.hold(recorder.finish().then(() => ctx.finish()));
    };
    const takeSound = (frame: AudioFrame) => (film ? film.sound(frame) : (recorder as FileRecorder).take(frame));
    const subscriptions = [
      sound$?.subscribe({ next: takeSound, error: end, complete: end }),
      pictures$?.subscribe({
        next: (frame) => film?.picture(frame),
        error: end,
        complete: () => {
          film?.picturesEnded();
          end();
        },
      }),
    ];
    ctx.defer(() => subscriptions.forEach((subscription) => subscription?.unsubscribe()));
    return {};
  },
});
