import { map } from 'rxjs';
import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { channelsOption } from '../support/channels.js';
import { FallbackChoice } from '../support/fallback-choice.js';
import { inputPorts, joinInputs, wiredInputs } from '../support/input-ports.js';
import { Selector } from '../support/selector.js';
import { tickTimes } from '../support/tick-times.js';

/** Options of `flow.fallback`. */
export const fallbackOptions = z.strictObject({
  silentAfterMs: z.number().min(20).max(3_600_000).optional().meta({
    description: 'An input that is silent for longer counts as not there, in milliseconds. Absent: silence counts as sound.',
  }),
  silenceDb: z
    .number()
    .min(-120)
    .max(-20)
    .default(-70)
    .meta({ description: 'Peak level up to which silentAfterMs takes a signal for silence, in decibels below full scale.' }),
  backAfterMs: z
    .number()
    .min(0)
    .max(3_600_000)
    .default(1000)
    .meta({ description: 'How long a better input has to be there again before it is gone back to, in milliseconds.' }),
  fadeMs: z.number().min(5).max(10_000).default(20).meta({ description: 'How long a change-over takes, in milliseconds.' }),
  channels: channelsOption('Channels of the result'),
});

/** Options of `flow.fallback`. */
export type FallbackOptions = z.output<typeof fallbackOptions>;

/** `flow.fallback`: the first signal that is there. */
export const fallback = defineNode({
  type: 'flow.fallback',
  summary: 'Give the first of several signals that is there.',
  details:
    '`in1` is the best. An input is not there while it gave no frame yet, when it has ended or failed, in a tick for which it gives none, ' +
    'and, with `silentAfterMs`, when it is silent for too long (a source that is being opened or retried gives silence). Then the next ' +
    'one that is there is crossfaded to in the same tick; if none is, the present one stays as long as it lives. Every change is told ' +
    'by `source.changed { from, to, reason }`: ports or null, and `start`, `not-started`, `ended`, `failed`, `underrun`, `silent` or ' +
    '`back`. Inputs that are not heard run on. The result ends when all inputs have ended.',
  inputs: inputPorts((number) => (number === 1 ? 'The best signal.' : `Signal ${number}, when those before it are not there.`)),
  outputs: { audio: audio('The first that is there.') },
  options: fallbackOptions,
  fixedOptions: ['channels'],
  bypass: { audio: 'in1' },
  create: ({ inputs, options$, options: first, ctx }) => {
    const times = tickTimes(ctx);
    const selector = new Selector(first.channels);
    const choice = new FallbackChoice(wiredInputs(inputs), selector, (event) => ctx.emit(event));
    const changes = options$.subscribe((next) => choice.set(next));
    ctx.defer(() => changes.unsubscribe());
    const joined$ = joinInputs(ctx, inputs, (input, how) => choice.ended(input, how));
    return {
      audio: joined$.pipe(
        map((slots) => {
          choice.tick(slots);
          return selector.run(slots, times);
        }),
      ),
    };
  },
});
