import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { isSilent } from '../../media/av/finite-copy.js';
import { PITCH_DELAY_SAMPLES, PitchShifter } from '../../media/dsp/pitch-shifter.js';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../../media/format.js';
import { createAudioFrame, frameChannels, frameSamples, type AudioFrame } from '../../media/frame.js';
import { applyEffect, type Effect } from '../support/effect.js';
import { FrameHistory } from '../support/frame-history.js';

const options = () =>
  z.strictObject({
    semitones: z
      .number()
      .min(-12)
      .max(12)
      .default(0)
      .meta({ description: 'How far up, in semitones: 12 is an octave, −12 an octave down, 0 nothing at all.' }),
    cents: z.number().min(-100).max(100).default(0).meta({ description: 'As much more, in hundredths of a semitone.' }),
  });
type Options = z.output<ReturnType<typeof options>>;

/** `effect.pitch`: higher or lower, as fast as before. */
export const pitch = defineNode({
  type: 'effect.pitch',
  summary: 'Make a signal higher or lower without making it faster or slower.',
  details:
    'Time stretching by waveform similarity (WSOLA), then resampling, band-limited: tones keep their level and come out within a thousandth ' +
    'of their frequency. It moves the formants too, so that a voice a few semitones up sounds smaller. For music from a file use the ' +
    '`pitch` option of `source.file`, whose longer splices suit it better. It delays by 41 ms; at 0 frames pass untouched and undelayed. ' +
    'A new pitch is there within 20 ms; between 0 and another there is a fade of 20 ms. What is held back when the stream ends is cut.',
  inputs: { audio: audio('Signal to shift.') },
  outputs: { audio: audio('The same, higher or lower.') },
  options,
  passesThrough: (given) => factorOf(given) === 1,
  latencyMs: (given) => (factorOf(given) === 1 ? 0 : (PITCH_DELAY_SAMPLES * 1000) / SAMPLE_RATE),
  create: ({ inputs, options$ }) => ({ audio: applyEffect(inputs.audio, options$, createPitch) }),
});

/** The pitch factor of the options, no more than an octave either way. */
function factorOf({ semitones, cents }: Options): number {
  return 2 ** (Math.max(-12, Math.min(12, semitones + cents / 100)) / 12);
}

function createPitch(): Effect<Options> {
  /** Enough to have been heard in full, and one splice more. */
  const history = new FrameHistory(5);
  let shifter: PitchShifter | undefined;
  let channels = 0;
  let wanted = 1;
  /** 0: the sound itself, 1: the shifted one; in samples of the fade. */
  let faded = 0;
  let quiet = 0;
  let ran = false;

  const begin = (input: AudioFrame): PitchShifter => {
    channels = frameChannels(input);
    const made = new PitchShifter(channels, wanted);
    const scratch = createAudioFrame(channels, frameSamples(input));
    history.replay((frame) => {
      if (frame.planes.length === channels && frameSamples(frame) === frameSamples(input)) {
        made.run(frame.planes, scratch.planes, frameSamples(frame));
      }
    });
    if (!ran) faded = FRAME_SAMPLES;
    quiet = 0;
    return made;
  };

  return {
    set(next) {
      wanted = factorOf(next);
      if (shifter && wanted !== 1) shifter.factor = wanted;
    },
    run(input, output) {
      const n = frameSamples(input);
      const goal = wanted === 1 ? 0 : FRAME_SAMPLES;
      if (goal > 0 && (!shifter || channels !== frameChannels(input))) shifter = begin(input);
      if (goal === 0 && (faded === 0 || channels !== frameChannels(input))) {
        shifter = undefined;
        faded = 0;
      }
      ran = true;
      if (!shifter) {
        // Decoding a packet that nobody else wants decoded would cost more than beginning without the past.
        if (!input.coded) history.keep(input);
        return input;
      }
      quiet = input.silent ? quiet + n : 0;
      // All that was held back has come out.
      const drained = quiet > 4 * PITCH_DELAY_SAMPLES && faded === goal;
      if (drained) return input;
      history.keep(input);
      shifter.run(input.planes, output.planes, n);
      if (faded !== goal) {
        const step = goal > 0 ? 1 : -1;
        for (let i = 0; i < n; i++) {
          const share = Math.max(0, Math.min(1, (faded + step * (i + 1)) / FRAME_SAMPLES));
          for (let c = 0; c < channels; c++) {
            const out = output.planes[c]!;
            const dry = input.planes[c]!;
            out[i] = dry[i]! + (out[i]! - dry[i]!) * share;
          }
        }
        faded = Math.max(0, Math.min(FRAME_SAMPLES, faded + step * n));
      }
      output.silent = isSilent(output.planes);
      return output;
    },
  };
}
