import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { ChangingFilter } from '../../media/dsp/changing-filter.js';
import { karaokeBand } from '../../media/dsp/karaoke-band.js';
import { averageInto } from '../../media/dsp/mix.js';
import { Ramp } from '../../media/dsp/ramp.js';
import { frameSamples } from '../../media/frame.js';
import { applyEffect, type Effect } from '../support/effect.js';

const options = () =>
  z.strictObject({
    level: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .meta({ description: 'How much of the middle is taken out: 0 nothing, 1 all that both sides have in common.' }),
    monoLevel: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .meta({ description: 'How much of the band around `filterBandHz` is given back of the middle, as a factor.' }),
    filterBandHz: z
      .number()
      .min(20)
      .max(10_000)
      .default(220)
      .meta({ description: 'Centre of the band that is given back, in hertz: low, for bass and drums.' }),
    filterWidthHz: z.number().min(10).max(10_000).default(100).meta({ description: 'Width of that band, in hertz.' }),
  });

/** `effect.karaoke`: without the singer. */
export const karaoke = defineNode({
  type: 'effect.karaoke',
  summary: 'Take what is in the middle, mostly the singer, out of music.',
  details:
    "Lavalink's `karaoke`, with its defaults: each side less the other one, plus a band of their average. It needs stereo: of a mono sound only the " +
    'band is left. The two sides of the result are each other turned round, so that in a mono call only the band is heard; there, follow it with ' +
    '`effect.channel-mix` of `{ "rightToLeft": 0, "leftToRight": 1, "rightToRight": 0 }`. The result may exceed full scale by 6 dB; mixers and ' +
    'encoders limit it. At level 0 frames pass through untouched.',
  inputs: { audio: audio('Music, in stereo.') },
  outputs: { audio: audio('The music without its middle, not clipped.') },
  options,
  passesThrough: ({ level }) => level === 0,
  create: ({ inputs, options$ }) => ({ audio: applyEffect(inputs.audio, options$, createKaraoke) }),
});

function createKaraoke(): Effect<z.output<ReturnType<typeof options>>> {
  const filter = new ChangingFilter();
  const taken = new Ramp(0);
  const given = new Ramp(0);
  let middle = [new Float32Array(0)];
  let band = [new Float32Array(0)];
  return {
    set(next, first) {
      filter.set([karaokeBand(next.filterBandHz, next.filterWidthHz)], first);
      if (first) {
        taken.jump(next.level);
        given.jump(next.level * next.monoLevel);
      } else {
        taken.to(next.level);
        given.to(next.level * next.monoLevel);
      }
    },
    run(input, output) {
      const n = frameSamples(input);
      const off = taken.settled && taken.target === 0;
      if (off || (input.silent && filter.empty)) {
        filter.pass();
        taken.advance(n);
        given.advance(n);
        return input;
      }
      if (middle[0]!.length !== n) {
        middle = [new Float32Array(n)];
        band = [new Float32Array(n)];
      }
      const [left, right = left] = input.planes as [Float32Array, Float32Array?];
      averageInto(middle[0]!, left, right);
      filter.run(middle, band);
      const back = band[0]!;
      for (let c = 0; c < input.planes.length; c++) {
        const near = input.planes[c]!;
        const far = c === 0 ? right : left;
        const to = output.planes[c]!;
        if (taken.settled && given.settled) {
          const [less, more] = [taken.target, given.target];
          for (let i = 0; i < n; i++) to[i] = near[i]! - less * far[i]! + more * back[i]!;
        } else for (let i = 0; i < n; i++) to[i] = near[i]! - taken.at(i + 1) * far[i]! + given.at(i + 1) * back[i]!;
      }
      taken.advance(n);
      given.advance(n);
      output.silent = false;
      return output;
    },
  };
}
