import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { applyEffect } from '../support/effect.js';
import { filterFaults, filterLatencyMs } from '../support/filter-problems.js';
import { FilterRunner } from '../support/filter-runner.js';

const options = () =>
  z.strictObject({
    filter: z
      .string()
      .min(1)
      .max(4000)
      .meta({ description: 'Filters in FFmpeg\'s own syntax, such as "aphaser=decay=0.6,acrusher=bits=8:mix=0.5".' }),
  });
type Options = z.output<ReturnType<typeof options>>;

/** `effect.ffmpeg`: any chain of FFmpeg's audio filters. */
export const ffmpeg = defineNode({
  type: 'effect.ffmpeg',
  summary: "Send a signal through FFmpeg's audio filters.",
  details:
    'Takes [any chain or graph of filters](https://ffmpeg.org/ffmpeg-filters.html#Audio-Filters) that has one input and one output of ' +
    'sound: `aecho=0.8:0.9:50:0.5,volume=0.8`, or `[in]asplit[a][b];[a]adelay=20[c];[b][c]amix[out]`. Its syntax, filters, options and ' +
    'connections are checked before anything runs. Filters that read or write files, wait, or need pictures are refused for ' +
    'everybody, since graphs travel; so are chains that make sound longer or shorter (`atempo`, `silenceremove`), or hold back more than ten seconds.\n\n' +
    'The delay is what the chain holds back, measured when it is opened: none for most filters, 3 s for `loudnorm`. What a filter delays as ' +
    'its effect is not in it. The stream ends with its input. Mono and stereo go through as they come; other layouts are mixed down to stereo. ' +
    'After ten seconds of silence in and out the filters rest.\n\n' +
    'A changed `filter` is opened beside the running chain, fed with the last half second and faded to within 20 ms; if it cannot be opened ' +
    'the old one stays. The command `filter { target, command, argument }` changes one parameter at once, as `volume` `volume` `0.5`; ' +
    '`target` is a filter, `filter@name` or `all`.\n\nEvents: `filter.opened { filter, latencyMs }`, `filter.failed { filter, reason }`.',
  inputs: { audio: audio('Signal to filter.') },
  outputs: { audio: audio('The filtered signal.') },
  options,
  checkOptions: ({ filter }, live) => filterFaults('filter', filter, live),
  latencyMs: ({ filter }) => filterLatencyMs(filter),
  create: ({ inputs, options$, ctx }) => {
    const runner = new FilterRunner<Options>(ctx, { textOf: ({ filter }) => filter, describe: ({ filter }) => filter });
    const commands = ctx.commands$.subscribe((command) => runner.command(command));
    ctx.defer(() => commands.unsubscribe());
    return { audio: applyEffect(inputs.audio, options$, () => runner) };
  },
});
