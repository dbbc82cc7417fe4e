import { Observable } from 'rxjs';
import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { deliver } from '../../graph/video-operators.js';
import { graphWork, type FilterWork } from '../../media/av/video/filter-work.js';
import { VideoStage } from '../../media/av/video/recipe.js';
import { joinNamed } from '../support/two-videos.js';

const share = (about: string, usual: number) => z.number().min(-1).max(2).default(usual).meta({ description: about });

const options = () =>
  z.strictObject({
    x: share('Where its left edge is, as a share of the width of the lower picture.', 0),
    y: share('Where its top edge is, as a share of the height of the lower picture.', 0),
    width: z
      .number()
      .min(0)
      .max(2)
      .default(0)
      .meta({ description: 'Its width, as a share of that of the lower picture; its height follows. 0: as it is.' }),
    opacity: z.number().min(0).max(1).default(1).meta({ description: 'How solid it is; 0 is not seen.' }),
  });
type Options = z.output<ReturnType<typeof options>>;

/** `mix.overlay`: a picture on a picture. */
export const overlay = defineNode({
  type: 'mix.overlay',
  summary: 'Lay a picture over another.',
  details:
    'What is transparent in the upper one, as in a PNG or behind a `video.chroma-key`, shows the lower one. Place and opacity are live. Where the upper one is missing, ' +
    'the lower one passes untouched. Ends with the lower one.',
  inputs: { below: video('The lower picture; it sets the size.'), above: video('The picture on it.') },
  outputs: { video: video('Both in one.') },
  options,
  bypass: { video: 'below' },
  create: ({ inputs, options$, ctx }) => ({
    video: new Observable((subscriber) => {
      const stage = new VideoStage();
      ctx.defer(() => stage.close());
      let work: FilterWork;
      let hidden = false;
      subscriber.add(
        options$.subscribe((next) => {
          work = overlayWork(next);
          hidden = next.opacity === 0;
        }),
      );
      let ended = false;
      const over = () => (ended = true);
      subscriber.add(inputs.below.subscribe({ complete: over, error: over }));
      subscriber.add(
        joinNamed(
          ctx,
          inputs,
          ({ below: lower, above }) => {
            if (!lower) {
              if (ended) subscriber.complete();
              return;
            }
            if (!above || hidden) return subscriber.next(lower);
            deliver(stage.recipe(work, [lower.content, above.content], lower.ptsUs), lower.ptsUs, (frame) =>
              subscriber.next(frame),
            );
          },
          { error: (reason) => subscriber.error(reason), complete: () => subscriber.complete() },
        ),
      );
    }),
  }),
});

function overlayWork({ x, y, width, opacity }: Options): FilterWork {
  const scaled = width > 0;
  return graphWork(
    `overlay ${scaled ? width : ''} ${opacity < 1}`,
    ([lower, upper], output, id) => {
      const solid = opacity < 1 ? `format=yuva420p,colorchannelmixer@${id}1=aa=${opacity}` : 'null';
      const place = `overlay@${id}0=x=W*${x}:y=H*${y}:format=yuv420[${output}]`;
      if (!scaled) return `[${upper}]${solid}[${id}u];[${lower}][${id}u]${place}`;
      // The lower picture is the upper one's measure.
      const size = `scale=w='2*trunc(rw*${width}/2)':h='2*trunc(rw*${width}*ih/iw/2)':flags=bilinear`;
      return `[${lower}]split[${id}a][${id}b];[${upper}][${id}b]${size},${solid}[${id}u];[${id}a][${id}u]${place}`;
    },
    {
      live: [
        { filter: 0, name: 'overlay', command: 'x', value: `W*${x}` },
        { filter: 0, name: 'overlay', command: 'y', value: `H*${y}` },
        ...(opacity < 1 ? [{ filter: 1, name: 'colorchannelmixer', command: 'aa', value: String(opacity) }] : []),
      ],
    },
  );
}
