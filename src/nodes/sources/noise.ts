import { Observable } from 'rxjs';
import { z } from 'zod';
import { audioPerTick } from '../../graph/audio-operators.js';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { createNoise, NOISE_COLORS, NOISE_RMS, type NoiseColor } from '../../media/dsp/noise.js';
import { Ramp } from '../../media/dsp/ramp.js';
import { dbToLinear } from '../../media/format.js';
import { frameSamples, type AudioFrame } from '../../media/frame.js';
import { channelsOption } from '../support/channels.js';
import { cutAt, durationMsOption } from '../support/duration.js';

const options = () =>
  z.strictObject({
    color: z
      .enum(NOISE_COLORS)
      .default('white')
      .meta({ description: 'How its power falls with frequency: white not at all, pink by 3 dB an octave, brown by 6.' }),
    levelDb: z.number().min(-120).max(-6).default(-30).meta({
      description: 'RMS level in decibels below full scale; peaks are 5 dB higher with white noise, up to 14 dB with the others.',
    }),
    seed: z
      .number()
      .int()
      .min(0)
      .max(0xffff_ffff)
      .default(1)
      .meta({ description: 'The same seed gives the same samples, on every machine.' }),
    channels: channelsOption('Channels, each with noise of its own'),
    durationMs: durationMsOption,
  });

/** `source.noise`: test noise. */
export const noise = defineNode({
  type: 'source.noise',
  summary: 'Give white, pink or brown noise.',
  details:
    'For tests, masking and comfort noise. White noise is xorshift128, pink noise white through the filter of Paul Kellet, brown noise a ' +
    'running sum of white with a corner at 5 Hz. A new level or colour is faded to within 10 ms.',
  inputs: {},
  outputs: { audio: audio('The noise; its channels have nothing in common.') },
  options,
  fixedOptions: ['channels', 'durationMs', 'seed'],
  mayEnd: ({ durationMs }) => (durationMs === undefined ? undefined : 'ends after its duration'),
  create: ({ options$, options: fixed, ctx }) => ({
    audio: new Observable((subscriber) => {
      const voices = Array.from({ length: fixed.channels }, (_, channel) => createVoice(fixed.seed, channel));
      subscriber.add(
        options$.subscribe(({ color, levelDb }) => {
          for (const voice of voices) voice.set(color, dbToLinear(levelDb) / NOISE_RMS[color]);
        }),
      );
      const cut = cutAt(fixed.durationMs);
      subscriber.add(
        audioPerTick(ctx, fixed.channels, () => (frame: AudioFrame) => {
          for (let c = 0; c < voices.length; c++) voices[c]!.fill(frame.planes[c]!, frameSamples(frame));
          frame.silent = false;
          return cut(frame);
        }).subscribe(subscriber),
      );
    }),
  }),
});

/** One channel: a generator for each colour, since a change of colour fades from one to the other. */
function createVoice(seed: number, channel: number) {
  const sounding = new Map<NoiseColor, { readonly next: () => number; readonly gain: Ramp }>();
  let first = true;
  return {
    set(color: NoiseColor, gain: number): void {
      for (const [other, voice] of sounding) if (other !== color) voice.gain.to(0);
      let voice = sounding.get(color);
      if (!voice) sounding.set(color, (voice = { ...createNoise(color, seed, channel), gain: new Ramp(first ? gain : 0) }));
      voice.gain.to(gain);
      if (first) voice.gain.jump(gain);
      first = false;
    },
    fill(plane: Float32Array, samples: number): void {
      plane.fill(0);
      for (const [color, { next, gain }] of sounding) {
        for (let i = 0; i < samples; i++) plane[i]! += next() * gain.at(i + 1);
        gain.advance(samples);
        if (gain.settled && gain.target === 0) sounding.delete(color);
      }
    },
  };
}
