import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { filterWork, type FilterWork } from '../../media/av/video/filter-work.js';
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
    video: applyVideo(ctx, inputs.video, options$, ({ sigmaPx }) => (sigmaPx > 0 ? blurWork(sigmaPx) : undefined)),
  }),
});

/** Planes of `gblur`: brightness and what is transparent, and both of colour, of which there is one sample for two by two pixels. */
const [FULL, HALVED] = [0b1001, 0b0110];

function blurWork(sigmaPx: number): FilterWork {
  return filterWork([
    { name: 'format', options: { pix_fmts: 'yuv420p|yuva420p' } },
    { name: 'gblur', options: { planes: FULL }, live: { sigma: sigmaPx } },
    { name: 'gblur', options: { planes: HALVED }, live: { sigma: sigmaPx / 2 } },
  ]);
}
