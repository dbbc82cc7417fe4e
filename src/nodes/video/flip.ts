import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { filterWork } from '../../media/av/video/filter-work.js';
import { applyVideo } from '../support/video-effect.js';

const options = () =>
  z.strictObject({
    horizontal: z.boolean().default(true).meta({ description: 'Swap left and right.' }),
    vertical: z.boolean().default(false).meta({ description: 'Swap top and bottom.' }),
  });

/** `video.flip`: mirror pictures. */
export const flip = defineNode({
  type: 'video.flip',
  summary: 'Mirror pictures.',
  inputs: { video: video('Pictures to change.') },
  outputs: { video: video('The changed pictures.') },
  options,
  create: ({ inputs, options$, ctx }) => ({
    video: applyVideo(ctx, inputs.video, options$, ({ horizontal, vertical }) =>
      horizontal || vertical
        ? filterWork([...(horizontal ? [{ name: 'hflip' }] : []), ...(vertical ? [{ name: 'vflip' }] : [])])
        : undefined,
    ),
  }),
});
