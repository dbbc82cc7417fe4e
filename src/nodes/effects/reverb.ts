import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { MAX_ROOM_METERS, MIN_ROOM_METERS } from '../../media/dsp/feedback-network.js';
import { MAX_PRE_DELAY_MS, Reverb } from '../../media/dsp/reverb.js';
import { frameSamples } from '../../media/frame.js';
import { applyEffect, type Effect } from '../support/effect.js';

const options = () =>
  z.strictObject({
    roomMeters: z.number().min(MIN_ROOM_METERS).max(MAX_ROOM_METERS).default(10).meta({
      description:
        'Distance between the walls in metres, which sets how dense the echoes are: 3 a bathroom, 10 a hall, 30 a church.',
    }),
    decaySec: z
      .number()
      .min(0.1)
      .max(20)
      .default(1.5)
      .meta({ description: 'Time in which the reverberation falls by 60 dB (RT60), in seconds.' }),
    dampingHz: z.number().min(500).max(20_000).default(6000).meta({
      description: 'Frequency that dies twice as fast, in hertz; higher ones die faster. Curtains: 2000; tiles: 12000.',
    }),
    preDelayMs: z
      .number()
      .min(0)
      .max(MAX_PRE_DELAY_MS)
      .default(20)
      .meta({ description: 'Time from the sound to the room’s answer, in milliseconds; keeps words clear.' }),
    widthPercent: z
      .number()
      .min(0)
      .max(100)
      .default(100)
      .meta({ description: 'Width of the reverberation in stereo: 0 is in the middle, 100 all around. Per cent.' }),
    mix: z
      .number()
      .min(0)
      .max(1)
      .default(0.25)
      .meta({ description: 'How much room: 0 is the sound alone, 1 nothing but the room.' }),
  });
type Options = z.output<ReturnType<typeof options>>;

/** `effect.reverb`: a room. */
export const reverb = defineNode({
  type: 'effect.reverb',
  summary: 'Put a signal into a room, from a bathroom to a church.',
  details:
    'A feedback delay network of eight lines behind four diffusers a side (Jot and Chaigne 1991, Dattorro 1997). The sound itself is not ' +
    'delayed. It sounds on through silence until it is below −160 dB, then costs nothing. The stream ends with its input: what has not ' +
    'sounded by then is cut, so that a node never changes a duration; put silence behind the input to hear it. Mono stays mono. ' +
    'Changes, also of the room’s size, take 20 ms, and what sounds in the room sounds on.',
  inputs: { audio: audio('Signal to put into the room.') },
  outputs: { audio: audio('The signal in the room.') },
  options,
  create: ({ inputs, options: start, options$ }) => ({
    audio: applyEffect(inputs.audio, options$, () => createReverb(start)),
  }),
});

function createReverb(start: Options): Effect<Options> {
  const settingsOf = (next: Options) => ({ ...next, width: next.widthPercent / 100 });
  const room = new Reverb(settingsOf(start));
  return {
    set(next, first) {
      if (!first) room.set(settingsOf(next));
    },
    run(input, output) {
      if (room.dry) {
        room.clear();
        room.skip(frameSamples(input));
        return input;
      }
      if (input.silent && room.empty) {
        room.skip(frameSamples(input));
        return input;
      }
      room.run(input.planes, output.planes, input.silent);
      output.silent = false;
      return output;
    },
  };
}
