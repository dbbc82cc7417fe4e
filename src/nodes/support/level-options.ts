import { z } from 'zod';

/** The options of everything that brings files to one loudness. */
export const levelOptions = {
  targetLufs: z.number().min(-40).max(-8).optional().meta({
    description: 'Loudness to bring each file to, in LUFS, such as −16; by one gain for all of it. Absent: files as they are.',
  }),
  truePeakDb: z
    .number()
    .min(-20)
    .max(0)
    .default(-1)
    .meta({ description: 'With `targetLufs`: ceiling of the peaks, also between samples, in decibels below full scale (dBTP).' }),
};
