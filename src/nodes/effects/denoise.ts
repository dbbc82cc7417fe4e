import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import type { NodeContext } from '../../graph/context.js';
import { audio } from '../../graph/ports.js';
import { filterValue } from '../../media/av/filter-syntax.js';
import { NoiseFloor } from '../../media/dsp/noise-floor.js';
import { applyEffect, type Effect } from '../support/effect.js';
import { FilterRunner } from '../support/filter-runner.js';

const options = () =>
  z.strictObject({
    reductionDb: z.number().min(0).max(40).default(12).meta({
      description: 'How far noise is turned down, in decibels; more than 20 begins to be heard in the voice. 0: nothing is done.',
    }),
    noiseFloorDb: z.number().min(-80).max(-20).optional().meta({
      description:
        'Level of the noise, in decibels below full scale. Absent: found out, as the quietest moments of the last seconds.',
    }),
    model: z.string().min(1).optional().meta({
      description:
        'File with a neural network for noise suppression, in the text format of RNNoise: takes the place of the spectral method. Absent: none.',
    }),
  });
type Options = z.output<ReturnType<typeof options>>;

/** What FFmpeg's afftdn is late by at 48 kHz: its window, and a block. */
const SPECTRAL_LATENCY_MS = 35;
/** What arnndn is late by: the half of its window, and what two frames share. */
const MODEL_LATENCY_MS = 10;

/** `effect.denoise`: less noise behind a voice. */
export const denoise = defineNode({
  type: 'effect.denoise',
  summary: 'Turn down the noise behind a voice.',
  details:
    "FFmpeg's `afftdn`: the spectrum, band by band, is turned down where it is no louder than the noise. The level of the noise is found out: the " +
    'quietest 20 ms of the last four seconds (minimum statistics), so that it follows a room within a few seconds. Steady noise – fans, hiss, ' +
    'hum – it turns down by `reductionDb`; keyboards and voices behind the voice stay.\n\n' +
    'With `model` a recurrent neural network decides (`arnndn`), such as those of the [rnnoise-models](https://github.com/GregorR/rnnoise-models) ' +
    'collection; none is shipped. It knows speech from other sounds, and `reductionDb` limits what it turns down.\n\n' +
    'It delays by 35 ms, with a model by 10. Silence stays silent. A changed option fades over within 20 ms.',
  inputs: { audio: audio('A voice with noise.') },
  outputs: { audio: audio('The voice with less of it.') },
  options,
  fileOptions: ['model'],
  passesThrough: ({ reductionDb }) => reductionDb === 0,
  latencyMs: ({ reductionDb, model }) => (reductionDb === 0 ? 0 : model === undefined ? SPECTRAL_LATENCY_MS : MODEL_LATENCY_MS),
  create: ({ inputs, options$, ctx }) => ({ audio: applyEffect(inputs.audio, options$, () => createDenoise(ctx)) }),
});

function createDenoise(ctx: NodeContext): Effect<Options> {
  const floor = new NoiseFloor();
  let measures = true;
  /** What the chain was told last. */
  let toldDb = -50;

  const textOf = ({ reductionDb, noiseFloorDb, model }: Options): string | undefined => {
    if (reductionDb === 0) return undefined;
    if (model !== undefined) {
      const mix = 1 - 10 ** (-reductionDb / 20);
      return `arnndn=m=${filterValue(ctx.resolvePath(model))}:mix=${mix.toFixed(4)}`;
    }
    return `afftdn=nr=${reductionDb}:nf=${noiseFloorDb ?? toldDb}`;
  };
  const describe = ({ model }: Options) => (model === undefined ? 'afftdn' : `arnndn with ${model}`);
  const runner = new FilterRunner<Options>(ctx, { textOf, describe, own: ['arnndn'] });

  return {
    set(next, first) {
      measures = next.noiseFloorDb === undefined && next.model === undefined && next.reductionDb > 0;
      runner.set(next, first);
    },
    run(input) {
      const out = runner.run(input);
      if (!measures || input.silent || !floor.add(input.planes)) return out;
      const levelDb = Math.round(Math.max(-80, Math.min(-20, floor.levelDb ?? -50)));
      // Told also when it stays: the chain may be another one.
      runner.tune('afftdn', 'noise_floor', String((toldDb = levelDb)));
      return out;
    },
  };
}
