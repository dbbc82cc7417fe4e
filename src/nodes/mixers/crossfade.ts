import { map, of } from 'rxjs';
import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { joinTicks, type JoinSlot } from '../../graph/join-ticks.js';
import { audio } from '../../graph/ports.js';
import { Fade, FADE_CURVES } from '../../media/dsp/fade.js';
import { Ramp } from '../../media/dsp/ramp.js';
import { FRAME_SAMPLES, usToSamples } from '../../media/format.js';
import { frameSamples, type AudioFrame } from '../../media/frame.js';
import { channelsOption } from '../support/channels.js';
import { GainStage, type MovingGain } from '../support/gain-stage.js';
import { slotOf } from '../support/input-ports.js';
import { createSummer } from '../support/summer.js';
import { tickTimes, type TickTimes } from '../support/tick-times.js';

const options = () =>
  z.strictObject({
    position: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .meta({ description: 'Where the fader stands: 0 gives only `a`, 1 only `b`. A change arrives within 10 ms.' }),
    curve: z.enum(FADE_CURVES).default('equal-power').meta({
      description:
        'equal-power keeps the loudness of unlike sounds, −3 dB each in the middle; linear that of like ones, −6 dB each.',
    }),
    channels: channelsOption('Channels of the result'),
  });
type Options = z.output<ReturnType<typeof options>>;

const fadeCommand = z.object({ to: z.number().min(0).max(1), durationMs: z.number().min(0).max(3_600_000) });

/** `mix.crossfade`: the fader of a two-deck mixer. */
export const crossfade = defineNode({
  type: 'mix.crossfade',
  summary: 'Fade between two signals.',
  details:
    'At position x the gains are cos(x·π/2) and sin(x·π/2), or 1 − x and x. The command `fade { to, durationMs }` moves the fader there ' +
    'evenly and tells `fade.ended { position }` on arrival. At either end that signal passes through untouched; between, two loud ones ' +
    'may exceed full scale, which mixers and encoders behind limit. An input that ends is faded out from its last sample; the result ' +
    'ends when both have ended.',
  inputs: { a: audio('Heard at position 0.'), b: audio('Heard at position 1.') },
  outputs: { audio: audio('Both, as the fader stands.') },
  options,
  fixedOptions: ['channels'],
  bypass: { audio: 'a' },
  create: ({ inputs, options$, options: fixed, ctx }) => {
    const times = tickTimes(ctx);
    const fader = new Fader(fixed, () => ctx.emit({ type: 'fade.ended', position: fader.position }));
    const changes = options$.subscribe((next) => fader.set(next));
    ctx.defer(() => changes.unsubscribe());
    const commands = ctx.commands$.subscribe(({ type, ...data }) => {
      const given = type === 'fade' ? fadeCommand.safeParse(data) : undefined;
      if (given?.success) fader.fade(given.data.to, given.data.durationMs);
      else {
        const reason = given ? 'to must be 0 to 1, and durationMs a number from 0' : 'mix.crossfade takes fade';
        ctx.emit({ type: 'command.refused', command: type, reason });
      }
    });
    ctx.defer(() => commands.unsubscribe());
    const both$ = joinTicks(ctx, of({ id: 'a', stream$: inputs.a }, { id: 'b', stream$: inputs.b }));
    return { audio: both$.pipe(map((slots) => fader.run(slots, times))) };
  },
});

class Fader {
  readonly #position: Fade;
  /** 0 is equal-power, 1 linear. */
  readonly #bend: Ramp;
  readonly #a = new GainStage('a');
  readonly #b = new GainStage('b');
  readonly #gainA: MovingGain;
  readonly #gainB: MovingGain;
  readonly #stages: GainStage[] = [];
  readonly #sum;
  readonly #onArrived: () => void;
  #option: number;
  #fading = false;
  #samples = FRAME_SAMPLES;

  constructor({ position, curve, channels }: Options, onArrived: () => void) {
    this.#onArrived = onArrived;
    this.#option = position;
    this.#position = new Fade(position);
    this.#bend = new Ramp(curve === 'linear' ? 1 : 0);
    this.#gainA = this.#gain((x) => 1 - x, Math.cos);
    this.#gainB = this.#gain((x) => x, Math.sin);
    this.#sum = createSummer(channels, Infinity);
  }

  get position(): number {
    return this.#position.target;
  }

  set({ position, curve }: Options): void {
    this.#bend.to(curve === 'linear' ? 1 : 0);
    // Only a changed option moves the fader: it may stand where a command put it.
    if (position === this.#option) return;
    this.#option = position;
    this.#fading = false;
    this.#position.to(position);
  }

  fade(to: number, durationMs: number): void {
    this.#fading = true;
    // Less than 10 ms would click.
    this.#position.to(to, Math.max(480, usToSamples(durationMs * 1000)));
  }

  run(slots: readonly JoinSlot<AudioFrame>[], times: TickTimes): AudioFrame {
    this.#stages.length = 0;
    this.#take(slotOf(slots, 'a'), this.#a, this.#gainA);
    this.#take(slotOf(slots, 'b'), this.#b, this.#gainB);
    const result = this.#sum(this.#stages, times);
    this.#position.advance(this.#samples);
    this.#bend.advance(this.#samples);
    if (this.#fading && this.#position.settled) {
      this.#fading = false;
      this.#onArrived();
    }
    return result;
  }

  #take(slot: JoinSlot<AudioFrame> | undefined, stage: GainStage, gain: MovingGain): void {
    if (!slot) return;
    stage.take(slot.frame, gain);
    if (slot.frame) this.#samples = frameSamples(slot.frame);
    this.#stages.push(stage);
  }

  #gain(linear: (x: number) => number, power: (angle: number) => number): MovingGain {
    const position = this.#position;
    const bend = this.#bend;
    const at = (k: number) => {
      const x = position.at(k);
      const share = bend.at(k);
      // The cosine of a right angle is not quite 0.
      if (x === 0 || x === 1) return linear(x);
      return share * linear(x) + (1 - share) * power((x * Math.PI) / 2);
    };
    return {
      at,
      get still() {
        return position.settled && bend.settled ? at(0) : undefined;
      },
    };
  }
}
