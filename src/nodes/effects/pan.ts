import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { monoPan, stereoPan } from '../../media/dsp/pan-law.js';
import { StereoMatrix } from '../../media/dsp/stereo-matrix.js';
import { frameSamples } from '../../media/frame.js';
import { applyEffect, type Effect } from '../support/effect.js';
import { StereoOutput } from '../support/stereo-output.js';

const options = () =>
  z.strictObject({
    pan: z.number().min(-1).max(1).default(0).meta({ description: 'Where the sound is: −1 left, 0 in the middle, 1 right.' }),
  });

/** `effect.pan`: left or right. */
export const pan = defineNode({
  type: 'effect.pan',
  summary: 'Place a sound between left and right.',
  details:
    'Constant power, as the `StereoPannerNode` of browsers. A mono sound becomes stereo, each side 3 dB down in the middle. A stereo sound passes ' +
    'through untouched in the middle; to the left its right side is moved over to the left, and the other way round, so that nothing is lost: ' +
    'what both sides have is up to 6 dB louder there, and mixers and encoders limit it. A change arrives within 10 ms.',
  inputs: { audio: audio('Sound to place.') },
  outputs: { audio: audio('The sound in its place: stereo, not clipped.') },
  options,
  create: ({ inputs, options$ }) => ({ audio: applyEffect(inputs.audio, options$, createPan) }),
});

function createPan(): Effect<z.output<ReturnType<typeof options>>> {
  const ofMono = new StereoMatrix();
  const ofStereo = new StereoMatrix();
  const stereo = new StereoOutput();
  return {
    set(next, first) {
      ofMono.set(monoPan(next.pan), first);
      ofStereo.set(stereoPan(next.pan), first);
    },
    run(input) {
      const [left, right] = input.planes as [Float32Array, Float32Array?];
      if (right && ofStereo.identity) return input;
      let output = input;
      if (input.silent) output = stereo.silence(input);
      else {
        output = stereo.for(input);
        (right ? ofStereo : ofMono).run(left, right ?? left, output.planes[0]!, output.planes[1]!);
      }
      ofMono.advance(frameSamples(input));
      ofStereo.advance(frameSamples(input));
      return output;
    },
  };
}
