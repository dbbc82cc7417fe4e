import { z } from 'zod';
import type { BiquadCoefficients } from '../../media/dsp/biquad.js';
import { ChangingFilter } from '../../media/dsp/changing-filter.js';
import type { Effect } from './effect.js';

/** The option `frequencyHz` of a filter. */
export function filterFrequencyOption(about: string, defaultHz: number) {
  return z
    .number()
    .min(10)
    .max(22_000)
    .default(defaultHz)
    .meta({ description: `${about}, in hertz.` });
}

/** The option `order` of a filter. */
export function filterOrderOption(about: string) {
  return z
    .union([z.literal(2), z.literal(4)])
    .default(2)
    .meta({ description: about });
}

/** An effect that is second-order filters in a row: those that `sectionsOf` says for the options. A change fades over in 20 ms. */
export function createFilterEffect<O>(sectionsOf: (options: O) => readonly BiquadCoefficients[]): Effect<O> {
  const filter = new ChangingFilter();
  return {
    set: (options, first) => filter.set(sectionsOf(options), first),
    run(input, output) {
      if (filter.idle || (input.silent && filter.empty)) {
        filter.pass();
        return input;
      }
      filter.run(input.planes, output.planes);
      output.silent = false;
      return output;
    },
  };
}
