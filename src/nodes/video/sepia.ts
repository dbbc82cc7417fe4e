import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { filterWork } from '../../media/av/video/filter-work.js';
import type { FilterWork } from '../../media/av/video/filter-work.js';
import { applyVideo } from '../support/video-effect.js';

const options = () =>
  z.strictObject({
    amount: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .meta({ description: 'How much of the picture is toned: 1 all of it, 0 nothing.' }),
  });

/** `video.sepia`: give pictures the brown of old photographs. */
export const sepia = defineNode({
  type: 'video.sepia',
  summary: 'Give pictures the brown of old photographs.',
  details:
    'The usual sepia matrix (R 1.351, G 1.203, B 0.937 of the brightness), worked out in YUV from the brightness of each pixel: a fifth of what the way through RGB costs. ' +
    'Deep colours differ from the matrix by a few levels, since that weighs red, green and blue a little otherwise.',
  inputs: { video: video('Pictures to change.') },
  outputs: { video: video('The changed pictures.') },
  options,
  create: ({ inputs, options$, ctx }) => ({
    video: applyVideo(ctx, inputs.video, options$, ({ amount }) => (amount > 0 ? sepiaWork(amount) : undefined)),
  }),
});

/** What of a brightness each of the primaries gets: the sums of the rows of the usual matrix. */
const [RED, GREEN, BLUE] = [0.393 + 0.769 + 0.189, 0.349 + 0.686 + 0.168, 0.272 + 0.534 + 0.131];

/** Y, U and V (BT.601, limited range) of a brightness that is toned: straight lines, but where a primary is cut at white. */
function sepiaWork(amount: number): FilterWork {
  const level = 'clip((val-16)/219,0,1)';
  const primary = (gain: number) => `min(1,${gain.toFixed(4)}*${level})`;
  const [r, g, b] = [primary(RED), primary(GREEN), primary(BLUE)];
  const luma = `(0.299*${r}+0.587*${g}+0.114*${b})`;
  return filterWork([
    { name: 'format', options: { pix_fmts: 'yuv420p|yuv422p|yuv444p', color_ranges: 'tv' } },
    {
      name: 'pseudocolor',
      options: {
        c0: `round(16+219*${luma})`,
        c1: `round(128+224*(${b}-${luma})/1.772)`,
        c2: `round(128+224*(${r}-${luma})/1.402)`,
        index: 0,
      },
      live: { opacity: amount },
    },
  ]);
}
