import { map } from 'rxjs';
import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import type { JoinSlot } from '../../graph/join-ticks.js';
import { audio } from '../../graph/ports.js';
import type { AudioFrame } from '../../media/frame.js';
import { channelsOption } from '../support/channels.js';
import { inputPorts, joinInputs, perInput } from '../support/input-ports.js';
import { limitThresholdOption } from '../support/limit.js';
import { MatrixStage } from '../support/matrix-stage.js';
import { createSummer } from '../support/summer.js';
import { tickTimes } from '../support/tick-times.js';

const factor = z.number().min(-8).max(8);
const row = z.tuple([factor, factor]);

const gainOption = (number: number) =>
  z
    .number()
    .min(-120)
    .max(24)
    .default(0)
    .meta({ description: `Gain of signal ${number} in decibels; −120 mutes it.` });
const routeOption = (number: number) =>
  z
    .array(row)
    .min(1)
    .max(2)
    .optional()
    .meta({ description: `Where signal ${number} goes. Absent: each channel to its own side.` });

const options = () =>
  z.strictObject({
    gainsDb: z
      .strictObject(perInput((_, index) => gainOption(index + 1)))
      .prefault({})
      .meta({ description: 'The gain of each input, in decibels, such as { "in2": -6 }.' }),
    routes: z
      .strictObject(perInput((_, index) => routeOption(index + 1)))
      .prefault({})
      .meta({
        description:
          'Per input one row for each output channel, [from left, from right], as factors: { "in1": [[0, 1], [1, 0]] } swaps the sides.',
      }),
    channels: channelsOption('Channels of the result'),
    limitDb: limitThresholdOption,
  });

/** `mix.matrix`: every input channel into every output channel, each with its factor. */
export const matrix = defineNode({
  type: 'mix.matrix',
  summary: 'Mix up to eight signals, with a gain from each input channel to each output channel.',
  details:
    'out[o] = Σ over inputs of gain · (route[o][0] · left + route[o][1] · right), kept within full scale as by `mix.sum`. A mono input ' +
    'is heard as two equal channels. Without routes an input goes straight through (into a mono result: the average of its sides); ' +
    'a route of one row feeds every output channel alike. Mid and side of a stereo signal are [[0.5, 0.5], [0.5, -0.5]]. All factors may ' +
    'change while it runs, and arrive within 10 ms.',
  inputs: inputPorts((number) => `Signal ${number}.`),
  outputs: { audio: audio('The mix, within ±1.') },
  options,
  fixedOptions: ['channels', 'limitDb'],
  bypass: { audio: 'in1' },
  create: ({ inputs, options$, options: { channels, limitDb }, ctx }) => {
    const times = tickTimes(ctx);
    const stages = perInput((name) => new MatrixStage(name, channels));
    const sum = createSummer(channels, limitDb);
    const present: MatrixStage[] = [];
    let first = true;
    const changes = options$.subscribe(({ gainsDb, routes }) => {
      perInput((name) => stages[name].set(routes[name], gainsDb[name], first));
      first = false;
    });
    ctx.defer(() => changes.unsubscribe());
    const mix = (slots: readonly JoinSlot<AudioFrame>[]): AudioFrame => {
      present.length = 0;
      for (const { id, frame } of slots) {
        const stage = stages[id as keyof typeof stages];
        stage.take(frame);
        present.push(stage);
      }
      return sum(present, times);
    };
    return { audio: joinInputs(ctx, inputs).pipe(map(mix)) };
  },
});
