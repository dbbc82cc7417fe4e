import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { filterWork } from '../../media/av/video/filter-work.js';
import { FONT_FILE } from '../fonts.js';
import { applyVideo, COLOR } from '../support/video-effect.js';

const colorOption = (about: string, usual: string) =>
  z
    .string()
    .regex(COLOR)
    .default(usual)
    .meta({ description: `${about}: #rrggbb, or a name.` });

/** What `video.text` takes. */
export const textOptions = z.strictObject({
  text: z.string().max(2000).meta({ description: 'What is written; lines are parted by \\n. May change while it runs.' }),
  sizePercent: z
    .number()
    .min(1)
    .max(50)
    .default(6)
    .meta({ description: 'Height of a line, in percent of the height of the picture.' }),
  position: z
    .enum(['top-left', 'top', 'top-right', 'left', 'center', 'right', 'bottom-left', 'bottom', 'bottom-right'])
    .default('bottom')
    .meta({ description: 'Where it stands.' }),
  marginPercent: z.number().min(0).max(50).default(5).meta({ description: 'Distance from the edges, in percent of the height.' }),
  color: colorOption('Colour of the letters', 'white'),
  boxColor: colorOption('Colour of the box behind them', 'black'),
  boxOpacity: z.number().min(0).max(1).default(0.5).meta({ description: 'How solid the box behind them is; 0: no box.' }),
});
type Options = z.output<typeof textOptions>;

/** `video.text`: words over pictures. */
export const text = defineNode({
  type: 'video.text',
  summary: 'Write over pictures.',
  details:
    'DejaVu Sans, which comes with voxgraph: Latin, Greek, Cyrillic and most signs. The text is written as it is, whatever is in it; an empty one writes nothing. ' +
    'All options may change while it runs.',
  inputs: { video: video('Pictures.') },
  outputs: { video: video('Pictures with the text on them.') },
  options: textOptions,
  create: ({ inputs, options$, ctx }) => ({ video: applyVideo(ctx, inputs.video, options$, textWork) }),
});

/** What writes a text; undefined: there is none. */
export function textWork({ text: written, sizePercent, position, marginPercent, color, boxColor, boxOpacity }: Options) {
  if (written.trim() === '') return undefined;
  const margin = `h*${marginPercent / 100}`;
  const [x, y] = [
    position.includes('left') ? margin : position.includes('right') ? `w-text_w-${margin}` : '(w-text_w)/2',
    position.startsWith('top') ? margin : position.startsWith('bottom') ? `h-text_h-${margin}` : '(h-text_h)/2',
  ];
  return filterWork([
    {
      name: 'drawtext',
      options: {
        fontfile: FONT_FILE,
        expansion: 'none',
        text: written,
        fontsize: `h*${sizePercent / 100}`,
        fontcolor: color,
        x,
        y,
        text_align: position.includes('left') ? 'L' : position.includes('right') ? 'R' : 'C',
        box: boxOpacity > 0 ? 1 : 0,
        boxcolor: `${boxColor}@${boxOpacity}`,
        boxborderw: 8,
      },
    },
  ]);
}
