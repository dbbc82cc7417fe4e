import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { GATE_MUTE_DB, NoiseGate } from '../../media/dsp/noise-gate.js';
import { multiply } from '../../media/dsp/ring-modulator.js';
import { clearAudioFrame, frameSamples } from '../../media/frame.js';
import { applyEffect, type Effect } from '../support/effect.js';

const options = () =>
  z.strictObject({
    thresholdDb: z
      .number()
      .min(-90)
      .max(0)
      .default(-45)
      .meta({ description: 'Peak level at which it opens, in decibels below full scale.' }),
    hysteresisDb: z.number().min(0).max(40).default(6).meta({
      description:
        'How far below the threshold the level must fall for it to close again, in decibels, so that it does not flutter.',
    }),
    attackMs: z.number().min(0.5).max(500).default(2).meta({ description: 'How long opening takes, in milliseconds.' }),
    holdMs: z
      .number()
      .min(0)
      .max(5000)
      .default(120)
      .meta({ description: 'How long it stays open after the level has fallen, in milliseconds, to bridge the gaps in speech.' }),
    releaseMs: z.number().min(1).max(5000).default(200).meta({ description: 'How long closing takes, in milliseconds.' }),
    rangeDb: z
      .number()
      .min(GATE_MUTE_DB)
      .max(0)
      .default(GATE_MUTE_DB)
      .meta({ description: `Gain while closed, in decibels; ${GATE_MUTE_DB} is complete silence.` }),
  });
type Options = z.output<ReturnType<typeof options>>;

/** `effect.gate`: lets only the loud through. */
export const gate = defineNode({
  type: 'effect.gate',
  summary: 'Close in the pauses, so that noise between words is not heard.',
  details:
    'Both channels open and close together, by the louder one. It opens along a straight line and closes along a straight line in ' +
    'decibels. It adds no delay: the first milliseconds of a word pass while it opens. Complete silence costs nothing further down the ' +
    'graph, and the Opus encoder then sends next to nothing.',
  inputs: { audio: audio('Signal with noise in its pauses.') },
  outputs: { audio: audio('Signal with quiet pauses.') },
  options,
  create: ({ inputs, options: start, options$ }) => ({ audio: applyEffect(inputs.audio, options$, () => createGate(start)) }),
});

const NOTHING: Float32Array[] = [];

function createGate(start: Options): Effect<Options> {
  const gating = new NoiseGate(start);
  let gains = new Float32Array(0);
  return {
    set: (next) => gating.set(next),
    run(input, output) {
      if (input.silent && gating.closed) return input;
      const n = frameSamples(input);
      if (gains.length !== n) gains = new Float32Array(n);
      gating.run(input.silent ? NOTHING : input.planes, gains);
      if (input.silent) return input;
      if (isAll(gains, 1)) return input;
      if (isAll(gains, 0)) {
        output.silent = false;
        clearAudioFrame(output);
        return output;
      }
      for (let c = 0; c < input.planes.length; c++) multiply(input.planes[c]!, gains, output.planes[c]!);
      output.silent = false;
      return output;
    },
  };
}

function isAll(gains: Float32Array, value: number): boolean {
  for (let i = 0; i < gains.length; i++) if (gains[i] !== value) return false;
  return true;
}
