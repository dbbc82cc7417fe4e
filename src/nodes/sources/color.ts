import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { generatedVideo } from '../support/generated-source.js';
import { sizeOptions } from '../support/size-options.js';
import { COLOR } from '../support/video-effect.js';

const options = () =>
  z.strictObject({
    color: z.string().regex(COLOR).default('black').meta({ description: 'The colour: #rrggbb, or a name such as navy.' }),
    ...sizeOptions,
  });

/** `source.color`: one colour. */
export const color = defineNode({
  type: 'source.color',
  summary: 'Give pictures of one colour.',
  details: 'For backgrounds, and for tests. Never ends.',
  inputs: {},
  outputs: { video: video('Pictures of that colour.') },
  options,
  create: ({ options$, ctx }) => ({
    video: generatedVideo(ctx, options$, (given) => `color=c=${given.color}:s=${given.width}x${given.height}`, false),
  }),
});
