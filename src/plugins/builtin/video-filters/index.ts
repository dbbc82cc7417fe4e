import { map, of, type Observable } from 'rxjs';
import type { NodeContext, NodeEvent } from '../../../graph/context.js';
import type { PluginMediaContext } from '../../../graph/plugin-media.js';
import type { VideoFrame } from '../../../media/video-frame.js';
import { definePlugin } from '../../define-plugin.js';
import { VIDEO_FILTERS, videoFiltersConfig, wantedFilters } from './config.js';

/** `video-filters`: changes pictures. */
export default definePlugin({
  name: 'video-filters',
  version: '1.0.0',
  description: 'Changes the pictures of a call: blur, grayscale, sepia and more, one behind the other.',
  config: videoFiltersConfig,
  video: {
    // Filters hold nothing of the pictures before, so that with other settings they are simply made anew.
    stage: ({ config, ctx }) => {
      const context = contextOf(ctx);
      return (frames$) => {
        let given: VideoFrame;
        const chained = wantedFilters(config).reduce<Observable<VideoFrame>>(
          (video, { name, options }) =>
            VIDEO_FILTERS[name]!.create({ inputs: { video }, options$: of(options), options, ctx: context })[
              'video'
            ] as Observable<VideoFrame>,
          frames$.pipe(map((frame) => (given = frame))),
        );
        // Nodes give back what they made once it is delivered; an operator hands its own share over with it.
        return chained.pipe(map((made) => (made.content === given.content ? given : made.retain())));
      };
    },
  },
});

/** What the nodes use of a node's context. */
function contextOf(ctx: PluginMediaContext): NodeContext {
  const emit = ({ type, ...data }: NodeEvent): void => ctx.tell(type, data);
  return {
    nodeId: ctx.node,
    defer: (dispose) => ctx.defer(dispose),
    emit,
  } satisfies Partial<NodeContext> as unknown as NodeContext;
}
