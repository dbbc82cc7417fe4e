import { map } from 'rxjs';
import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { joinTicks } from '../../graph/join-ticks.js';
import { audio, many } from '../../graph/ports.js';
import { channelsOption } from '../support/channels.js';
import { limitThresholdOption } from '../support/limit.js';
import { createSummer } from '../support/summer.js';
import { tickTimes } from '../support/tick-times.js';

/** `mix.sum`: many signals into one. */
export const sum = defineNode({
  type: 'mix.sum',
  summary: 'Add any number of signals together without ever exceeding full scale.',
  details:
    'Silent inputs are skipped, and a single input that is heard and not too loud passes through untouched. Louder sums are bent below ' +
    'full scale by a curve without a corner: x above the threshold T becomes T + (1 − T)·u/(1 + u) with u = (x − T)/(1 − T). ' +
    'An input that joins while others run fades in over 5 ms, one that leaves is faded out from its last sample.',
  inputs: { audio: many(audio('Signals to add; they may join and leave.')) },
  outputs: { audio: audio('Their sum, within ±1.') },
  options: z.strictObject({ channels: channelsOption('Channels of the sum'), thresholdDb: limitThresholdOption }),
  fixedOptions: ['channels', 'thresholdDb'],
  create: ({ inputs, options, ctx }) => {
    const times = tickTimes(ctx);
    const mix = createSummer(options.channels, options.thresholdDb);
    return { audio: joinTicks(ctx, inputs.audio).pipe(map((slots) => mix(slots, times))) };
  },
});
