import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { graphWork } from '../../media/av/video/filter-work.js';
import { fitText } from '../../media/av/video/renderer.js';
import { fitOption } from '../support/video-encode-options.js';
import { applyVideo } from '../support/video-effect.js';

const length = (about: string) =>
  z
    .number()
    .int()
    .min(2)
    .max(4096)
    .multipleOf(2)
    .meta({ description: `${about} in pixels, even.` });

const options = () =>
  z.strictObject({
    width: length('Width'),
    height: length('Height'),
    fit: fitOption,
  });

/** `video.scale`: give pictures another size. */
export const scale = defineNode({
  type: 'video.scale',
  summary: 'Give pictures another size.',
  details: 'Bilinear. Encoders and `sink.file` bring pictures to their own size by themselves.',
  inputs: { video: video('Pictures of any size.') },
  outputs: { video: video('Pictures of the size that is asked for.') },
  options,
  create: ({ inputs, options$, ctx }) => ({
    video: applyVideo(ctx, inputs.video, options$, ({ width, height, fit }) => {
      const text = fitText({ width, height, fit });
      return graphWork(text, ([input], output) => `[${input}]${text}[${output}]`, { size: () => ({ width, height }) });
    }),
  }),
});
