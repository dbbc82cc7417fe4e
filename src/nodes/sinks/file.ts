import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { channelsOption } from '../support/channels.js';
import { FileRecorder } from '../support/file-recorder.js';

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
  tags: z.record(z.string(), z.string()).default({}).meta({ description: 'Tags to write, such as title and artist.' }),
});

/** Options of `sink.file`. */
export type FileSinkOptions = z.output<typeof fileSinkOptions>;

/** `sink.file`: a recording. */
export const fileSink = defineNode({
  type: 'sink.file',
  summary: 'Write audio to a media file.',
  details:
    'Any container FFmpeg writes. The file appears under its name when it is complete: at the end of the input, or when the graph stops. ' +
    'Emits `file.written { path, durationMs }`, or `file.failed { path, problem }` and then takes no more.',
  inputs: { audio: audio('Audio to write.') },
  outputs: {},
  options: fileSinkOptions,
  fixedOptions: ['path', 'format', 'codec', 'bitrateKbps', 'channels', 'tags'],
  outputFileOptions: ['path'],
  leadership: 'may',
  create: ({ inputs, options, ctx }) => {
    const recorder = new FileRecorder(ctx, options);
    // Also when stopped: what was recorded is worth keeping.
    ctx.defer(() => recorder.finish());
    const end = () => ctx.hold(recorder.finish().then(() => ctx.finish()));
    const subscription = inputs.audio.subscribe({ next: (frame) => recorder.take(frame), error: end, complete: end });
    ctx.defer(() => subscription.unsubscribe());
    return {};
  },
});
