import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { scaleBy } from '../../media/dsp/gain.js';
import { Lfo } from '../../media/dsp/lfo.js';
import { Ramp } from '../../media/dsp/ramp.js';
import { rotationGains } from '../../media/dsp/rotation.js';
import { frameSamples } from '../../media/frame.js';
import { applyEffect, type Effect } from '../support/effect.js';
import { StereoOutput } from '../support/stereo-output.js';

const options = () =>
  z.strictObject({
    rotationHz: z
      .number()
      .min(0)
      .max(20)
      .default(0.2)
      .meta({ description: 'How often the sound goes round, in hertz: 0.2 is once in five seconds. 0: it stays where it is.' }),
    depth: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .meta({ description: 'How far it goes: 1 all the way to each side, 0 not at all.' }),
  });

/** `effect.rotation`: round the listener. */
export const rotation = defineNode({
  type: 'effect.rotation',
  summary: 'Let a sound go round the listener ("8D audio").',
  details:
    "Lavalink's `rotation`, FFmpeg's `apulsator` with a sine: starts in the middle, then right and left, with constant power, each side 3 dB down " +
    'in the middle and never louder than it was. A mono sound becomes stereo. The sides of a stereo sound are made louder and quieter, not mixed. ' +
    'For headphones; in a mono call it is a tremolo.',
  inputs: { audio: audio('Sound to move.') },
  outputs: { audio: audio('Moved sound, in stereo.') },
  options,
  create: ({ inputs, options$ }) => ({ audio: applyEffect(inputs.audio, options$, createRotation) }),
});

function createRotation(): Effect<z.output<ReturnType<typeof options>>> {
  const lfo = new Lfo(0);
  const depth = new Ramp(0);
  const stereo = new StereoOutput();
  let lefts = new Float64Array(0);
  let rights = new Float64Array(0);
  return {
    set(next, first) {
      lfo.frequencyHz = next.rotationHz;
      if (first) depth.jump(next.depth);
      else depth.to(next.depth);
    },
    run(input) {
      const n = frameSamples(input);
      if (input.silent) {
        lfo.skip(n);
        depth.advance(n);
        return stereo.silence(input);
      }
      if (lefts.length !== n) {
        lefts = new Float64Array(n);
        rights = new Float64Array(n);
      }
      lfo.fill(lefts, rights);
      rotationGains(lefts, depth, lefts, rights);
      depth.advance(n);
      const output = stereo.for(input);
      const [left, right] = input.planes as [Float32Array, Float32Array?];
      scaleBy(left, lefts, output.planes[0]!);
      scaleBy(right ?? left, rights, output.planes[1]!);
      return output;
    },
  };
}
