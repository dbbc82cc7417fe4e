import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { graphWork, type FilterWork } from '../../media/av/video/filter-work.js';
import { edgeLinesText } from '../support/edge-lines.js';
import { applyVideo } from '../support/video-effect.js';

const options = () =>
  z.strictObject({
    smoothPx: z.number().min(0).max(30).default(6).meta({ description: 'How far surfaces are smoothed, in pixels.' }),
    levels: z.number().int().min(2).max(64).default(12).meta({ description: 'Steps of brightness.' }),
    lines: z.number().min(0).max(1).default(0.9).meta({ description: 'How black the lines are; 0 draws none.' }),
  });

/** `video.cartoon`: make pictures look drawn. */
export const cartoon = defineNode({
  type: 'video.cartoon',
  summary: 'Make pictures look drawn.',
  details:
    'Surfaces are smoothed with their edges kept (`bilateral`), colours are cut to a few steps, and edges are drawn over in black.',
  inputs: { video: video('Pictures to change.') },
  outputs: { video: video('The changed pictures.') },
  options,
  create: ({ inputs, options$, ctx }) => ({
    video: applyVideo(ctx, inputs.video, options$, (given) => cartoonWork(given)),
  }),
});

function cartoonWork({ smoothPx, levels, lines }: z.output<ReturnType<typeof options>>): FilterWork {
  const key = `cartoon ${smoothPx} ${levels} ${lines}`;
  const step = (219 / (levels - 1)).toFixed(4);
  return graphWork(key, ([input], output, id) => {
    const smooth = smoothPx > 0 ? `bilateral@${id}0=sigmaS=${smoothPx}:sigmaR=0.12:planes=7,` : '';
    // White is 235 in both, and a product of two is a part of 255.
    const flat = `${smooth}lutyuv=y='round((16+round((clip(val,16,235)-16)/${step})*${step})*255/235)'`;
    const drawn = `${edgeLinesText(0.08, 0.22, `${id}l`)},format=gray,negate,lut=c0='255-(255-val)*${lines}',format=yuv420p`;
    // A dark line takes the brightness away and leaves the colour.
    return (
      `[${input}]format=yuv420p,split[${id}a][${id}b];[${id}a]${flat}[${id}c];[${id}b]${drawn}[${id}d];` +
      `[${id}c][${id}d]blend=c0_mode=multiply:c1_mode=normal:c2_mode=normal:c1_opacity=1:c2_opacity=1[${output}]`
    );
  });
}
