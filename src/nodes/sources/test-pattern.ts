import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { generatedVideo } from '../support/generated-source.js';
import { sizeOptions } from '../support/size-options.js';

const SOURCES = { moving: 'testsrc2', bars: 'smptehdbars', gradient: 'gradients', counter: 'testsrc' } as const;

const options = () =>
  z.strictObject({
    pattern: z.enum(['moving', 'bars', 'gradient', 'counter']).default('moving').meta({
      description:
        'moving: colours with things that move; bars: SMPTE colour bars; gradient: colours that flow; counter: counts seconds.',
    }),
    ...sizeOptions,
  });

/** `source.test-pattern`: pictures to test with. */
export const testPattern = defineNode({
  type: 'source.test-pattern',
  summary: 'Give test pictures.',
  details: "FFmpeg's own (`testsrc2`, `smptehdbars`, `gradients`, `testsrc`), one for each tick, the same each time. Never ends.",
  inputs: {},
  outputs: { video: video('Test pictures.') },
  options,
  fixedOptions: ['pattern'],
  create: ({ options: { pattern }, options$, ctx }) => {
    // The bars are of HDTV and drawn in its colours, which FFmpeg does not say.
    const seed =
      { gradient: ':seed=1:c0=navy:c1=orange:nb_colors=2', bars: ',setparams=colorspace=bt709' }[pattern as string] ?? '';
    const text = ({ width, height }: { width: number; height: number }) =>
      `${SOURCES[pattern]}=s=${width}x${height}:r=${ctx.frameRate}${seed}`;
    return { video: generatedVideo(ctx, options$, text, pattern !== 'bars') };
  },
});
