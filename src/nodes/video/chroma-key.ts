import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { filterWork } from '../../media/av/video/filter-work.js';
import { applyVideo, COLOR } from '../support/video-effect.js';

const options = () =>
  z.strictObject({
    color: z.string().regex(COLOR).default('#00d000').meta({ description: 'The colour: #rrggbb, or a name such as green.' }),
    similarity: z
      .number()
      .min(0.01)
      .max(1)
      .default(0.12)
      .meta({ description: 'How near to it a colour must be, as a share of all differences.' }),
    blend: z.number().min(0).max(1).default(0.05).meta({ description: 'How softly the edge fades; 0 is hard.' }),
    despill: z
      .boolean()
      .default(true)
      .meta({ description: 'Take the light of the wall off what is before it; for green and blue.' }),
  });

/** `video.chroma-key`: make one colour of pictures transparent. */
export const chromaKey = defineNode({
  type: 'video.chroma-key',
  summary: 'Make one colour of pictures transparent.',
  details:
    '`chromakey`, for pictures before a green or blue wall; the colour that such a wall casts on what is before it can be taken out. ' +
    'What is transparent shows what lies below it in a `mix.overlay`, `mix.picture-in-picture` or `mix.grid`; anywhere else it is seen as it was.',
  inputs: { video: video('Pictures to change.') },
  outputs: { video: video('The changed pictures.') },
  options,
  create: ({ inputs, options$, ctx }) => ({
    video: applyVideo(ctx, inputs.video, options$, ({ color, similarity, blend, despill }) =>
      filterWork([
        { name: 'chromakey', options: { color }, live: { similarity, blend } },
        ...(despill ? [{ name: 'despill', options: { type: wallOf(color) } }] : []),
        { name: 'format', options: { pix_fmts: 'yuva420p' } },
      ]),
    ),
  }),
});

/** Whether a colour is more green or more blue. */
function wallOf(color: string): 'green' | 'blue' {
  if (!color.startsWith('#')) return /blue|navy|azure|cyan/i.test(color) ? 'blue' : 'green';
  return parseInt(color.slice(5), 16) > parseInt(color.slice(3, 5), 16) ? 'blue' : 'green';
}
