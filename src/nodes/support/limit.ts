import { z } from 'zod';

/** The level above which mixers bend a sum to stay within full scale. */
export const limitThresholdOption = z.number().min(-20).max(-0.1).default(-3).meta({
  description: 'Level in decibels below full scale up to which nothing changes; louder samples are bent to stay below 0 dB.',
});
