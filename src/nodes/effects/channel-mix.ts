import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { StereoMatrix } from '../../media/dsp/stereo-matrix.js';
import { frameSamples } from '../../media/frame.js';
import { applyEffect, type Effect } from '../support/effect.js';
import { StereoOutput } from '../support/stereo-output.js';

const share = (from: string, to: string, standard: number) =>
  z
    .number()
    .min(-2)
    .max(2)
    .default(standard)
    .meta({
      description: `How much of the ${from} channel comes to the ${to} one, as a factor; negative: with its polarity turned.`,
    });

const options = () =>
  z.strictObject({
    leftToLeft: share('left', 'left', 1),
    leftToRight: share('left', 'right', 0),
    rightToLeft: share('right', 'left', 0),
    rightToRight: share('right', 'right', 1),
  });

/** `effect.channel-mix`: left and right made of left and right. */
export const channelMix = defineNode({
  type: 'effect.channel-mix',
  summary: 'Make left and right anew of left and right: swap, narrow, widen or leave out sides.',
  details:
    "Lavalink's `channelMix`. All four 0.5 is mono on both sides; 0, 1, 1, 0 swaps them. A mono signal counts as both channels and becomes " +
    'stereo. A change arrives within 10 ms. With the defaults frames pass through untouched, mono as mono.',
  inputs: { audio: audio('Signal to mix anew.') },
  outputs: { audio: audio('Stereo, not clipped.') },
  options,
  passesThrough: ({ leftToLeft, leftToRight, rightToLeft, rightToRight }) =>
    leftToLeft === 1 && leftToRight === 0 && rightToLeft === 0 && rightToRight === 1,
  create: ({ inputs, options$ }) => ({ audio: applyEffect(inputs.audio, options$, createChannelMix) }),
});

function createChannelMix(): Effect<z.output<ReturnType<typeof options>>> {
  const matrix = new StereoMatrix();
  const stereo = new StereoOutput();
  return {
    set: (gains, first) => matrix.set(gains, first),
    run(input) {
      if (matrix.identity) return input;
      const [left, right] = input.planes as [Float32Array, Float32Array?];
      if (!input.silent) {
        const output = stereo.for(input);
        matrix.run(left, right ?? left, output.planes[0]!, output.planes[1]!);
        matrix.advance(frameSamples(input));
        return output;
      }
      matrix.advance(frameSamples(input));
      return stereo.silence(input);
    },
  };
}
