import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { LookaheadLimiter } from '../../media/dsp/lookahead-limiter.js';
import { LoudnessRider } from '../../media/dsp/loudness-rider.js';
import { usToSamples } from '../../media/format.js';
import { frameSamples } from '../../media/frame.js';
import { applyEffect, type Effect } from '../support/effect.js';

/** How far the limiter looks ahead. */
const LOOK_AHEAD_MS = 5;
const RELEASE_MS = 100;

const options = () =>
  z.strictObject({
    targetLufs: z
      .number()
      .min(-40)
      .max(-8)
      .default(-16)
      .meta({ description: 'Loudness to go for, in LUFS: −16 is usual for listening, −23 for broadcasting (EBU R 128).' }),
    maxGainDb: z.number().min(0).max(40).default(15).meta({ description: 'How far it may turn up, in decibels.' }),
    maxCutDb: z.number().min(0).max(40).default(20).meta({ description: 'How far it may turn down, in decibels.' }),
    truePeakDb: z
      .number()
      .min(-20)
      .max(0)
      .default(-1)
      .meta({ description: 'Ceiling of the peaks, also between samples, in decibels below full scale (dBTP).' }),
    gateLufs: z
      .number()
      .min(-70)
      .max(-20)
      .default(-50)
      .meta({ description: 'What is quieter than this counts as a pause, in which the gain stands still: LUFS.' }),
  });
type Options = z.output<ReturnType<typeof options>>;

/** `effect.loudness`: everything equally loud. */
export const loudness = defineNode({
  type: 'effect.loudness',
  summary: 'Bring a live signal to an even loudness, slowly and without pumping.',
  details:
    'It measures K-weighted loudness (ITU-R BS.1770-4) over the last 3 s of programme and moves the gain like a hand on a fader: up by ' +
    'at most 6 dB a second, down by at most 10, slower the smaller the error. A steady programme is within 3 LU of the target after 5 s ' +
    'as far as `maxGainDb` and `maxCutDb` reach. In pauses, which are what lies below `gateLufs` or for up to 10 s more than ' +
    '15 LU below the programme, the gain stands still. A limiter behind it keeps peaks below `truePeakDb`. For files, ' +
    '`targetLufs` of `source.file` is better: it knows the whole file and leaves its dynamics alone. New options arrive at the same slow ' +
    `pace. It delays by ${LOOK_AHEAD_MS} ms; the stream ends with its input.`,
  inputs: { audio: audio('Signal of any loudness.') },
  outputs: { audio: audio('Signal of the target loudness, below the ceiling.') },
  options,
  latencyMs: () => LOOK_AHEAD_MS,
  create: ({ inputs, options: start, options$ }) => ({ audio: applyEffect(inputs.audio, options$, () => createLoudness(start)) }),
});

function createLoudness(start: Options): Effect<Options> {
  const limiterOf = (next: Options) => ({ ceilingDb: next.truePeakDb, releaseMs: RELEASE_MS, truePeak: true });
  const rider = new LoudnessRider(start);
  const limiter = new LookaheadLimiter(usToSamples(LOOK_AHEAD_MS * 1000), limiterOf(start));
  return {
    set(next) {
      rider.set(next);
      limiter.set(limiterOf(next));
    },
    run(input, output) {
      const n = frameSamples(input);
      if (input.silent) {
        rider.skip(n);
        if (limiter.empty) {
          limiter.skip(n);
          return input;
        }
        limiter.run(input.planes, output.planes);
      } else {
        rider.run(input.planes, output.planes);
        limiter.run(output.planes, output.planes);
      }
      output.silent = false;
      return output;
    },
  };
}
