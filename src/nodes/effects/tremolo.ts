import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { scaleBy } from '../../media/dsp/gain.js';
import { Lfo } from '../../media/dsp/lfo.js';
import { Ramp } from '../../media/dsp/ramp.js';
import { frameSamples } from '../../media/frame.js';
import { applyEffect, type Effect } from '../support/effect.js';

const options = () =>
  z.strictObject({
    frequencyHz: z.number().min(0.1).max(100).default(5).meta({ description: 'How often the sound swells, in hertz.' }),
    depth: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .meta({ description: 'How far it fades between: 0 not at all, 0.5 to half its level, 1 to silence.' }),
  });

/** `effect.tremolo`: swells. */
export const tremolo = defineNode({
  type: 'effect.tremolo',
  summary: 'Make a signal swell and fade in a steady rhythm.',
  details:
    "FFmpeg's and Lavalink's `tremolo`: a sine between full level, where it starts, and 1 − depth. Never louder than the signal. At a depth of 0 " +
    'frames pass through untouched.',
  inputs: { audio: audio('Signal to move.') },
  outputs: { audio: audio('Moved signal.') },
  options,
  passesThrough: ({ depth }) => depth === 0,
  create: ({ inputs, options$ }) => ({ audio: applyEffect(inputs.audio, options$, createTremolo) }),
});

function createTremolo(): Effect<z.output<ReturnType<typeof options>>> {
  const lfo = new Lfo(0);
  const depth = new Ramp(0);
  let sines = new Float64Array(0);
  let cosines = new Float64Array(0);
  return {
    set(next, first) {
      lfo.frequencyHz = next.frequencyHz;
      if (first) depth.jump(next.depth);
      else depth.to(next.depth);
    },
    run(input, output) {
      const n = frameSamples(input);
      if (input.silent || (depth.settled && depth.target === 0)) {
        lfo.skip(n);
        depth.advance(n);
        return input;
      }
      if (sines.length !== n) {
        sines = new Float64Array(n);
        cosines = new Float64Array(n);
      }
      lfo.fill(sines, cosines);
      const gains = cosines;
      for (let i = 0; i < n; i++) gains[i] = 1 - depth.at(i + 1) * (0.5 - 0.5 * cosines[i]!);
      for (let c = 0; c < input.planes.length; c++) scaleBy(input.planes[c]!, gains, output.planes[c]!);
      depth.advance(n);
      output.silent = false;
      return output;
    },
  };
}
