import { z } from 'zod';
import type { NodeDefinition } from '../../../graph/define-node.js';
import { adjust } from '../../../nodes/video/adjust.js';
import { blur } from '../../../nodes/video/blur.js';
import { cartoon } from '../../../nodes/video/cartoon.js';
import { edge } from '../../../nodes/video/edge.js';
import { grayscale } from '../../../nodes/video/grayscale.js';
import { sepia } from '../../../nodes/video/sepia.js';
import { sharpen } from '../../../nodes/video/sharpen.js';
import { vintage } from '../../../nodes/video/vintage.js';

/** The node types that `video-filters` chains; `blur` stands for `video.blur`, and so on. */
export const VIDEO_FILTERS: Readonly<Record<string, NodeDefinition>> = Object.fromEntries(
  [adjust, blur, cartoon, edge, grayscale, sepia, sharpen, vintage].map((definition) => [
    definition.type.slice('video.'.length),
    definition,
  ]),
);

const names = Object.keys(VIDEO_FILTERS) as [string, ...string[]];
const withOptions = z.discriminatedUnion(
  'filter',
  names.map((name) => (VIDEO_FILTERS[name]!.options as z.ZodObject).extend({ filter: z.literal(name) })) as unknown as [
    z.ZodObject,
  ],
);

/** Filters, first to last. */
export const filterList = z
  .array(z.union([z.enum(names), withOptions]))
  .max(16)
  .meta({
    description:
      'The filters, first to last: a name such as `"sepia"`, or `{ "filter": "blur", "sigmaPx": 8 }` with options of the node `video.blur`.',
  });
/** Filters, first to last. */
export type FilterList = z.output<typeof filterList>;

/** Settings of `video-filters`. */
export const videoFiltersConfig = z.strictObject({
  filters: filterList.default(['grayscale']),
  graphs: z.record(z.string(), filterList).default({}).meta({
    description:
      "By running graph's id, the filters that it has instead, where the plugin is the engine's; the message `set` with a `call` writes it.",
  }),
});
/** Settings of `video-filters`, complete. */
export type VideoFiltersConfig = z.output<typeof videoFiltersConfig>;

/** The filters of a running graph. */
export function filtersAt({ filters, graphs }: VideoFiltersConfig, graph: string): FilterList {
  return (Object.hasOwn(graphs, graph) ? graphs[graph] : undefined) ?? filters;
}

/** One filter to run, with complete options. */
export interface WantedFilter {
  /** Its name in {@link VIDEO_FILTERS}. */
  readonly name: string;
  /** Options of the node type. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Filters with complete options. */
export function wantedFilters(filters: FilterList): WantedFilter[] {
  return filters.map((given) => {
    if (typeof given === 'string')
      return { name: given, options: VIDEO_FILTERS[given]!.options.parse({}) as WantedFilter['options'] };
    const { filter, ...options } = given as { filter: string };
    return { name: filter, options };
  });
}
