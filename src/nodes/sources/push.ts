import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { PcmInput } from '../../media/av/pcm-input.js';
import { SampleQueue } from '../../media/dsp/sample-queue.js';
import { usToSamples } from '../../media/format.js';
import { channelsOption } from '../support/channels.js';
import { pcmOptions } from '../support/pcm-options.js';
import { receivePushes } from '../support/push-channels.js';
import { feedOutput, SampleFeed } from '../support/sample-feed.js';

/** `source.push`: samples that a program gives. */
export const push = defineNode({
  type: 'source.push',
  summary: 'Play samples that the program gives while the graph runs.',
  details:
    "`pushChannel('<name>').push(samples)` gives sound to every running node of that name, in chunks of any size. The chunks go through " +
    'a bounded queue: `startMs` must wait before it begins, or goes on after it ran dry, and beyond `bufferMs` samples are dropped by ' +
    '`overflow` and counted. In between it gives silence, faded to and from within 5 ms.\n\n' +
    'For graphs that run in the same process as the program.\n\n' +
    'Events: `stream.started`, `stream.ended { reason }` after `end()`.',
  inputs: {},
  outputs: { audio: audio('What is pushed, as 48 kHz sound.') },
  options: z.strictObject({
    name: z.string().min(1).meta({ description: 'Name of the channel that the program pushes to.' }),
    ...pcmOptions,
    channels: channelsOption('Channels of the output, whatever is pushed'),
    startMs: z
      .number()
      .min(0)
      .max(5000)
      .default(40)
      .meta({ description: 'How much must wait before it begins, in milliseconds.' }),
    bufferMs: z.number().min(20).max(60_000).default(1000).meta({ description: 'How much may wait, in milliseconds.' }),
    overflow: z.enum(['drop-oldest', 'drop-newest']).default('drop-oldest').meta({
      description: 'What is dropped when more comes: drop-oldest keeps up with the present, drop-newest keeps what came first.',
    }),
  }),
  fixedOptions: ['name', 'format', 'sampleRateHz', 'inputChannels', 'channels', 'startMs', 'bufferMs', 'overflow'],
  mayEnd: () => 'ends when its program says so',
  create: ({ options, ctx }) => {
    const { name, format, sampleRateHz, inputChannels, channels, startMs, bufferMs, overflow } = options;
    const queue = new SampleQueue(channels, usToSamples(bufferMs * 1000), overflow);
    const feed = new SampleFeed(queue, Math.min(usToSamples(startMs * 1000), queue.capacity));
    const pcm = new PcmInput({ format, sampleRateHz, channels: inputChannels }, channels);
    let dropped = 0;
    const keep = (planes: readonly Float32Array[], count: number) => void (dropped += queue.write(planes, count));
    const counted = (): number => {
      const count = dropped;
      dropped = 0;
      if (count > 0) ctx.count('dropped', count);
      feed.wrote();
      return count;
    };
    const off = receivePushes(name, {
      push: (bytes) => {
        if (!feed.ended) pcm.push(bytes, keep);
        return counted();
      },
      end: () => {
        if (!feed.ended) pcm.drain(keep);
        feed.ended = true;
        counted();
      },
      get queuedSamples() {
        return queue.length;
      },
    });
    let over = false;
    ctx.defer(() => {
      off();
      pcm.close();
    });
    return {
      audio: feedOutput(ctx, feed, channels, {
        started: () => ctx.emit({ type: 'stream.started' }),
        over: () => {
          if (!over) ctx.emit({ type: 'stream.ended', reason: 'finished' });
          over = true;
        },
      }),
    };
  },
});
