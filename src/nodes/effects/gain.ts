import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { scale, scaleByRamp } from '../../media/dsp/gain.js';
import { Ramp } from '../../media/dsp/ramp.js';
import { dbToLinear } from '../../media/format.js';
import { frameSamples } from '../../media/frame.js';
import { applyEffect, type Effect } from '../support/effect.js';

const options = () =>
  z.strictObject({
    gainDb: z
      .number()
      .min(-60)
      .max(24)
      .default(0)
      .meta({ description: 'Gain in decibels: 0 changes nothing, −6 halves, 6 doubles, −60 is as good as mute.' }),
  });

/** `effect.gain`: louder or quieter. */
export const gain = defineNode({
  type: 'effect.gain',
  summary: 'Make a signal louder or quieter by a fixed number of decibels.',
  details:
    'A change while it runs arrives within 10 ms, without a click. The result may exceed full scale; mixers and encoders limit ' +
    'it. At 0 dB the frames pass through untouched.',
  inputs: { audio: audio('Signal to scale.') },
  outputs: { audio: audio('Scaled signal, not clipped.') },
  options,
  passesThrough: ({ gainDb }) => gainDb === 0,
  create: ({ inputs, options$ }) => ({ audio: applyEffect(inputs.audio, options$, createGain) }),
});

function createGain(): Effect<z.output<ReturnType<typeof options>>> {
  const factor = new Ramp(1);
  return {
    set({ gainDb }, first) {
      if (first) factor.jump(dbToLinear(gainDb));
      else factor.to(dbToLinear(gainDb));
    },
    passes: () => factor.settled && factor.target === 1,
    run(input, output) {
      const settled = factor.settled;
      if (!settled) {
        for (let c = 0; c < input.planes.length; c++) scaleByRamp(input.planes[c]!, output.planes[c]!, factor);
        factor.advance(frameSamples(input));
      }
      if (input.silent || (settled && factor.target === 1)) return input;
      if (settled) for (let c = 0; c < input.planes.length; c++) scale(input.planes[c]!, output.planes[c]!, factor.target);
      output.silent = false;
      return output;
    },
  };
}
