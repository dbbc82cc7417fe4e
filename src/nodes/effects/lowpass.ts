import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { passSections } from '../../media/dsp/filter-design.js';
import { applyEffect } from '../support/effect.js';
import { createFilterEffect, filterFrequencyOption, filterOrderOption } from '../support/filter-effect.js';

const options = () =>
  z.strictObject({
    frequencyHz: filterFrequencyOption('Where the filter begins to work: 3 dB down with the default q', 1000),
    q: z
      .number()
      .min(0.1)
      .max(20)
      .default(Math.SQRT1_2)
      .meta({ description: 'Gain at `frequencyHz` as a factor: 0.7071 is flat, above 1 it resonates.' }),
    order: filterOrderOption('Steepness: 2 falls by 12 dB an octave, 4 by 24.'),
  });
type Options = z.output<ReturnType<typeof options>>;

/** `effect.lowpass`: muffles. */
export const lowpass = defineNode({
  type: 'effect.lowpass',
  summary: 'Take the highs out of a signal.',
  details:
    "Muffled, as through a wall, at 300 to 1000 Hz; milder above. With the default q it is a Butterworth filter of its order: second order as FFmpeg's `lowpass` " +
    'and the Audio EQ Cookbook have it. A change fades over in 20 ms.',
  inputs: { audio: audio('Signal to filter.') },
  outputs: { audio: audio('What is below the corner.') },
  options,
  create: ({ inputs, options$ }) => ({ audio: applyEffect(inputs.audio, options$, createLowpass) }),
});

const createLowpass = () =>
  createFilterEffect(({ frequencyHz, q, order }: Options) => passSections('lowpass', frequencyHz, q, order));
