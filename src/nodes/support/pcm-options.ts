import { z } from 'zod';

/** The options of nodes that take raw samples. */
export const pcmOptions = {
  format: z
    .enum(['s16le', 'f32le'])
    .default('s16le')
    .meta({ description: 'How a sample is written, little-endian: s16le is a 16-bit integer, f32le a float from −1 to 1.' }),
  sampleRateHz: z
    .number()
    .int()
    .min(2000)
    .max(768_000)
    .default(48_000)
    .meta({ description: 'Samples a second, in hertz; other rates than 48 000 are converted.' }),
  inputChannels: z
    .number()
    .int()
    .min(1)
    .max(8)
    .default(2)
    .meta({ description: 'Channels that come, interleaved sample by sample.' }),
};
