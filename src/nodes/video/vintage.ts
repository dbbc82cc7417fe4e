import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { filterWork } from '../../media/av/video/filter-work.js';
import { applyVideo } from '../support/video-effect.js';

const options = () =>
  z.strictObject({
    vignette: z.number().min(0).max(1).default(0.6).meta({ description: 'How dark the corners are.' }),
    grain: z.number().int().min(0).max(60).default(8).meta({ description: 'How strong the grain is; 0: none.' }),
  });

/** `video.vintage`: make pictures look like an old colour film. */
export const vintage = defineNode({
  type: 'video.vintage',
  summary: 'Make pictures look like an old colour film.',
  details: 'Washed-out blacks and a yellow cast (`curves`), darker corners (`vignette`), and grain.',
  inputs: { video: video('Pictures to change.') },
  outputs: { video: video('The changed pictures.') },
  options,
  create: ({ inputs, options$, ctx }) => ({
    video: applyVideo(ctx, inputs.video, options$, ({ vignette, grain }) =>
      filterWork(
        [
          { name: 'curves', options: { preset: 'vintage' } },
          { name: 'format', options: { pix_fmts: 'yuv420p' } },
          ...(vignette > 0 ? [{ name: 'vignette', options: { a: (vignette * Math.PI) / 4 } }] : []),
          ...(grain > 0 ? [{ name: 'noise', options: { alls: grain, allf: 't', all_seed: 7 } }] : []),
        ],
        { still: grain === 0 },
      ),
    ),
  }),
});
