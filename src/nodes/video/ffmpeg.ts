import { z } from 'zod';
import { defineNode, type OptionFault } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { nearestHint } from '../../graph/registry.js';
import { chainWork, checkVideoChain } from '../../media/av/video/video-filter-check.js';
import { ALLOWED_VIDEO_FILTERS } from '../../media/av/video/video-filter-rules.js';
import { applyVideo } from '../support/video-effect.js';

const options = () =>
  z.strictObject({
    filter: z.string().min(1).max(4000).meta({ description: 'Filters in FFmpeg\'s own syntax, such as "hue=h=90,vignette".' }),
  });

/** `video.ffmpeg`: any chain of FFmpeg's picture filters. */
export const ffmpeg = defineNode({
  type: 'video.ffmpeg',
  summary: "Send pictures through FFmpeg's filters.",
  details:
    'Takes [any chain or graph of filters](https://ffmpeg.org/ffmpeg-filters.html#Video-Filters) that has one input and one output and gives one picture for ' +
    'each: `hue=h=90,vignette`, or `[in]split[a][b];[a]hflip[c];[b][c]hstack`. Its syntax, filters, options and connections are checked ' +
    'before anything runs. Filters that read or write files, wait, or change the number or the times of pictures are refused for everybody, since graphs travel.\n\n' +
    'Effects in a row, this one included, run as one graph of filters. A changed `filter` is taken with the next picture; if it cannot be ' +
    'built for the size at hand, pictures pass untouched and `filter.failed { filter, reason }` says why.',
  inputs: { video: video('Pictures to filter.') },
  outputs: { video: video('The filtered pictures.') },
  options,
  checkOptions: ({ filter }, live) => videoFilterFaults('filter', filter, live),
  create: ({ inputs, options$, ctx }) => ({
    video: applyVideo(ctx, inputs.video, options$, ({ filter }, failed) => chainWork(filter, { failed })),
  }),
});

/** What is wrong with the text of a chain, as faults of the option that holds it. */
function videoFilterFaults(option: string, text: string, live: boolean): OptionFault[] {
  return checkVideoChain(text, live).map((found) => {
    if (found.kind === 'wrong') return { path: [option], reason: found.reason };
    const hint = nearestHint(found.name, ALLOWED_VIDEO_FILTERS);
    // A hundred names are no help.
    return { path: [option], reason: `FFmpeg has no filter "${found.name}"${hint.startsWith('. Did') ? hint : ''}` };
  });
}
