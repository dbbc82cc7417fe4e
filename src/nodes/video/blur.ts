import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { filterWork } from '../../media/av/video/filter-work.js';
import { applyVideo } from '../support/video-effect.js';

const options = () =>
  z.strictObject({
    sigmaPx: z
      .number()
      .min(0)
      .max(200)
      .default(5)
      .meta({ description: 'How far it blurs: the standard deviation in pixels; 0 changes nothing.' }),
  });

/** `video.blur`: blur pictures. */
export const blur = defineNode({
  type: 'video.blur',
  summary: 'Blur pictures.',
  details: 'A Gaussian blur (`gblur`), whose strength may change while it runs.',
  inputs: { video: video('Pictures to change.') },
  outputs: { video: video('The changed pictures.') },
  options,
  create: ({ inputs, options$, ctx }) => ({
    video: applyVideo(ctx, inputs.video, options$, ({ sigmaPx }) =>
      sigmaPx > 0 ? filterWork([{ name: 'gblur', live: { sigma: sigmaPx } }]) : undefined,
    ),
  }),
});
