import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { filterWork } from '../../media/av/video/filter-work.js';
import { applyVideo } from '../support/video-effect.js';

const options = () =>
  z.strictObject({
    brightness: z
      .number()
      .min(-1)
      .max(1)
      .default(0)
      .meta({ description: 'Added to the brightness, as a share of black to white.' }),
    contrast: z.number().min(0).max(4).default(1).meta({ description: 'Factor of the differences from middle grey.' }),
    saturation: z.number().min(0).max(3).default(1).meta({ description: 'Factor of the colour; 0 is grey.' }),
    gamma: z.number().min(0.1).max(10).default(1).meta({ description: 'Above 1 lifts the middle tones.' }),
    hueDegrees: z.number().min(-180).max(180).default(0).meta({ description: 'Turns all colours around the colour wheel.' }),
  });

/** `video.adjust`: change brightness, contrast, saturation, gamma and hue of pictures. */
export const adjust = defineNode({
  type: 'video.adjust',
  summary: 'Change brightness, contrast, saturation, gamma and hue of pictures.',
  details: 'All of it in YUV, and live (`eq`, `hue`).',
  inputs: { video: video('Pictures to change.') },
  outputs: { video: video('The changed pictures.') },
  options,
  create: ({ inputs, options$, ctx }) => ({
    video: applyVideo(ctx, inputs.video, options$, ({ brightness, contrast, saturation, gamma, hueDegrees }) => {
      const eq = { name: 'eq', live: { brightness, contrast, saturation, gamma } };
      const plain = brightness === 0 && contrast === 1 && saturation === 1 && gamma === 1;
      if (hueDegrees !== 0) return filterWork([eq, { name: 'hue', live: { h: hueDegrees } }]);
      return plain ? undefined : filterWork([eq]);
    }),
  }),
});
