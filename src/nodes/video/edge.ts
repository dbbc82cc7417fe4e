import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { filterWork } from '../../media/av/video/filter-work.js';
import { edgeLines } from '../support/edge-lines.js';
import { applyVideo } from '../support/video-effect.js';

const options = () =>
  z.strictObject({
    high: z
      .number()
      .min(0)
      .max(1)
      .default(0.2)
      .meta({ description: 'From how large a step on a line begins, as a share of black to white.' }),
    low: z
      .number()
      .min(0)
      .max(1)
      .default(0.08)
      .meta({ description: 'Down to how large a step a line goes on; not above `high`.' }),
  });

/** `video.edge`: show the edges of pictures as lines. */
export const edge = defineNode({
  type: 'video.edge',
  summary: 'Show the edges of pictures as lines.',
  details: 'Canny edge detection (`edgedetect`): lines on black, the whiter the steeper the edge is.',
  inputs: { video: video('Pictures to change.') },
  outputs: { video: video('The changed pictures.') },
  options,
  create: ({ inputs, options$, ctx }) => ({
    video: applyVideo(ctx, inputs.video, options$, ({ low, high }) =>
      filterWork([...edgeLines(low, high), { name: 'format', options: { pix_fmts: 'yuv420p' } }]),
    ),
  }),
});
