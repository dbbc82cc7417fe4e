import { z } from 'zod';

/** A size of pictures in pixels, or none. */
export function pixelsOption(about: string) {
  return z
    .number()
    .int()
    .min(2)
    .max(4096)
    .multipleOf(2)
    .optional()
    .meta({ description: `${about} in pixels, even. Absent: that of the first picture.` });
}

/** The option `frameRate`. */
export function frameRateOption(about: string) {
  return z.number().min(1).max(120).default(30).meta({ description: about });
}

/** The option `fit`. */
export const fitOption = z.enum(['contain', 'cover', 'stretch']).default('contain').meta({
  description: 'What becomes of pictures of another aspect ratio: bars beside them, their sides cut off, or squeezed.',
});

/** What the encoders of a call's pictures take. */
export function videoEncodeOptions(bitrateKbps: number) {
  return z.strictObject({
    bitrateKbps: z.number().min(30).max(20_000).default(bitrateKbps).meta({
      description: 'Bit rate in kbit/s; may change while it runs. In a call the most: what the receivers can take less, is less.',
    }),
    width: pixelsOption('Width'),
    height: pixelsOption('Height'),
    fit: fitOption,
    frameRate: frameRateOption('Pictures a second; those that come faster are dropped on time.'),
    keyFrameSec: z.number().min(0).max(600).default(0).meta({
      description: 'Most time between two key frames, in seconds. 0: only the first one, and where a receiver asks for one.',
    }),
    effort: z.number().min(0).max(10).default(4).meta({ description: 'Effort: 0 is fastest, 10 looks best for its bits.' }),
    threads: z.number().int().min(1).max(16).default(1).meta({ description: 'Threads the encoder may use.' }),
    purpose: z
      .enum(['camera', 'screen'])
      .default('camera')
      .meta({ description: 'Which of the two videos of a call it is for: whose key-frame requests and bit rate it follows.' }),
    size: z.enum(['full', 'half', 'quarter']).default('full').meta({
      description:
        'Which size of the same video it makes, for calls that send several: whose bit rate it follows. Without `width` or `height` that part of the first picture.',
    }),
    followReceivers: z
      .boolean()
      .default(true)
      .meta({ description: 'Give key frames and lower the bit rate as the receivers of the call want.' }),
    atEnd: z
      .enum(['black', 'nothing'])
      .default('black')
      .meta({ description: 'What follows the last picture: a black one, so that it does not stay up, or nothing.' }),
  });
}

/** Options of `encode.vp8` and `encode.h264`. */
export type VideoEncodeOptions = z.output<ReturnType<typeof videoEncodeOptions>>;

/** Those that cannot change while it runs. */
export const FIXED_VIDEO_OPTIONS = ['width', 'height', 'fit', 'frameRate', 'keyFrameSec', 'effort', 'threads', 'purpose', 'size'];
