import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { filterWork, type FilterUse, type FilterWork } from '../../media/av/video/filter-work.js';
import { applyVideo } from '../support/video-effect.js';

const options = () =>
  z.strictObject({
    degrees: z.number().min(-360).max(360).default(90).meta({ description: 'By how much, clockwise.' }),
  });

/** `video.rotate`: turn pictures. */
export const rotate = defineNode({
  type: 'video.rotate',
  summary: 'Turn pictures.',
  details:
    'Quarters of a turn are exact, and swap width and height; other angles keep the size, cut corners off and leave black ones. The angle is live.',
  inputs: { video: video('Pictures to change.') },
  outputs: { video: video('The changed pictures.') },
  options,
  create: ({ inputs, options$, ctx }) => ({
    video: applyVideo(ctx, inputs.video, options$, ({ degrees }) => rotateWork(((degrees % 360) + 360) % 360)),
  }),
});

const QUARTERS: Readonly<Record<number, readonly FilterUse[]>> = {
  90: [{ name: 'transpose', options: { dir: 'clock' } }],
  180: [{ name: 'hflip' }, { name: 'vflip' }],
  270: [{ name: 'transpose', options: { dir: 'cclock' } }],
};

function rotateWork(degrees: number): FilterWork | undefined {
  if (degrees === 0) return undefined;
  const quarter = QUARTERS[degrees];
  if (!quarter) return filterWork([{ name: 'rotate', options: { c: 'black' }, live: { a: (degrees * Math.PI) / 180 } }]);
  const size =
    degrees === 180
      ? undefined
      : { size: ([input]: readonly { width: number; height: number }[]) => ({ width: input!.height, height: input!.width }) };
  return filterWork(quarter, size);
}
