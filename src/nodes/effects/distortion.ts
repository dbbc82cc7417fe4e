import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { ChangingFilter } from '../../media/dsp/changing-filter.js';
import { EchoLine } from '../../media/dsp/delay-line.js';
import { passSections } from '../../media/dsp/filter-design.js';
import { scale } from '../../media/dsp/gain.js';
import { Overdrive, OVERDRIVE_DELAY } from '../../media/dsp/overdrive.js';
import { Ramp } from '../../media/dsp/ramp.js';
import { CLIP_SHAPES } from '../../media/dsp/waveshaper.js';
import { dbToLinear, SAMPLE_RATE } from '../../media/format.js';
import { frameSamples } from '../../media/frame.js';
import { applyEffect, type Effect } from '../support/effect.js';

/** A tone of so much is none. */
const OPEN_HZ = 20_000;
/** The signal itself is delayed by as much as the driven one, to the nearest sample, so that a mix does not comb. */
const DRY_DELAY = Math.round(OVERDRIVE_DELAY);

const options = () =>
  z.strictObject({
    driveDb: z
      .number()
      .min(0)
      .max(60)
      .default(20)
      .meta({ description: 'How far the signal is driven into the curve, in decibels: 10 is warm, 20 rough, 40 a fuzz box.' }),
    shape: z.enum(CLIP_SHAPES).default('soft').meta({
      description: 'soft: bent from the beginning, as by a valve. hard: cut off at full scale, as by an overdriven input.',
    }),
    toneHz: z
      .number()
      .min(200)
      .max(OPEN_HZ)
      .default(6000)
      .meta({ description: 'Low-pass behind the curve, in hertz, as a loudspeaker has it; 20000: none.' }),
    levelDb: z.number().min(-60).max(12).default(-6).meta({ description: 'Level of the distorted sound, in decibels.' }),
    mix: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .meta({ description: 'How much of the distorted sound: 0 is the signal as it was, 1 nothing else.' }),
  });
type Options = z.output<ReturnType<typeof options>>;

/** `effect.distortion`: overdriven. */
export const distortion = defineNode({
  type: 'effect.distortion',
  summary: 'Overdrive a signal: warm, rough or torn.',
  details:
    'The driven signal is clipped at full scale by a soft or hard curve, filtered, and set to its level. Aliases, the false tones that a curve makes ' +
    'of high notes, are kept down by working at 96 kHz and by averaging the curve between samples (antiderivative antialiasing): with a sine of ' +
    '5 kHz driven by 18 dB they are 50 dB below it. The delay is 0.05 ms. Its steps overshoot the level by up to 3 dB without a tone. All options change without a click.',
  inputs: { audio: audio('Signal to overdrive.') },
  outputs: { audio: audio('Overdriven signal, not clipped again.') },
  options,
  latencyMs: () => (OVERDRIVE_DELAY * 1000) / SAMPLE_RATE,
  create: ({ inputs, options$ }) => ({ audio: applyEffect(inputs.audio, options$, createDistortion) }),
});

function createDistortion(): Effect<Options> {
  const drive = new Ramp(1);
  /** 1: soft, 0: hard. */
  const soft = new Ramp(1);
  const level = new Ramp(1);
  const mix = new Ramp(1);
  const ramps = [drive, soft, level, mix];
  const tone = new ChangingFilter();
  const drives: Overdrive[] = [];
  /** The dry signal, as late as the driven one. */
  const lines: EchoLine[] = [];
  let shaped: Float32Array[] = [];
  let dry = new Float32Array(0);

  /** Mixes what has been distorted in `to` with the signal itself. */
  const blend = (line: EchoLine, input: Float32Array, to: Float32Array) => {
    line.run(input, dry, DRY_DELAY, 0, 1, 0);
    const n = to.length;
    if (level.settled && mix.settled && mix.target === 1) scale(to, to, level.target);
    else
      for (let i = 0; i < n; i++) {
        const share = mix.at(i + 1);
        to[i] = share * level.at(i + 1) * to[i]! + (1 - share) * dry[i]!;
      }
  };

  return {
    set(next, first) {
      const wanted = [dbToLinear(next.driveDb), next.shape === 'soft' ? 1 : 0, dbToLinear(next.levelDb), next.mix];
      ramps.forEach((ramp, k) => (first ? ramp.jump(wanted[k]!) : ramp.to(wanted[k]!)));
      tone.set(next.toneHz >= OPEN_HZ ? [] : passSections('lowpass', next.toneHz, Math.SQRT1_2, 2), first);
    },
    run(input, output) {
      const n = frameSamples(input);
      const channels = input.planes.length;
      // A second channel that appears goes on from what the first has.
      while (drives.length < channels) drives.push(new Overdrive(drives[0]));
      while (lines.length < channels) lines.push(lines[0]?.clone() ?? new EchoLine(DRY_DELAY));
      drives.length = channels;
      lines.length = channels;
      const off = mix.settled && mix.target === 0;
      if (input.silent && lines.every(isEmpty) && (off || (tone.empty && drives.every(isEmpty)))) {
        tone.pass();
        for (const ramp of ramps) ramp.advance(n);
        return input;
      }
      if (shaped.length !== channels || dry.length !== n) {
        shaped = input.planes.map(() => new Float32Array(n));
        dry = new Float32Array(n);
      }
      if (!off) {
        for (let c = 0; c < channels; c++) drives[c]!.run(input.planes[c]!, drive, soft, shaped[c]!);
        tone.run(shaped, output.planes);
      }
      for (let c = 0; c < channels; c++) {
        if (off) lines[c]!.run(input.planes[c]!, output.planes[c]!, DRY_DELAY, 0, 1, 0);
        else blend(lines[c]!, input.planes[c]!, output.planes[c]!);
      }
      for (const ramp of ramps) ramp.advance(n);
      output.silent = false;
      return output;
    },
  };
}

const isEmpty = (part: { readonly empty: boolean }): boolean => part.empty;
