import { map } from 'rxjs';
import { z } from 'zod';
import type { AudioReader } from '../../media/av/audio-reader.js';
import { openDevice } from '../../media/av/open-device.js';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { channelsOption } from '../support/channels.js';
import { playerOutput } from '../support/player-output.js';
import { fileOptions } from './file.js';

const options = () =>
  z.strictObject({
    format: z
      .enum(['auto', 'alsa', 'pulse', 'avfoundation', 'dshow'])
      .default('auto')
      .meta({ description: 'Kind of device; auto: the usual one of this operating system.' }),
    device: z
      .string()
      .default('')
      .meta({ description: "Name of the device, such as hw:1,0 for alsa; empty: the system's own choice." }),
    channels: channelsOption('Channels of the output, whatever the device has'),
  });

/** `source.device`: a microphone or line input of this machine. */
export const device = defineNode({
  type: 'source.device',
  summary: 'Play what a sound device of this machine hears.',
  details:
    "A microphone, a line input or a loopback, by FFmpeg's devices: alsa on Linux, avfoundation on macOS, dshow on Windows (pulse where " +
    'FFmpeg has it). It is live: what comes while it is paused is dropped. Up to 0.3 s wait between the device and the graph; what a ' +
    'device that runs fast gives beyond that is dropped by the device.\n\n' +
    'Commands: `pause`, `play`. Events: those of a live `source.url`.',
  inputs: {},
  outputs: { audio: audio('What the device hears.') },
  options,
  fixedOptions: ['channels'],
  live: true,
  create: ({ options: first, options$, ctx }) => {
    const asFile = (given: z.output<ReturnType<typeof options>>) => ({
      ...fileOptions.parse({ src: `${given.format}:${given.device}`, channels: given.channels }),
      given,
    });
    return {
      audio: playerOutput(ctx, asFile(first), options$.pipe(map(asFile)), {
        type: 'source.device',
        open: async ({ given }, signal): Promise<AudioReader> => {
          const reader = await openDevice(given.format, given.device);
          if (signal.aborted) reader.close();
          signal.throwIfAborted();
          return reader;
        },
      }),
    };
  },
});
