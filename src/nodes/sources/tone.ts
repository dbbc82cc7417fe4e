import { Observable } from 'rxjs';
import { z } from 'zod';
import { audioPerTick } from '../../graph/audio-operators.js';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { Oscillator, WAVEFORMS } from '../../media/dsp/oscillator.js';
import { Ramp } from '../../media/dsp/ramp.js';
import { dbToLinear } from '../../media/format.js';
import { frameSamples, type AudioFrame } from '../../media/frame.js';
import { channelsOption } from '../support/channels.js';
import { cutAt, durationMsOption } from '../support/duration.js';

const options = () =>
  z.strictObject({
    frequencyHz: z
      .number()
      .min(1)
      .max(20_000)
      .default(440)
      .meta({ description: 'Frequency in hertz. Glides within 10 ms when changed.' }),
    levelDb: z
      .number()
      .min(-120)
      .max(0)
      .default(-18)
      .meta({ description: 'Peak level in decibels below full scale. A full-scale sine is 0 dB here and −3 dB RMS.' }),
    wave: z.enum(WAVEFORMS).default('sine').meta({ description: 'Shape: sine, square, triangle or saw.' }),
    channels: channelsOption('Channels'),
    durationMs: durationMsOption,
  });

/** `source.tone`: a test tone. */
export const tone = defineNode({
  type: 'source.tone',
  summary: 'Give a steady tone.',
  details:
    'For tests, beeps and level checks; −18 dBFS is the alignment level of EBU R 68. Frequency and level change without a jump. The ' +
    'corners of square, triangle and saw are band-limited (PolyBLEP, PolyBLAMP).',
  inputs: {},
  outputs: { audio: audio('The tone, the same on every channel.') },
  options,
  fixedOptions: ['channels', 'durationMs'],
  create: ({ options$, options: fixed, ctx }) => ({
    audio: new Observable((subscriber) => {
      const generator = createTone();
      subscriber.add(options$.subscribe((next) => generator.set(next)));
      const cut = cutAt(fixed.durationMs);
      subscriber.add(
        audioPerTick(ctx, fixed.channels, () => (frame) => {
          generator.fill(frame);
          return cut(frame);
        }).subscribe(subscriber),
      );
    }),
  }),
});

function createTone() {
  const oscillator = new Oscillator();
  let current: z.output<ReturnType<typeof options>> | undefined;
  const frequency = new Ramp(0);
  const level = new Ramp(0);
  return {
    set(next: z.output<ReturnType<typeof options>>): void {
      if (!current) {
        frequency.jump(next.frequencyHz);
        level.jump(dbToLinear(next.levelDb));
      } else {
        frequency.to(next.frequencyHz);
        level.to(dbToLinear(next.levelDb));
      }
      current = next;
    },
    fill(frame: AudioFrame): void {
      const samples = frameSamples(frame);
      const first = frame.planes[0]!;
      const wave = current!.wave;
      if (frequency.settled && level.settled) {
        const hz = frequency.target;
        const peak = level.target;
        for (let i = 0; i < samples; i++) first[i] = oscillator.next(wave, hz) * peak;
      } else {
        for (let i = 0; i < samples; i++) first[i] = oscillator.next(wave, frequency.at(i + 1)) * level.at(i + 1);
        frequency.advance(samples);
        level.advance(samples);
      }
      for (let c = 1; c < frame.planes.length; c++) frame.planes[c]!.set(first);
      frame.silent = false;
    },
  };
}
