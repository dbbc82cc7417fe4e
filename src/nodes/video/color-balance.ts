import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { filterWork } from '../../media/av/video/filter-work.js';
import { applyVideo } from '../support/video-effect.js';

const options = () =>
  z.strictObject({
    shadowsRed: z
      .number()
      .min(-1)
      .max(1)
      .default(0)
      .meta({ description: 'Dark parts, red to cyan: −1 takes it out, 1 adds as much.' }),
    shadowsGreen: z
      .number()
      .min(-1)
      .max(1)
      .default(0)
      .meta({ description: 'Dark parts, green to magenta: −1 takes it out, 1 adds as much.' }),
    shadowsBlue: z
      .number()
      .min(-1)
      .max(1)
      .default(0)
      .meta({ description: 'Dark parts, blue to yellow: −1 takes it out, 1 adds as much.' }),
    midtonesRed: z
      .number()
      .min(-1)
      .max(1)
      .default(0)
      .meta({ description: 'Middle tones, red to cyan: −1 takes it out, 1 adds as much.' }),
    midtonesGreen: z
      .number()
      .min(-1)
      .max(1)
      .default(0)
      .meta({ description: 'Middle tones, green to magenta: −1 takes it out, 1 adds as much.' }),
    midtonesBlue: z
      .number()
      .min(-1)
      .max(1)
      .default(0)
      .meta({ description: 'Middle tones, blue to yellow: −1 takes it out, 1 adds as much.' }),
    highlightsRed: z
      .number()
      .min(-1)
      .max(1)
      .default(0)
      .meta({ description: 'Bright parts, red to cyan: −1 takes it out, 1 adds as much.' }),
    highlightsGreen: z
      .number()
      .min(-1)
      .max(1)
      .default(0)
      .meta({ description: 'Bright parts, green to magenta: −1 takes it out, 1 adds as much.' }),
    highlightsBlue: z
      .number()
      .min(-1)
      .max(1)
      .default(0)
      .meta({ description: 'Bright parts, blue to yellow: −1 takes it out, 1 adds as much.' }),
    keepBrightness: z.boolean().default(false).meta({ description: 'Keep the brightness of each pixel.' }),
  });

/** `video.color-balance`: shift the colours of shadows, middle tones and highlights. */
export const colorBalance = defineNode({
  type: 'video.color-balance',
  summary: 'Shift the colours of shadows, middle tones and highlights.',
  details: '`colorbalance`, which works in RGB; live.',
  inputs: { video: video('Pictures to change.') },
  outputs: { video: video('The changed pictures.') },
  options,
  create: ({ inputs, options$, ctx }) => ({
    video: applyVideo(ctx, inputs.video, options$, (o) =>
      filterWork([
        {
          name: 'colorbalance',
          options: { pl: o.keepBrightness ? 1 : 0 },
          live: {
            rs: o.shadowsRed,
            gs: o.shadowsGreen,
            bs: o.shadowsBlue,
            rm: o.midtonesRed,
            gm: o.midtonesGreen,
            bm: o.midtonesBlue,
            rh: o.highlightsRed,
            gh: o.highlightsGreen,
            bh: o.highlightsBlue,
          },
        },
        { name: 'format', options: { pix_fmts: 'yuv420p' } },
      ]),
    ),
  }),
});
