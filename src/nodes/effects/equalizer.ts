import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { BAND_TYPES, equalizerSections, GRAPHIC_BANDS_HZ } from '../../media/dsp/equalizer-bands.js';
import { applyEffect } from '../support/effect.js';
import { createFilterEffect } from '../support/filter-effect.js';

const band = z.strictObject({
  type: z.enum(BAND_TYPES).default('peaking').meta({ description: 'Shape of the band.' }),
  frequencyHz: z.number().min(10).max(22_000).meta({ description: 'Centre, or corner of shelves and passes, in hertz.' }),
  gainDb: z
    .number()
    .min(-30)
    .max(24)
    .default(0)
    .meta({ description: 'Gain of a peak or shelf, in decibels; the other types have none.' }),
  q: z
    .number()
    .min(0.1)
    .max(40)
    .default(Math.SQRT1_2)
    .meta({ description: 'Quality, centre over width: 0.7 is two octaves wide, 1.4 one, 4.3 a third of one.' }),
});

const options = () =>
  z.strictObject({
    bands: z
      .array(band)
      .max(16)
      .default([])
      .meta({ description: 'Parametric bands: up to 16, in the order the signal passes them.' }),
    gainsDb: z
      .array(z.number().min(-30).max(24))
      .max(GRAPHIC_BANDS_HZ.length)
      .default([])
      .meta({
        description: `Gains of fifteen fixed bands in decibels, from the lowest; missing ones are 0. Their centres: ${GRAPHIC_BANDS_HZ.join(', ')} Hz.`,
      }),
  });
type Options = z.output<ReturnType<typeof options>>;

/** `effect.equalizer`: tone control. */
export const equalizer = defineNode({
  type: 'effect.equalizer',
  summary: 'Make bands of frequencies louder or quieter.',
  details:
    "Parametric bands by the Audio EQ Cookbook (FFmpeg's `equalizer` with `t=q`; the `q` of its `bass` and `treble` is this one divided by √2), and the fifteen bands " +
    'that Lavalink has, each two thirds of an octave wide. Both may be used together. Lavalink states a gain as g from −0.25 to 1; in decibels ' +
    'that is 20·log10(1 + g). Peaks and shelves of 0 dB cost nothing; without any band frames pass through untouched. A change fades over in ' +
    '20 ms. Boosts may exceed full scale; mixers and encoders limit it.',
  inputs: { audio: audio('Signal to shape.') },
  outputs: { audio: audio('Shaped signal, not clipped.') },
  options,
  passesThrough: ({ bands, gainsDb }) => equalizerSections(bands, gainsDb).length === 0,
  create: ({ inputs, options$ }) => ({ audio: applyEffect(inputs.audio, options$, createEqualizer) }),
});

const createEqualizer = () => createFilterEffect(({ bands, gainsDb }: Options) => equalizerSections(bands, gainsDb));
