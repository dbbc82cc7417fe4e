import { EMPTY } from 'rxjs';
import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { MAX_QUEUE_FRAMES, OVERFLOW_POLICIES } from '../../graph/file.js';
import { audio, optional, packets } from '../../graph/ports.js';

/** `flow.queue`: a crossing between two clocks. */
export const queue = defineNode({
  type: 'flow.queue',
  summary: 'Put a bounded queue between two clocks.',
  details:
    'The same as `"queue": { … }` on the wire into it, under a name of its own, for one crossing that feeds several nodes. What is before ' +
    'it runs on one beat, what is behind on another: audio leaves one frame each tick, silence when there is none; packets leave as many ' +
    'as fill a tick. Depth, passed, dropped and underruns are counted, and stand among the queues of the statistics. It holds what was ' +
    'not taken yet when its input ends. On one clock it hands on at once what comes.',
  inputs: { audio: optional(audio('Frames to queue.')), packets: optional(packets('Packets to queue.')) },
  outputs: { audio: audio('The frames, on the beat behind it.'), packets: packets('The packets, on the beat behind it.') },
  options: z.strictObject({
    frames: z
      .number()
      .int()
      .min(1)
      .max(MAX_QUEUE_FRAMES)
      .default(5)
      .meta({ description: 'How many frames or packets it holds at most.' }),
    overflow: z
      .enum(OVERFLOW_POLICIES)
      .default('drop-oldest')
      .meta({ description: 'What happens to one more. block waits, and is for offline graphs only.' }),
  }),
  fixedOptions: ['frames', 'overflow'],
  bypass: { audio: 'audio', packets: 'packets' },
  inputQueue: ({ frames, overflow }) => ({ frames, overflow }),
  create: ({ inputs }) => ({ audio: inputs.audio ?? EMPTY, packets: inputs.packets ?? EMPTY }),
});
