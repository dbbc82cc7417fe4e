import { map, of, type Observable } from 'rxjs';
import { z } from 'zod';
import type { NodeContext, NodeEvent } from '../../../graph/context.js';
import type { PluginMediaContext } from '../../../graph/plugin-media.js';
import type { VideoFrame } from '../../../media/video-frame.js';
import { definePlugin, message } from '../../define-plugin.js';
import type { PluginContext } from '../../plugin-types.js';
import { graphOf } from '../support/graph-of.js';
import { forgetEnded, reconfigure } from '../support/reconfigure.js';
import {
  filterList,
  filtersAt,
  VIDEO_FILTERS,
  videoFiltersConfig,
  wantedFilters,
  type FilterList,
  type VideoFiltersConfig,
} from './config.js';

const where = { call: z.string().optional().meta({ description: 'Only in this call. Default: wherever the plugin works.' }) };
const reply = z.strictObject({ filters: filterList });

/** `video-filters`: changes pictures. */
export default definePlugin({
  name: 'video-filters',
  version: '1.0.0',
  description: 'Changes the pictures of a call: blur, grayscale, sepia and more, one behind the other.',
  config: videoFiltersConfig,
  messages: {
    set: message(z.strictObject({ ...where, filters: filterList }), {
      reply,
      description: 'Other filters from the next picture on; `[]` is the picture as it is. The reply says which are seen then.',
    }),
    clear: message(z.strictObject(where), {
      reply,
      description: 'Takes them back: a call has what all calls have, and without a call nothing is filtered.',
    }),
    get: message(z.strictObject(where), { reply, description: 'Which filters are seen.' }),
  },
  replies: {
    set: ({ payload: { filters, call }, ctx }) => change(ctx, filters, call),
    clear: ({ payload: { call }, ctx }) => change(ctx, undefined, call),
    get: ({ payload: { call }, ctx }) => ({ filters: seenIn(ctx, call) }),
  },
  reactions: ({ events$, ctx }) => forgetEnded(events$, ctx),
  video: {
    // Filters hold nothing of the pictures before, so that with other settings they are simply made anew.
    stage: ({ config, ctx }) => {
      const context = contextOf(ctx);
      return (frames$) => {
        let given: VideoFrame;
        const chained = wantedFilters(filtersAt(config, ctx.graph)).reduce<Observable<VideoFrame>>(
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

type Context = PluginContext<VideoFiltersConfig, unknown>;

async function change(ctx: Context, filters: FilterList | undefined, call: string | undefined): Promise<{ filters: FilterList }> {
  await reconfigure(ctx, (config) => {
    const graph = graphOf(call, ctx);
    if (graph === undefined) return { ...config, filters: filters ?? [] };
    const { [graph]: _, ...others } = config.graphs;
    return { ...config, graphs: filters ? { ...others, [graph]: filters } : others };
  });
  return { filters: seenIn(ctx, call) };
}

function seenIn(ctx: Context, call: string | undefined): FilterList {
  return filtersAt(ctx.config, graphOf(call, ctx) ?? ctx.scope.graph ?? '');
}

/** What the nodes use of a node's context. */
function contextOf(ctx: PluginMediaContext): NodeContext {
  const emit = ({ type, ...data }: NodeEvent): void => ctx.tell(type, data);
  return {
    nodeId: ctx.node,
    defer: (dispose) => ctx.defer(dispose),
    emit,
  } satisfies Partial<NodeContext> as unknown as NodeContext;
}
