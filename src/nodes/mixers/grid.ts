import { Observable } from 'rxjs';
import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { many, video } from '../../graph/ports.js';
import { deliver, joinVideo } from '../../graph/video-operators.js';
import type { FilterWork } from '../../media/av/video/filter-work.js';
import { VideoStage } from '../../media/av/video/recipe.js';
import { blankPicture } from '../../media/av/video/blank.js';
import { COLOR } from '../support/video-effect.js';
import { even, tilesWork, type Tile } from '../support/compose.js';

const options = () =>
  z.strictObject({
    width: z
      .number()
      .int()
      .min(64)
      .max(4096)
      .multipleOf(2)
      .default(1280)
      .meta({ description: 'Width of the whole, in pixels, even.' }),
    height: z
      .number()
      .int()
      .min(64)
      .max(4096)
      .multipleOf(2)
      .default(720)
      .meta({ description: 'Height of the whole, in pixels, even.' }),
    gapPx: z
      .number()
      .int()
      .min(0)
      .max(200)
      .default(8)
      .meta({ description: 'Space between pictures and around them, in pixels.' }),
    background: z
      .string()
      .regex(COLOR)
      .default('#101418')
      .meta({ description: 'Colour behind the pictures: #rrggbb, or a name.' }),
    fit: z
      .enum(['contain', 'cover'])
      .default('cover')
      .meta({ description: 'cover fills each place and cuts sides off; contain shows all of a picture.' }),
    columns: z
      .number()
      .int()
      .min(0)
      .max(16)
      .default(0)
      .meta({ description: 'Pictures side by side. 0: as many as make the places largest.' }),
  });
type Options = z.output<ReturnType<typeof options>>;

/** `mix.grid`: pictures side by side. */
export const grid = defineNode({
  type: 'mix.grid',
  summary: 'Show pictures side by side.',
  details:
    'As many as there are, in the order in which they came; whoever comes or goes makes the others smaller or larger at once. A picture that is missing on a ' +
    'tick leaves its place empty. Without any picture the ground alone is shown. Scaling, placing and all effects before it are one pass.',
  inputs: { video: many(video('Pictures to show.')) },
  outputs: { video: video('All of them in one.') },
  options,
  create: ({ inputs, options$, ctx }) => ({
    video: new Observable((subscriber) => {
      const stage = new VideoStage();
      ctx.defer(() => stage.close());
      let present: Options;
      let work: FilterWork | undefined;
      let shape = '';
      subscriber.add(
        options$.subscribe((next) => {
          present = next;
          shape = '';
        }),
      );
      let tickUs = 0;
      subscriber.add(ctx.videoTick$.subscribe(({ ptsUs }) => (tickUs = ptsUs)));
      const blank = blankPicture(16, 16);
      ctx.defer(() => blank.release());
      subscriber.add(
        joinVideo(ctx, inputs.video).subscribe({
          next: (slots) => {
            const shown = slots.flatMap(({ frame }, place) => (frame ? [{ frame, place }] : []));
            // The first input is the ground's: a small black picture that is never seen.
            const wanted = `${slots.length}:${shown.map(({ place }) => place).join()}`;
            if (wanted !== shape || !work) {
              shape = wanted;
              const places = gridTiles(present, slots.length);
              const tiles = [{ x: 0, y: 0, width: 2, height: 2, opacity: 0 }, ...shown.map(({ place }) => places[place]!)];
              work = tilesWork(present, present.background, tiles);
            }
            // Pictures come before this node's own turn in the beat.
            const ptsUs = shown[0]?.frame.ptsUs ?? tickUs;
            const recipe = stage.recipe(work, [blank, ...shown.map(({ frame }) => frame.content)], ptsUs);
            deliver(recipe, ptsUs, (frame) => subscriber.next(frame));
          },
          error: (reason) => subscriber.error(reason),
          complete: () => subscriber.complete(),
        }),
      );
    }),
  }),
});

/** The places of so many pictures of 16 by 9, as large as they can be; a last row that is not full is centred. */
export function gridTiles({ width, height, gapPx, columns, fit }: Options, count: number): Tile[] {
  if (count === 0) return [];
  const sizeAt = (across: number) => {
    const down = Math.ceil(count / across);
    return { w: (width - gapPx * (across + 1)) / across, h: (height - gapPx * (down + 1)) / down };
  };
  const areaAt = (across: number) => {
    const { w, h } = sizeAt(across);
    const shown = Math.min(w, (h * 16) / 9);
    return w > 2 && h > 2 ? shown * shown : 0;
  };
  let across = columns > 0 ? Math.min(columns, count) : 1;
  if (columns === 0) for (let n = 2; n <= count; n++) if (areaAt(n) > areaAt(across)) across = n;
  const { w, h } = sizeAt(across);
  const [tileWidth, tileHeight] = [even(w), even(h)];
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor(i / across);
    const inRow = Math.min(across, count - row * across);
    const indent = ((across - inRow) * (w + gapPx)) / 2;
    return {
      x: even(gapPx + indent + (i % across) * (w + gapPx) + 1) - (gapPx > 0 || indent > 0 || i % across > 0 ? 0 : 2),
      y: row === 0 && gapPx === 0 ? 0 : even(gapPx + row * (h + gapPx) + 1),
      width: tileWidth,
      height: tileHeight,
      fit,
    };
  });
}
