import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { passSections } from '../../media/dsp/filter-design.js';
import { applyEffect } from '../support/effect.js';
import { createFilterEffect, filterFrequencyOption, filterOrderOption } from '../support/filter-effect.js';

const options = () =>
  z.strictObject({
    frequencyHz: filterFrequencyOption('Where the filter begins to work: 3 dB down with the default q', 100),
    q: z
      .number()
      .min(0.1)
      .max(20)
      .default(Math.SQRT1_2)
      .meta({ description: 'Gain at `frequencyHz` as a factor: 0.7071 is flat, above 1 it resonates.' }),
    order: filterOrderOption('Steepness: 2 falls by 12 dB an octave, 4 by 24.'),
  });
type Options = z.output<ReturnType<typeof options>>;

/** `effect.highpass`: takes the lows out. */
export const highpass = defineNode({
  type: 'effect.highpass',
  summary: 'Take the lows out of a signal.',
  details:
    "Rumble, hum and pops of a microphone go at 80 to 150 Hz; a thin voice comes at 500 and more. With the default q it is a Butterworth filter of its order: second order as FFmpeg's `highpass` " +
    'and the Audio EQ Cookbook have it. A change fades over in 20 ms.',
  inputs: { audio: audio('Signal to filter.') },
  outputs: { audio: audio('What is above the corner.') },
  options,
  create: ({ inputs, options$ }) => ({ audio: applyEffect(inputs.audio, options$, createHighpass) }),
});

const createHighpass = () =>
  createFilterEffect(({ frequencyHz, q, order }: Options) => passSections('highpass', frequencyHz, q, order));
