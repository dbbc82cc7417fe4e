import { defer, finalize, type Observable } from 'rxjs';
import type { NodeContext } from '../../graph/context.js';
import { mapVideo } from '../../graph/video-operators.js';
import type { FilterWork } from '../../media/av/video/filter-work.js';
import { VideoStage } from '../../media/av/video/recipe.js';
import type { VideoFrame } from '../../media/video-frame.js';

/**
 * An effect on pictures that is FFmpeg's filters.
 *
 * @param workOf what is done at given options; asked when they change only. Undefined: pictures pass untouched.
 */
export function applyVideo<O>(
  ctx: NodeContext,
  frames$: Observable<VideoFrame>,
  options$: Observable<O>,
  workOf: (options: O, failed: (reason: string) => void) => FilterWork | undefined,
): Observable<VideoFrame> {
  return defer(() => {
    const stage = new VideoStage();
    ctx.defer(() => stage.close());
    const failed = (reason: string) => ctx.emit({ type: 'filter.failed', filter: ctx.nodeId, reason });
    let work: FilterWork | undefined;
    const subscription = options$.subscribe((next) => (work = workOf(next, failed)));
    return frames$.pipe(
      mapVideo(({ content, ptsUs }) => {
        if (work) return stage.recipe(work, [content], ptsUs);
        content.retain();
        return content;
      }),
      finalize(() => subscription.unsubscribe()),
    );
  });
}

/** A colour of FFmpeg's: a name such as `green`, or `#rrggbb`. */
export const COLOR = /^(#[0-9a-fA-F]{6}|[a-zA-Z]{3,24})$/;
