import { map } from 'rxjs';
import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio, events, optional } from '../../graph/ports.js';
import { FADE_CURVES } from '../../media/dsp/fade.js';
import { channelsOption } from '../support/channels.js';
import { INPUT_NAMES, inputPorts, joinInputs, wiredInputs } from '../support/input-ports.js';
import { Selector } from '../support/selector.js';
import { SwitchControl } from '../support/switch-control.js';
import { tickTimes } from '../support/tick-times.js';

/** Options of `mix.switch`. */
export const switchOptions = z.strictObject({
  select: z.enum(INPUT_NAMES).default('in1').meta({ description: 'The input that is heard.' }),
  mode: z.enum(['cut', 'fade']).default('cut').meta({
    description: 'How a change is made: cut takes 5 ms, which is too short to hear and does not click; fade takes fadeMs.',
  }),
  fadeMs: z.number().min(5).max(60_000).default(1000).meta({ description: 'How long a fade takes, in milliseconds.' }),
  curve: z
    .enum(FADE_CURVES)
    .default('equal-power')
    .meta({ description: 'Shape of a fade: equal-power for unlike sounds, linear for two versions of the same.' }),
  waitForEnd: z.boolean().default(false).meta({
    description:
      'A change waits until the present track ends: until its input ends, or `ends` brings `track.ended` or `stream.ended`.',
  }),
  channels: channelsOption('Channels of the result'),
});

/** Options of `mix.switch`. */
export type SwitchOptions = z.output<typeof switchOptions>;

/** `mix.switch`: one of several signals. */
export const switcher = defineNode({
  type: 'mix.switch',
  summary: 'Give one of up to eight signals.',
  details:
    'The chosen signal passes through untouched. The command `select { input, mode, fadeMs }` changes it as the option does, with its own ' +
    'manner if it gives one; `now` carries out a change that waits for a track to end. Told are `switch.waiting { from, to }` and ' +
    '`switch.changed { from, to, reason }`, where reason is `asked`, `ended` or `now`. An input that is not wired gives silence. Inputs ' +
    'that are not heard run on. The result ends when all inputs have ended.',
  inputs: {
    ...inputPorts((number) => `Signal ${number}.`),
    ends: optional(events('Facts of the sources, for waitForEnd: `track.ended` and `stream.ended` count, others do not.')),
  },
  outputs: { audio: audio('The chosen signal.') },
  options: switchOptions,
  fixedOptions: ['channels'],
  bypass: { audio: 'in1' },
  create: ({ inputs, options$, options: first, ctx }) => {
    const times = tickTimes(ctx);
    const selector = new Selector(first.channels);
    const control = new SwitchControl(ctx, selector, first, wiredInputs(inputs));
    const subscriptions = [
      options$.subscribe((next) => control.set(next)),
      ctx.commands$.subscribe((command) => control.command(command)),
      inputs.ends?.subscribe({
        next: ({ type }) => {
          if (type === 'track.ended' || type === 'stream.ended') control.trackEnded();
        },
        error: () => {},
      }),
    ];
    ctx.defer(() => subscriptions.forEach((subscription) => subscription?.unsubscribe()));
    const joined$ = joinInputs(ctx, inputs, (input) => control.inputEnded(input));
    return { audio: joined$.pipe(map((slots) => selector.run(slots, times))) };
  },
});
