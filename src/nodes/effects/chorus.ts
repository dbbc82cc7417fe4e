import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { Chorus, type ChorusLayout } from '../../media/dsp/chorus.js';
import { applyEffect, type Effect } from '../support/effect.js';

const options = () =>
  z.strictObject({
    voices: z.int().min(1).max(6).default(3).meta({ description: 'How many voices join in.' }),
    frequencyHz: z.number().min(0.05).max(10).default(0.8).meta({ description: 'How often each voice wavers, in hertz.' }),
    delayMs: z
      .number()
      .min(10)
      .max(60)
      .default(25)
      .meta({ description: 'How far the voices come behind on average, in milliseconds.' }),
    depthMs: z
      .number()
      .min(0)
      .max(9)
      .default(2)
      .meta({ description: 'How far they waver about that to each side, in milliseconds.' }),
    mix: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .meta({ description: 'How much of the voices: 0 is the signal as it was, 1 nothing but the voices.' }),
    spread: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .meta({ description: 'How far left and right waver apart in stereo: 0 together, 1 by a quarter of a period.' }),
  });
type Options = z.output<ReturnType<typeof options>>;

/** `effect.chorus`: several voices. */
export const chorus = defineNode({
  type: 'effect.chorus',
  summary: 'Make one voice or instrument sound as several.',
  details:
    'Each voice is the signal at a delay that wavers in a sine, the voices evenly spread over its period. Together they are as loud as the ' +
    'signal (their sum is divided by the root of their number). The signal itself is not delayed. Up to 70 ms of voices sound on after it.',
  inputs: { audio: audio('Signal to multiply.') },
  outputs: { audio: audio('The signal among its voices.') },
  options,
  create: ({ inputs, options$ }) => ({ audio: applyEffect(inputs.audio, options$, createChorus) }),
});

function createChorus(): Effect<Options> {
  const chorusLine = new Chorus();
  return {
    set(next, first) {
      const layout: ChorusLayout = {
        voices: next.voices,
        delay: next.delayMs * 48,
        depth: next.depthMs * 48,
        spread: next.spread,
      };
      chorusLine.set(layout, next.frequencyHz, next.mix, first);
    },
    run(input, output) {
      if (!chorusLine.run(input.planes, input.silent, output.planes)) return input;
      output.silent = false;
      return output;
    },
  };
}
