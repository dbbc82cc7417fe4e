import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { LookaheadLimiter } from '../../media/dsp/lookahead-limiter.js';
import { usToSamples } from '../../media/format.js';
import { frameSamples } from '../../media/frame.js';
import { applyEffect, type Effect } from '../support/effect.js';

const options = () =>
  z.strictObject({
    ceilingDb: z
      .number()
      .min(-40)
      .max(0)
      .default(-1)
      .meta({ description: 'What no sample ever exceeds, in decibels below full scale.' }),
    releaseMs: z
      .number()
      .min(5)
      .max(2000)
      .default(80)
      .meta({ description: 'Time constant of the way back after a peak, in milliseconds.' }),
    lookAheadMs: z
      .number()
      .min(1)
      .max(5)
      .default(5)
      .meta({ description: 'How long before a peak it begins to turn down, in milliseconds; the sound comes as much later.' }),
    truePeak: z.boolean().default(true).meta({
      description: 'Keep below the ceiling also what lies between samples and appears when they are played or encoded (dBTP).',
    }),
  });
type Options = z.output<ReturnType<typeof options>>;

/** `effect.limiter`: a ceiling. */
export const limiter = defineNode({
  type: 'effect.limiter',
  summary: 'Keep a signal below a ceiling without distorting it.',
  details:
    'It looks ahead: the gain goes down before a peak and comes back after it; both channels get the same. No sample ever exceeds the ' +
    'ceiling. With `truePeak` peaks between samples are found by the four times oversampling of ITU-R BS.1770-4, Annex 2, and kept below ' +
    'it too (within 0.05 dB of what that filter finds). Sound below the ceiling comes out as it was, `lookAheadMs` later. The stream ends ' +
    'with its input: the last `lookAheadMs` are cut.',
  inputs: { audio: audio('Signal to limit.') },
  outputs: { audio: audio('Signal that stays below the ceiling.') },
  options,
  fixedOptions: ['lookAheadMs'],
  latencyMs: ({ lookAheadMs }) => lookAheadMs,
  create: ({ inputs, options: start, options$ }) => ({ audio: applyEffect(inputs.audio, options$, () => createLimiter(start)) }),
});

function createLimiter(start: Options): Effect<Options> {
  const limit = new LookaheadLimiter(usToSamples(start.lookAheadMs * 1000), start);
  return {
    set: (next) => limit.set(next),
    run(input, output) {
      if (input.silent && limit.empty) {
        limit.skip(frameSamples(input));
        return input;
      }
      limit.run(input.planes, output.planes);
      output.silent = false;
      return output;
    },
  };
}
