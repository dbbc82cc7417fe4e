import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { FrameWriter } from '../support/frame-writer.js';
import { fitOption, frameRateOption, pixelsOption } from '../support/video-encode-options.js';

/** What `sink.frames` takes. */
export const framesOptions = z.strictObject({
  folder: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Folder that frame-000001.png and so on are written to; made if it is not there. Absent: none are.' }),
  sheet: z.string().min(1).optional().meta({ description: 'PNG file for a contact sheet of the whole. Absent: none.' }),
  sheetPictures: z
    .number()
    .int()
    .min(1)
    .max(200)
    .default(24)
    .meta({ description: 'Most pictures on the sheet, at even distances of time.' }),
  sheetColumns: z.number().int().min(1).max(20).default(6).meta({ description: 'Pictures side by side on the sheet.' }),
  frameRate: frameRateOption('Pictures a second; those that come faster are dropped on time.'),
  width: pixelsOption('Width'),
  height: pixelsOption('Height'),
  fit: fitOption,
});

/** Options of `sink.frames`. */
export type FramesOptions = z.output<typeof framesOptions>;

/** `sink.frames`: each picture as a file. */
export const framesSink = defineNode({
  type: 'sink.frames',
  summary: 'Write pictures as PNG files, and a contact sheet.',
  details:
    'For looking at what a graph shows, and for tests: the same pictures give the same bytes. With a width and a height pictures are brought to that size. ' +
    'Emits `frames.written { folder, sheet, count }`, or `frames.failed { path, problem }`. ' +
    'Meant for rendering: writing PNGs takes a while.',
  inputs: { video: video('Pictures to write.') },
  outputs: {},
  options: framesOptions,
  fixedOptions: Object.keys(framesOptions.shape),
  checkOptions: ({ folder, sheet }) =>
    folder === undefined && sheet === undefined ? [{ path: ['folder'], reason: 'is needed, or "sheet" is' }] : [],
  outputFileOptions: ['folder', 'sheet'],
  leadership: 'may',
  frameRate: ({ frameRate }) => frameRate,
  create: ({ inputs, options: given, ctx }) => {
    const writer = new FrameWriter(ctx, given);
    // Also when stopped: what was written is worth a sheet.
    ctx.defer(() => writer.finish());
    const end = () => ctx.hold(writer.finish().then(() => ctx.finish()));
    const subscription = inputs.video.subscribe({ next: (frame) => writer.take(frame), error: end, complete: end });
    ctx.defer(() => subscription.unsubscribe());
    return {};
  },
});
