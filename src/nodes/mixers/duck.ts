import { map, of, Subject, takeUntil, tap } from 'rxjs';
import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { joinTicks } from '../../graph/join-ticks.js';
import { audio } from '../../graph/ports.js';
import { add } from '../../media/dsp/mix.js';
import { Ducker } from '../../media/dsp/ducker.js';
import { multiply } from '../../media/dsp/ring-modulator.js';
import { softLimit, within } from '../../media/dsp/soft-limit.js';
import { dbToLinear, FRAME_SAMPLES } from '../../media/format.js';
import { clearAudioFrame, createAudioFrame, frameSamples, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';
import { channelsOption, withChannels } from '../support/channels.js';
import { limitThresholdOption } from '../support/limit.js';
import { tickTimes } from '../support/tick-times.js';

const options = () =>
  z.strictObject({
    depthDb: z
      .number()
      .min(-60)
      .max(0)
      .default(-12)
      .meta({ description: 'How far the bed goes down under the voice, in decibels.' }),
    thresholdDb: z
      .number()
      .min(-80)
      .max(0)
      .default(-40)
      .meta({ description: 'RMS level of the voice, over 10 ms, above which the bed goes down: decibels below full scale.' }),
    attackMs: z.number().min(1).max(2000).default(20).meta({ description: 'How long all the way down takes, in milliseconds.' }),
    releaseMs: z
      .number()
      .min(1)
      .max(10_000)
      .default(400)
      .meta({ description: 'How long all the way back up takes, in milliseconds.' }),
    holdMs: z.number().min(0).max(10_000).default(250).meta({
      description: 'How long the bed stays down after the last speech, in milliseconds, so that it does not pump between words.',
    }),
    channels: channelsOption('Channels of the result'),
    limitDb: limitThresholdOption,
  });

/** `mix.duck`: music that makes way for a voice. */
export const duck = defineNode({
  type: 'mix.duck',
  summary: 'Play a bed under a voice, turned down while somebody speaks.',
  details:
    'The result is bed and voice together, kept within full scale as by `mix.sum`. The bed moves on a straight line in decibels. It goes on ' +
    'when the voice has ended, and the result ends with the bed.',
  inputs: { bed: audio('What is turned down: music.'), voice: audio('What it makes way for.') },
  outputs: { audio: audio('Both together, within ±1.') },
  options,
  fixedOptions: ['channels', 'limitDb'],
  bypass: { audio: 'bed' },
  create: ({ inputs, options$, options: fixed, ctx }) => {
    const times = tickTimes(ctx);
    const mix = createDuckMix(fixed);
    const subscription = options$.subscribe((next) => mix.set(next));
    ctx.defer(() => subscription.unsubscribe());
    const bedEnded$ = new Subject<void>();
    const bed$ = inputs.bed.pipe(tap({ error: () => bedEnded$.next(), complete: () => bedEnded$.next() }));
    const both$ = joinTicks(ctx, of({ id: 'bed', stream$: bed$ }, { id: 'voice', stream$: inputs.voice }));
    const find = (slots: readonly { id: string; frame: AudioFrame | undefined }[], id: string) => {
      for (const slot of slots) if (slot.id === id) return slot.frame;
      return undefined;
    };
    return {
      audio: both$.pipe(
        map((slots) => mix.run(find(slots, 'bed'), find(slots, 'voice'), times.ptsUs)),
        takeUntil(bedEnded$),
      ),
    };
  },
});

function createDuckMix(settings: z.output<ReturnType<typeof options>>) {
  const { channels } = settings;
  const threshold = dbToLinear(settings.limitDb);
  const ducker = new Ducker(settings);
  const output = createAudioFrame(channels);
  const bedScratch = createAudioFrame(channels);
  const voiceScratch = createAudioFrame(channels);
  const none: Float32Array[] = [];
  let gains = new Float32Array(FRAME_SAMPLES);
  return {
    set: (next: z.output<ReturnType<typeof options>>) => ducker.set(next),
    run(bed: AudioFrame | undefined, voice: AudioFrame | undefined, settledUs: number): AudioFrame {
      const any = bed ?? voice;
      const samples = any ? frameSamples(any) : gains.length;
      if (gains.length !== samples) gains = new Float32Array(samples);
      const speaks = voice !== undefined && !voice.silent;
      const plays = bed !== undefined && !bed.silent;

      const untouched = !speaks && ducker.idle;
      if (!untouched) ducker.run(speaks ? voice.planes : none, gains);
      if (untouched && plays) {
        const through = withChannels(bed, channels, bedScratch);
        if (through.planes.every((plane) => within(plane, threshold))) return through;
      }

      shapeAudioFrame(output, channels, samples);
      output.ptsUs = any?.ptsUs ?? settledUs;
      if (!plays && !speaks) {
        clearAudioFrame(output);
        return output;
      }
      const under = plays ? withChannels(bed, channels, bedScratch) : undefined;
      const over = speaks ? withChannels(voice, channels, voiceScratch) : undefined;
      for (let c = 0; c < channels; c++) {
        const plane = output.planes[c]!;
        if (!under) plane.set(over!.planes[c]!);
        else {
          if (untouched) plane.set(under.planes[c]!);
          else multiply(under.planes[c]!, gains, plane);
          if (over) add(plane, over.planes[c]!);
        }
        softLimit(plane, threshold);
      }
      output.silent = false;
      return output;
    },
  };
}
