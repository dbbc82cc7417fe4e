import { Observable } from 'rxjs';
import { z } from 'zod';
import type { NodeCommand, NodeContext } from '../../graph/context.js';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { mapVideo } from '../../graph/video-operators.js';
import { filterWork, type FilterWork } from '../../media/av/video/filter-work.js';
import { VideoStage } from '../../media/av/video/recipe.js';
import type { VideoFrame } from '../../media/video-frame.js';

const options = () =>
  z.strictObject({
    start: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .meta({ description: 'How much is seen at the start: 1 all, 0 black, until the command `fade`.' }),
    fadeInMs: z
      .number()
      .min(0)
      .max(600_000)
      .default(0)
      .meta({ description: 'How long the start fades in from black to that, in milliseconds; 0: not at all.' }),
  });

const command = z.object({ to: z.number().min(0).max(1), durationMs: z.number().min(0).max(600_000).default(1000) });

/** `video.fade`: fades to black and back. */
export const fade = defineNode({
  type: 'video.fade',
  summary: 'Fade pictures in at the start, and to black or back when told.',
  details:
    'The command `fade { to, durationMs }` sets out from wherever it is: 0 is black, 1 the picture as it is; `durationMs` is 1000 unless given. ' +
    'At the end it tells `fade.finished { to }`; a command it cannot obey gives `command.refused { command, reason }`.',
  inputs: { video: video('Pictures to fade.') },
  outputs: { video: video('Faded pictures.') },
  options,
  fixedOptions: ['start', 'fadeInMs'],
  create: ({ inputs, options: { start, fadeInMs }, ctx }) => ({ video: fadeVideo(ctx, inputs.video, start, fadeInMs * 1000) }),
});

interface Way {
  readonly from: number;
  readonly to: number;
  readonly durationUs: number;
  readonly told: boolean;
  startUs: number | undefined;
}

function fadeVideo(ctx: NodeContext, frames$: Observable<VideoFrame>, start: number, fadeInUs: number): Observable<VideoFrame> {
  return new Observable((subscriber) => {
    const stage = new VideoStage();
    ctx.defer(() => stage.close());
    let level = fadeInUs > 0 ? 0 : start;
    let way: Way | undefined =
      fadeInUs > 0 ? { from: 0, to: start, durationUs: fadeInUs, told: false, startUs: undefined } : undefined;
    let work: FilterWork | undefined;
    let worked = NaN;
    const obey = ({ type, ...data }: NodeCommand) => {
      const given = type === 'fade' ? command.safeParse(data) : undefined;
      if (given?.success) {
        way = { from: level, to: given.data.to, durationUs: given.data.durationMs * 1000, told: true, startUs: undefined };
        return;
      }
      const reason = given ? 'to must be 0 to 1, durationMs 0 to 600000' : 'video.fade takes fade { to, durationMs }';
      ctx.emit({ type: 'command.refused', command: type, reason });
    };
    const move = (ptsUs: number) => {
      if (!way) return;
      way.startUs ??= ptsUs;
      const share = way.durationUs > 0 ? Math.min(1, (ptsUs - way.startUs) / way.durationUs) : 1;
      level = way.from + (way.to - way.from) * share;
      if (share < 1) return;
      if (way.told) ctx.emit({ type: 'fade.finished', to: way.to });
      way = undefined;
    };
    subscriber.add(ctx.commands$.subscribe(obey));
    subscriber.add(
      frames$
        .pipe(
          mapVideo(({ content, ptsUs }) => {
            move(ptsUs);
            if (level >= 1) {
              content.retain();
              return content;
            }
            if (level !== worked) [work, worked] = [fadeWork(level), level];
            return stage.recipe(work!, [content], ptsUs);
          }),
        )
        .subscribe(subscriber),
    );
  });
}

/** Brightness towards black and colour towards none, by the same factor. */
function fadeWork(level: number): FilterWork {
  const chroma = `128+(val-128)*${level.toFixed(4)}`;
  return filterWork([
    { name: 'format', options: { pix_fmts: 'yuv420p|yuva420p|yuv422p|yuv444p', color_ranges: 'tv' } },
    { name: 'lutyuv', live: { y: `16+(val-16)*${level.toFixed(4)}`, u: chroma, v: chroma } },
  ]);
}
