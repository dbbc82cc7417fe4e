import { Observable } from 'rxjs';
import { z } from 'zod';
import { problem, reasonOf, VoxError } from '../../errors.js';
import type { NodeContext } from '../../graph/context.js';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { videoPerTick } from '../../graph/video-operators.js';
import { readImage } from '../../media/av/video/image.js';
import type { Picture } from '../../media/av/video/picture.js';
import type { VideoFrame } from '../../media/video-frame.js';

const options = () =>
  z.strictObject({
    src: z
      .string()
      .min(1)
      .meta({ description: 'Picture to show (PNG, JPEG, WebP, BMP, GIF …): beside the graph file, or in the current folder.' }),
  });

/** `source.image`: a picture that stands still. */
export const image = defineNode({
  type: 'source.image',
  summary: 'Show a picture from a file.',
  details:
    'Transparent parts show what lies below in a mixer of pictures. A changed `src` is shown as soon as it is read; if it cannot be read the old one stays, and ' +
    '`image.failed { src, problem }` says why. Costs nothing while it stands still. Never ends. Event: `image.opened { src, width, height }`.',
  inputs: {},
  outputs: { video: video('The picture, again and again.') },
  options,
  fileOptions: ['src'],
  create: ({ options$, ctx }) => ({ video: showImage(ctx, options$) }),
});

function showImage(ctx: NodeContext, options$: Observable<z.output<ReturnType<typeof options>>>): Observable<VideoFrame> {
  return new Observable((subscriber) => {
    let shown: Picture | undefined;
    let wanted = '';
    let closed = false;
    const open = async (src: string) => {
      try {
        const picture = await readImage(ctx.resolvePath(src));
        if (closed || src !== wanted) return picture.release();
        shown?.release();
        shown = picture;
        ctx.emit({ type: 'image.opened', src, width: picture.width, height: picture.height });
      } catch (reason) {
        if (closed || src !== wanted) return;
        // With nothing else to show the node fails, and its guard says so and tries again.
        if (!shown) return subscriber.error(reason);
        const failure =
          reason instanceof VoxError ? reason.problems[0]! : problem('MEDIA_UNREADABLE', { path: src, reason: reasonOf(reason) });
        ctx.emit({ type: 'image.failed', src, problem: { ...failure, node: ctx.nodeId } });
      }
    };
    ctx.defer(() => {
      closed = true;
      shown?.release();
    });
    subscriber.add(
      options$.subscribe(({ src }) => {
        if (src === wanted) return;
        wanted = src;
        ctx.hold(open(src));
      }),
    );
    const next = () => {
      shown?.retain();
      return shown;
    };
    subscriber.add(videoPerTick(ctx, next).subscribe(subscriber));
  });
}
