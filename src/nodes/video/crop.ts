import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { filterWork, type FilterWork, type Size } from '../../media/av/video/filter-work.js';
import { applyVideo } from '../support/video-effect.js';

const options = () =>
  z.strictObject({
    left: z.number().min(0).max(1).default(0).meta({ description: 'Where the cut begins, as a share of the width.' }),
    top: z.number().min(0).max(1).default(0).meta({ description: 'Where the cut begins, as a share of the height.' }),
    width: z
      .number()
      .min(0.01)
      .max(1)
      .default(1)
      .meta({ description: 'Its width, as a share of the width; what would lie outside is left out.' }),
    height: z.number().min(0.01).max(1).default(1).meta({ description: 'Its height, as a share of the height.' }),
  });

/** `video.crop`: cut pictures out of pictures. */
export const crop = defineNode({
  type: 'video.crop',
  summary: 'Cut pictures out of pictures.',
  details: 'Edges are given as shares of the whole, so that any size is cut alike.',
  inputs: { video: video('Pictures to change.') },
  outputs: { video: video('The changed pictures.') },
  options,
  create: ({ inputs, options$, ctx }) => ({
    video: applyVideo(ctx, inputs.video, options$, (given) => cropWork(given)),
  }),
});

function cropWork({ left, top, width, height }: z.output<ReturnType<typeof options>>): FilterWork | undefined {
  const [w, h] = [Math.min(width, 1 - left), Math.min(height, 1 - top)];
  if (w >= 1 && h >= 1) return undefined;
  const even = (length: number, share: number) => Math.max(2, 2 * Math.trunc((length * share) / 2));
  return filterWork(
    [
      {
        name: 'crop',
        options: {
          w: `max(2,2*trunc(iw*${w}/2))`,
          h: `max(2,2*trunc(ih*${h}/2))`,
          x: `min(iw-2,2*trunc(iw*${left}/2))`,
          y: `min(ih-2,2*trunc(ih*${top}/2))`,
        },
      },
    ],
    { size: ([input]): Size => ({ width: even(input!.width, w), height: even(input!.height, h) }) },
  );
}
