import { Observable } from 'rxjs';
import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { deliver } from '../../graph/video-operators.js';
import { graphWork, type FilterWork } from '../../media/av/video/filter-work.js';
import { VideoStage } from '../../media/av/video/recipe.js';
import { joinNamed } from '../support/two-videos.js';

const options = () =>
  z.strictObject({
    corner: z
      .enum(['top-left', 'top-right', 'bottom-left', 'bottom-right'])
      .default('bottom-right')
      .meta({ description: 'Where the small picture is.' }),
    sizePercent: z.number().min(5).max(95).default(25).meta({ description: 'Its width, in percent of the large one.' }),
    marginPercent: z
      .number()
      .min(0)
      .max(40)
      .default(3)
      .meta({ description: 'Its distance from the edges, in percent of the height.' }),
    borderPx: z.number().int().min(0).max(40).default(2).meta({ description: 'Width of a white border, in pixels; 0: none.' }),
    swap: z.boolean().default(false).meta({ description: 'Change large and small over.' }),
  });
type Options = z.output<ReturnType<typeof options>>;

/** `mix.picture-in-picture`: a small picture in the corner of a large one. */
export const pictureInPicture = defineNode({
  type: 'mix.picture-in-picture',
  summary: 'Show a picture small in the corner of another.',
  details: 'All options are live. When one of the two is missing, the other is shown alone, large. Ends when both have ended.',
  inputs: { main: video('The large picture.'), inset: video('The small one.') },
  outputs: { video: video('Both in one.') },
  options,
  bypass: { video: 'main' },
  create: ({ inputs, options$, ctx }) => ({
    video: new Observable((subscriber) => {
      const stage = new VideoStage();
      ctx.defer(() => stage.close());
      let work: FilterWork;
      let swap = false;
      subscriber.add(
        options$.subscribe((next) => {
          work = insetWork(next);
          swap = next.swap;
        }),
      );
      subscriber.add(
        joinNamed(
          ctx,
          inputs,
          ({ main, inset }) => {
            const [large, small] = swap ? [inset, main] : [main, inset];
            if (!large || !small) {
              const alone = large ?? small;
              if (alone) subscriber.next(alone);
              return;
            }
            const { ptsUs } = large;
            deliver(stage.recipe(work, [large.content, small.content], ptsUs), ptsUs, (frame) => subscriber.next(frame));
          },
          { error: (reason) => subscriber.error(reason), complete: () => subscriber.complete() },
        ),
      );
    }),
  }),
});

function insetWork({ corner, sizePercent, marginPercent, borderPx }: Options): FilterWork {
  const margin = `H*${marginPercent / 100}`;
  const x = corner.endsWith('left') ? margin : `W-w-${margin}`;
  const y = corner.startsWith('top') ? margin : `H-h-${margin}`;
  const share = sizePercent / 100;
  return graphWork(
    `inset ${share} ${borderPx}`,
    ([large, small], output, id) => {
      const border = borderPx > 0 ? `drawbox=c=white:t=${borderPx},` : '';
      const size = `scale=w='2*trunc(rw*${share}/2)':h='2*trunc(rw*${share}*ih/iw/2)':flags=bilinear,${border}setsar=1`;
      return (
        `[${large}]split[${id}a][${id}b];[${small}][${id}b]${size}[${id}u];` +
        `[${id}a][${id}u]overlay@${id}0=x=${x}:y=${y}:format=yuv420[${output}]`
      );
    },
    {
      live: [
        { filter: 0, name: 'overlay', command: 'x', value: x },
        { filter: 0, name: 'overlay', command: 'y', value: y },
      ],
    },
  );
}
