import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { filterWork } from '../../media/av/video/filter-work.js';
import { applyVideo } from '../support/video-effect.js';

const options = () =>
  z.strictObject({
    amount: z.number().min(0).max(5).default(1).meta({ description: 'How much contrast edges get; 0 changes nothing.' }),
    sizePx: z
      .number()
      .int()
      .min(3)
      .max(13)
      .default(5)
      .meta({ description: 'Width of what counts as an edge, in pixels; an even number is taken for the next odd one.' }),
  });

/** `video.sharpen`: sharpen pictures. */
export const sharpen = defineNode({
  type: 'video.sharpen',
  summary: 'Sharpen pictures.',
  details: 'An unsharp mask on the brightness (`unsharp`).',
  inputs: { video: video('Pictures to change.') },
  outputs: { video: video('The changed pictures.') },
  options,
  create: ({ inputs, options$, ctx }) => ({
    video: applyVideo(ctx, inputs.video, options$, ({ amount, sizePx }) => {
      const size = sizePx | 1;
      return amount > 0
        ? filterWork([{ name: 'unsharp', options: { lx: size, ly: size, la: amount, cx: size, cy: size, ca: 0 } }])
        : undefined;
    }),
  }),
});
