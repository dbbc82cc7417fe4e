import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { filterWork } from '../../media/av/video/filter-work.js';
import { applyVideo } from '../support/video-effect.js';

const options = () =>
  z.strictObject({
    amount: z.number().min(0).max(1).default(1).meta({ description: 'How much of the colour goes: 1 all of it, 0 none.' }),
  });

/** `video.grayscale`: take the colour out of pictures. */
export const grayscale = defineNode({
  type: 'video.grayscale',
  summary: 'Take the colour out of pictures.',
  details: 'By the chroma alone: brightness stays as it is.',
  inputs: { video: video('Pictures to change.') },
  outputs: { video: video('The changed pictures.') },
  options,
  create: ({ inputs, options$, ctx }) => ({
    video: applyVideo(ctx, inputs.video, options$, ({ amount }) =>
      amount > 0 ? filterWork([{ name: 'hue', live: { s: 1 - amount } }]) : undefined,
    ),
  }),
});
