import { Observable } from 'rxjs';
import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio, optional, video } from '../../graph/ports.js';
import { videoPerTick } from '../../graph/video-operators.js';
import type { FilterWork, Size } from '../../media/av/video/filter-work.js';
import { VideoStage } from '../../media/av/video/recipe.js';
import type { VideoContent, VideoFrame } from '../../media/video-frame.js';
import { even, tilesWork, type Tile } from '../support/compose.js';
import { sizeOptions } from '../support/size-options.js';
import { SoundPicture } from '../support/sound-picture.js';
import { textOptions, textWork } from './text.js';

const hex = (about: string, usual: string) =>
  z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/)
    .default(usual)
    .meta({ description: `${about}: #rrggbb.` });

const options = () =>
  z.strictObject({
    mode: z
      .enum(['waveform', 'spectrum'])
      .default('spectrum')
      .meta({ description: 'waveform: the last 43 ms as a curve; spectrum: bars from 40 Hz to 16 kHz.' }),
    ...sizeOptions,
    color: hex('Colour of the curve or the bars', '#3ddc97'),
    background: hex('Colour behind', '#101820'),
    bars: z.number().int().min(4).max(256).default(48).meta({ description: 'Bars of the spectrum.' }),
    title: z.string().max(500).default('').meta({ description: 'What is written over it; may change while it runs.' }),
  });

/** `video.visualizer`: sound made visible. */
export const visualizer = defineNode({
  type: 'video.visualizer',
  summary: 'Draw sound, with a cover and a title, so that music has a picture.',
  details:
    'The spectrum is an FFT of 2048 samples under a Hann window, its bars evenly spaced in pitch, 70 dB high; they rise at once and fall slowly. A `cover`, such as the ' +
    '`video` of a source.file with cover art, stands at the left, the title at the top. Ends with the sound.',
  inputs: { audio: audio('Sound to draw.'), cover: optional(video('A picture that stands beside it.')) },
  outputs: { video: video('Its picture.') },
  options,
  bypass: null,
  create: ({ inputs, options: first, options$, ctx }) => ({
    video: new Observable<VideoFrame>((subscriber) => {
      const sound = new SoundPicture();
      const stages = [new VideoStage(), new VideoStage()] as const;
      let look = first;
      let cover: VideoFrame | undefined;
      let over = false;
      const drop = () => {
        cover?.release();
        cover = undefined;
      };
      ctx.defer(async () => {
        drop();
        for (const stage of stages) await stage.close();
      });
      let title: FilterWork | undefined;
      subscriber.add(
        options$.subscribe((next) => {
          look = next;
          title = textWork({ ...textOptions.parse({ text: '' }), text: next.title, position: 'top', boxOpacity: 0 });
        }),
      );
      const end = () => (over = true);
      subscriber.add(
        inputs.audio.subscribe({
          next: (frame) => sound.hear(frame),
          error: (reason) => subscriber.error(reason),
          complete: end,
        }),
      );
      subscriber.add(
        inputs.cover?.subscribe({
          next: (frame) => {
            drop();
            cover = frame.retain();
          },
          error: drop,
          complete: drop,
        }),
      );
      const next = ({ ptsUs }: { ptsUs: number }): VideoContent | 'end' => {
        if (over) return 'end';
        const drawn = sound.draw(look, cover ? coverPlace(look).x + coverPlace(look).width : 0);
        const framed = cover ? withCover(stages[0], drawn, cover.content, look, ptsUs) : drawn;
        if (!title) return framed;
        const titled = stages[1].recipe(title, [framed], ptsUs);
        framed.release();
        return titled;
      };
      subscriber.add(videoPerTick(ctx, next).subscribe(subscriber));
    }),
  }),
});

/** Where the cover stands: at the left, up to two fifths of the width. */
function coverPlace({ width, height }: Size): Tile {
  const side = even(Math.min(width * 0.4, height * 0.6));
  return { x: even(height * 0.08), y: even((height - side) / 2), width: side, height: side };
}

/** The cover over the drawing. */
function withCover(
  stage: VideoStage,
  drawn: VideoContent,
  cover: VideoContent,
  { width, height }: Size,
  ptsUs: number,
): VideoContent {
  const size = { width, height };
  const tiles = [{ x: 0, y: 0, ...size }, coverPlace(size)];
  const recipe = stage.recipe(tilesWork(size, 'black', tiles), [drawn, cover], ptsUs);
  drawn.release();
  return recipe;
}
