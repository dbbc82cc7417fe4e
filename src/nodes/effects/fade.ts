import { z } from 'zod';
import type { NodeCommand, NodeContext } from '../../graph/context.js';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { scale, scaleBy } from '../../media/dsp/gain.js';
import { LEVEL_CURVES, LevelFade, levelFactor, SILENT_DB } from '../../media/dsp/level-fade.js';
import { RAMP_SAMPLES } from '../../media/dsp/ramp.js';
import { usToSamples } from '../../media/format.js';
import { clearAudioFrame, frameSamples, type AudioFrame } from '../../media/frame.js';
import { applyEffect, type Effect } from '../support/effect.js';

const LONGEST_MS = 600_000;

const options = () =>
  z.strictObject({
    startDb: z
      .number()
      .min(SILENT_DB)
      .max(24)
      .default(0)
      .meta({ description: 'Level at the start, in decibels; −100 is silence, until the command `fade`.' }),
    fadeInMs: z
      .number()
      .min(0)
      .max(LONGEST_MS)
      .default(0)
      .meta({ description: 'How long the start fades in from silence to that level, in milliseconds; 0: not at all.' }),
    curve: z.enum(LEVEL_CURVES).default('linear').meta({
      description:
        'How the level moves: linear, equal-power (a quarter of a sine, to fade one sound into another), s-curve (gentle at both ends) or exponential (steady in decibels).',
    }),
  });
type Options = z.output<ReturnType<typeof options>>;

const command = z.object({
  toDb: z.number().min(SILENT_DB).max(24),
  durationMs: z.number().min(0).max(LONGEST_MS).default(1000),
  curve: z.enum(LEVEL_CURVES).optional(),
});

/** `effect.fade`: fades in and out. */
export const fade = defineNode({
  type: 'effect.fade',
  summary: 'Fade a signal in at the start, and out or in again when told.',
  details:
    'The command `fade { toDb, durationMs, curve }` sets out for a level from wherever it is: −100 dB is silence, 0 the signal as it is; ' +
    '`durationMs` is 1000 and `curve` the option unless given. What takes less than 10 ms takes 10 ms. At the end it tells `fade.finished ' +
    "{ toDb }`; a command it cannot obey gives `command.refused { command, reason }`. The curves are those of FFmpeg's `afade`: `tri`, `qsin`, `hsin` " +
    'and `exp`. Faded out, it costs nothing and gives silence; at 0 dB frames pass through untouched.',
  inputs: { audio: audio('Signal to fade.') },
  outputs: { audio: audio('Faded signal.') },
  options,
  fixedOptions: ['startDb', 'fadeInMs'],
  create: ({ inputs, options$, ctx }) => ({ audio: applyEffect(inputs.audio, options$, () => new Fader(ctx)) }),
});

/** The state behind one `effect.fade`. */
class Fader implements Effect<Options> {
  readonly #ctx: NodeContext;
  readonly #level = new LevelFade(1);
  #curve: Options['curve'] = 'linear';
  /** What a fade that was asked for goes to, until it is there. */
  #toDb: number | undefined;
  #gains = new Float64Array(0);

  constructor(ctx: NodeContext) {
    this.#ctx = ctx;
    const subscription = ctx.commands$.subscribe((given) => this.#obey(given));
    ctx.defer(() => subscription.unsubscribe());
  }

  set({ startDb, fadeInMs, curve }: Options, first: boolean): void {
    this.#curve = curve;
    if (!first) return;
    this.#level.to(fadeInMs > 0 ? 0 : levelFactor(startDb), 0, curve);
    if (fadeInMs > 0) this.#level.to(levelFactor(startDb), usToSamples(fadeInMs * 1000), curve);
  }

  run(input: AudioFrame, output: AudioFrame): AudioFrame {
    const level = this.#level;
    const n = frameSamples(input);
    const settled = level.settled;
    let result = output;
    if (input.silent || (settled && level.target === 1)) result = input;
    else if (settled && level.target === 0) clearAudioFrame(output);
    else {
      if (!settled) this.#fill(n);
      for (let c = 0; c < input.planes.length; c++) {
        if (settled) scale(input.planes[c]!, output.planes[c]!, level.target);
        else scaleBy(input.planes[c]!, this.#gains, output.planes[c]!);
      }
      output.silent = false;
    }
    level.advance(n);
    if (this.#toDb !== undefined && level.settled) {
      this.#ctx.emit({ type: 'fade.finished', toDb: this.#toDb });
      this.#toDb = undefined;
    }
    return result;
  }

  #fill(n: number): void {
    if (this.#gains.length !== n) this.#gains = new Float64Array(n);
    for (let i = 0; i < n; i++) this.#gains[i] = this.#level.at(i);
  }

  #obey({ type, ...data }: NodeCommand): void {
    const refuse = (reason: string) => this.#ctx.emit({ type: 'command.refused', command: type, reason });
    if (type !== 'fade') return refuse('effect.fade takes fade { toDb, durationMs, curve }');
    const given = command.safeParse(data);
    if (!given.success) {
      const { path, message } = given.error.issues[0]!;
      return refuse(`${path.join('.')}: ${message}`);
    }
    const { toDb, durationMs, curve = this.#curve } = given.data;
    this.#level.to(levelFactor(toDb), Math.max(RAMP_SAMPLES, usToSamples(durationMs * 1000)), curve);
    this.#toDb = toDb;
  }
}
