import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { EchoLine, type EchoValues } from '../../media/dsp/delay-line.js';
import { Ramp } from '../../media/dsp/ramp.js';
import { dbToLinear, usToSamples } from '../../media/format.js';
import { frameSamples } from '../../media/frame.js';
import { applyEffect, type Effect } from '../support/effect.js';

const options = () =>
  z.strictObject({
    delayMs: z
      .number()
      .min(1)
      .max(5000)
      .default(300)
      .meta({ description: 'Time from the sound to its first repeat, in milliseconds.' }),
    decay: z
      .number()
      .min(0)
      .max(1)
      .default(0.3)
      .meta({ description: 'Level of the first repeat as a factor: 0.3 is −10.5 dB, 0 no echo at all.' }),
    feedback: z
      .number()
      .min(0)
      .max(0.95)
      .default(0)
      .meta({ description: 'Level of each further repeat over the one before, as a factor; 0: one repeat only.' }),
    dryDb: z.number().min(-60).max(0).default(0).meta({ description: 'Level of the sound itself, in decibels.' }),
  });
type Options = z.output<ReturnType<typeof options>>;

/** `effect.echo`: repeats. */
export const echo = defineNode({
  type: 'effect.echo',
  summary: 'Repeat a signal after a delay, once or dying away.',
  details:
    "With `feedback` 0 it is FFmpeg's `aecho=1:1:<delayMs>:<decay>`, sample for sample; with it, the repeats have the levels decay, " +
    'decay·feedback, decay·feedback² … The echo sounds on through silence until it is below −160 dB. The stream ends with its input: ' +
    'what has not sounded by then is cut, so that a node never changes a duration; put silence behind the input to hear it. The ' +
    'sum may exceed full scale; mixers and encoders limit it. A new delay is faded to within 10 ms.',
  inputs: { audio: audio('Signal to repeat.') },
  outputs: { audio: audio('The signal with its repeats.') },
  options,
  create: ({ inputs, options$ }) => ({ audio: applyEffect(inputs.audio, options$, createEcho) }),
});

const isEmpty = (line: EchoLine): boolean => line.empty;

function createEcho(): Effect<Options> {
  const lines: EchoLine[] = [];
  const dry = new Ramp(1);
  const wet = new Ramp(0);
  const feedback = new Ramp(0);
  const arrived = new Ramp(1);
  const ramps = [dry, wet, feedback, arrived];
  const values: EchoValues = { delayBefore: 1, delay: 1, arrived: 1, dry: 1, wet: 0, feedback: 0 };
  let wantedDelay = 1;

  const at = (i: number): EchoValues => {
    values.dry = dry.at(i + 1);
    values.wet = wet.at(i + 1);
    values.feedback = feedback.at(i + 1);
    values.arrived = arrived.at(i + 1);
    return values;
  };

  /** Begins the way to a new delay, unless one is under way: that one arrives first. */
  const beginDelay = () => {
    if (wantedDelay === values.delay || !arrived.settled) return;
    values.delayBefore = values.delay;
    values.delay = wantedDelay;
    for (const line of lines) line.reserve(wantedDelay);
    arrived.jump(0);
    arrived.to(1);
  };

  return {
    set(next, first) {
      wantedDelay = usToSamples(next.delayMs * 1000);
      if (first) {
        values.delay = wantedDelay;
        dry.jump(dbToLinear(next.dryDb));
        wet.jump(next.decay);
        feedback.jump(next.feedback);
      } else {
        dry.to(dbToLinear(next.dryDb));
        wet.to(next.decay);
        feedback.to(next.feedback);
      }
    },
    run(input, output) {
      beginDelay();
      const channels = input.planes.length;
      // A second channel that appears goes on from what the first has.
      while (lines.length < channels) lines.push(lines[0]?.clone() ?? new EchoLine(values.delay));
      if (lines.length > channels) lines.length = channels;
      const settled = dry.settled && wet.settled && feedback.settled && arrived.settled;
      const nothing = input.silent && lines.every(isEmpty);
      if (!nothing) {
        for (let c = 0; c < channels; c++) {
          const line = lines[c]!;
          if (settled) line.run(input.planes[c]!, output.planes[c]!, values.delay, dry.target, wet.target, feedback.target);
          else line.runChanging(input.planes[c]!, output.planes[c]!, at);
        }
      }
      if (!settled) for (const ramp of ramps) ramp.advance(frameSamples(input));
      if (nothing) return input;
      output.silent = false;
      return output;
    },
  };
}
