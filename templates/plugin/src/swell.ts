import { audio, defineNode, mapAudio, type AudioFrame } from 'voxgraph';
import { z } from 'zod';

const SAMPLE_RATE = 48_000;
/** A jump of the depth would click; so it takes about so many samples, 5 ms. */
const RAMP_SAMPLES = 240;

/** `my-plugin.swell`: louder and softer, again and again. */
export const swell = defineNode({
  type: 'my-plugin.swell',
  summary: 'Make a signal rise and fall in loudness.',
  inputs: { audio: audio('Signal to swell.') },
  outputs: { audio: audio('Swelling signal.') },
  options: z.strictObject({
    hz: z.number().min(0.05).max(20).default(0.5).meta({ description: 'How often it swells, in hertz.' }),
    depth: z.number().min(0).max(1).default(0.5).meta({ description: 'How soft it gets: 0 changes nothing, 1 is silence.' }),
  }),
  create: ({ inputs, options, options$, ctx }) => {
    let wanted = options;
    const changes = options$.subscribe((changed) => (wanted = changed));
    ctx.defer(() => changes.unsubscribe());
    const kernel = () => {
      // Kept across frames: a frame is 20 ms, and a swell is longer.
      let phase = 0;
      let depth = wanted.depth;
      return (input: AudioFrame, output: AudioFrame) => {
        const samples = input.planes[0]?.length ?? 0;
        for (let i = 0; i < samples; i++) {
          depth += (wanted.depth - depth) / RAMP_SAMPLES;
          const gain = 1 - depth * (0.5 - 0.5 * Math.cos(2 * Math.PI * phase));
          for (let c = 0; c < input.planes.length; c++) output.planes[c]![i] = input.planes[c]![i]! * gain;
          phase = (phase + wanted.hz / SAMPLE_RATE) % 1;
        }
        output.silent = input.silent;
      };
    };
    return { audio: inputs.audio.pipe(mapAudio(kernel)) };
  },
});
