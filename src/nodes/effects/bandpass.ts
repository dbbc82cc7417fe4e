import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { bandpassSections } from '../../media/dsp/filter-design.js';
import { applyEffect } from '../support/effect.js';
import { createFilterEffect, filterFrequencyOption, filterOrderOption } from '../support/filter-effect.js';

const options = () =>
  z.strictObject({
    frequencyHz: filterFrequencyOption('Centre of the band', 1000),
    q: z
      .number()
      .min(0.1)
      .max(20)
      .default(Math.SQRT1_2)
      .meta({ description: 'Centre over width: 0.7071 is about two octaves wide, 1.4 one.' }),
    order: filterOrderOption('Steepness: 2 falls by 6 dB an octave on each side, 4 by 12 and is flat within the band.'),
  });
type Options = z.output<ReturnType<typeof options>>;

/** `effect.bandpass`: one band of frequencies. */
export const bandpass = defineNode({
  type: 'effect.bandpass',
  summary: 'Leave only a band of frequencies of a signal.',
  details:
    'A telephone is about `{ "frequencyHz": 1000, "q": 0.35, "order": 4 }`. 0 dB at the centre, 3 dB down at the edges of a band ' +
    "`frequencyHz / q` wide. The second order is FFmpeg's `bandpass` and that of the Audio EQ Cookbook, the fourth the Butterworth band-pass. A " +
    'change fades over in 20 ms.',
  inputs: { audio: audio('Signal to filter.') },
  outputs: { audio: audio('What is within the band.') },
  options,
  create: ({ inputs, options$ }) => ({ audio: applyEffect(inputs.audio, options$, createBandpass) }),
});

const createBandpass = () => createFilterEffect(({ frequencyHz, q, order }: Options) => bandpassSections(frequencyHz, q, order));
