import { z } from 'zod';
import { audioPerTick } from '../../graph/audio-operators.js';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { clearAudioFrame } from '../../media/frame.js';
import { channelsOption } from '../support/channels.js';
import { cutAt, durationMsOption } from '../support/duration.js';

/** `source.silence`: frames that hold nothing. */
export const silence = defineNode({
  type: 'source.silence',
  summary: 'Give silence.',
  details: 'Keeps a mixer or a call fed when nothing else plays. Silent frames cost next to nothing on their way.',
  inputs: {},
  outputs: { audio: audio('Silence.') },
  options: z.strictObject({ channels: channelsOption('Channels'), durationMs: durationMsOption }),
  fixedOptions: ['channels', 'durationMs'],
  create: ({ options, ctx }) => ({
    audio: audioPerTick(ctx, options.channels, () => {
      const cut = cutAt(options.durationMs);
      return (frame) => {
        clearAudioFrame(frame);
        return cut(frame);
      };
    }),
  }),
});
