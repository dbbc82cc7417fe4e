import { z } from 'zod';
import { VoxError, voxError } from '../../errors.js';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { PcmInput } from '../../media/av/pcm-input.js';
import { SampleQueue } from '../../media/dsp/sample-queue.js';
import { channelsOption } from '../support/channels.js';
import { CommandOutput } from '../support/command-output.js';
import { pcmOptions } from '../support/pcm-options.js';
import { feedOutput, SampleFeed } from '../support/sample-feed.js';

/** Samples that are converted ahead: half a second. */
const AHEAD = 24_000;

/** Bytes that are converted at once; at the lowest sample rate they still fit behind what is ahead. */
const PIECE = 4096;

/** Room for what one piece may become: 4096 bytes of 16-bit mono at 2 kHz are 49 152 samples. */
const ROOM = 64_000;

/** `source.process`: what a command writes. */
export const processSource = defineNode({
  type: 'source.process',
  summary: 'Play raw samples that a command writes to its standard output.',
  details:
    'For programs that make or fetch sound, such as a speech synthesiser. The command is started directly, never through a shell: arguments ' +
    'are passed as they are. Half a second is read ahead; then the pipe fills up and the command waits. At the end of the graph it ' +
    'is killed together with everything it started.\n\n' +
    'Commands can do anything, so whoever runs the graph must allow it: `--allow-process`.\n\n' +
    'Events: `stream.started`, `stream.ended { reason, problem? }` with the reason `finished`, `failed` or `stopped`. A failure names the ' +
    'exit code and the last lines of standard error; one that gave no sound at all is tried again.',
  inputs: {},
  outputs: { audio: audio('Its samples as 48 kHz sound; ends with the command.') },
  options: z.strictObject({
    command: z.string().min(1).meta({ description: 'Program to run: a name that is looked up on the PATH, or a path.' }),
    args: z.array(z.string()).default([]).meta({ description: 'Its arguments.' }),
    ...pcmOptions,
    channels: channelsOption('Channels of the output, whatever the command writes'),
  }),
  fixedOptions: ['command', 'args', 'format', 'sampleRateHz', 'inputChannels', 'channels'],
  mayEnd: () => 'ends with its command',
  create: ({ options, ctx }) => {
    const { command, args, format, sampleRateHz, inputChannels, channels } = options;
    if (!ctx.permissions.process) throw voxError('PROCESS_FORBIDDEN', { node: ctx.nodeId, command });
    const queue = new SampleQueue(channels, AHEAD + ROOM);
    const feed = new SampleFeed(queue, 0);
    const pcm = new PcmInput({ format, sampleRateHz, channels: inputChannels }, channels);
    const keep = (planes: readonly Float32Array[], count: number) => void queue.write(planes, count);
    const refill = () => {
      while (queue.length < AHEAD && !feed.ended) {
        const bytes = output.take(PIECE);
        if (bytes) pcm.push(bytes, keep);
        else if (!output.over) break;
        else {
          pcm.drain(keep);
          feed.ended = true;
        }
      }
      feed.wrote();
    };
    const output = new CommandOutput(command, args, refill);
    let sounded = false;
    let told = false;
    const end = (reason: string, data: object = {}) => {
      if (!told) ctx.emit({ type: 'stream.ended', reason, ...data });
      told = true;
    };
    ctx.defer(() => {
      output.stop();
      pcm.close();
      if (sounded) end('stopped');
    });
    const audio$ = feedOutput(ctx, feed, channels, {
      refill,
      started: () => {
        sounded = true;
        ctx.emit({ type: 'stream.started' });
      },
      over: () => {
        const { failure } = output;
        if (failure && !sounded) throw new VoxError(failure);
        if (failure) end('failed', { problem: { ...failure, node: ctx.nodeId } });
        else end('finished');
      },
    });
    return { audio: audio$ };
  },
});
