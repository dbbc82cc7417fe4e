import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { Compressor } from '../../media/dsp/compressor.js';
import { Ramp } from '../../media/dsp/ramp.js';
import { multiply } from '../../media/dsp/ring-modulator.js';
import { within } from '../../media/dsp/soft-limit.js';
import { dbToLinear } from '../../media/format.js';
import { frameSamples } from '../../media/frame.js';
import { applyEffect, type Effect } from '../support/effect.js';

const options = () =>
  z.strictObject({
    thresholdDb: z
      .number()
      .min(-80)
      .max(0)
      .default(-18)
      .meta({ description: 'Peak level above which it turns down, in decibels below full scale.' }),
    ratio: z.number().min(1).max(100).default(3).meta({
      description: 'How many decibels more in give one more out above the threshold: 1 changes nothing, 100 is a wall.',
    }),
    attackMs: z.number().min(0.1).max(500).default(10).meta({
      description: 'Time constant of turning down, in milliseconds: by then 63 % of the way is gone. Short ones catch drums.',
    }),
    releaseMs: z.number().min(5).max(5000).default(150).meta({ description: 'Time constant of coming back, in milliseconds.' }),
    kneeDb: z
      .number()
      .min(0)
      .max(40)
      .default(6)
      .meta({ description: 'Width of the bend around the threshold, in decibels; 0 is a corner.' }),
    makeupDb: z.number().min(0).max(36).default(0).meta({ description: 'Gain behind it, in decibels, to make up for the loss.' }),
  });
type Options = z.output<ReturnType<typeof options>>;

/** `effect.compressor`: makes loud and quiet more alike. */
export const compressor = defineNode({
  type: 'effect.compressor',
  summary: 'Turn down what is loud, so that loud and quiet come closer together.',
  details:
    'Feed-forward, in decibels, with a soft knee and the smooth decoupled peak detector of Giannoulis, Massberg and Reiss, "Digital ' +
    'Dynamic Range Compressor Design" (J. Audio Eng. Soc. 60, 2012). Both channels get the same gain, by the louder one, so that ' +
    'the stereo image stays. It adds no delay. For a voice try −24 dB, 3 : 1, 8 dB makeup; the result may exceed full scale by the ' +
    'makeup gain, so put `effect.limiter` behind it.',
  inputs: { audio: audio('Signal to compress.') },
  outputs: { audio: audio('Compressed signal.') },
  options,
  create: ({ inputs, options: start, options$ }) => ({
    audio: applyEffect(inputs.audio, options$, () => createCompressor(start)),
  }),
});

function createCompressor(start: Options): Effect<Options> {
  const compress = new Compressor(start);
  const makeup = new Ramp(1);
  let gains = new Float32Array(0);
  return {
    set(next, first) {
      compress.set(next);
      if (first) makeup.jump(dbToLinear(next.makeupDb));
      else makeup.to(dbToLinear(next.makeupDb));
    },
    run(input, output) {
      const n = frameSamples(input);
      if (input.silent) {
        compress.skip(n);
        makeup.advance(n);
        return input;
      }
      const quiet = compress.idle && input.planes.every((plane) => within(plane, compress.from));
      if (quiet && makeup.settled && makeup.target === 1) return input;
      if (gains.length !== n) gains = new Float32Array(n);
      if (quiet) gains.fill(1);
      else compress.run(input.planes, gains);
      if (!makeup.settled) {
        for (let i = 0; i < n; i++) gains[i] = gains[i]! * makeup.at(i + 1);
        makeup.advance(n);
      } else if (makeup.target !== 1) for (let i = 0; i < n; i++) gains[i] = gains[i]! * makeup.target;
      for (let c = 0; c < input.planes.length; c++) multiply(input.planes[c]!, gains, output.planes[c]!);
      output.silent = false;
      return output;
    },
  };
}
