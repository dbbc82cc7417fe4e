import type { NodeContext } from '../../graph/context.js';
import type { LocalFileOptions } from '../sources/file.js';
import { FileLevels } from './file-levels.js';
import { localFiles, type PlayerSource } from './player-source.js';

/** Local files, beside the graph file or in the current folder, at an even loudness if the options ask for one. */
export function levelledFiles(ctx: NodeContext, options: LocalFileOptions): PlayerSource<LocalFileOptions> {
  const levels = new FileLevels(ctx, options);
  const asTheyAre = localFiles(ctx);
  return {
    ...asTheyAre,
    set: (next) => levels.set(next),
    open: ({ src, startSec, endSec }, signal) =>
      levels.open(ctx.resolvePath(src), src, { startSec, ...(endSec === undefined ? {} : { endSec }), signal }),
    // Packets that are copied keep the loudness they have.
    openPackets: async (next, signal) => (next.targetLufs === undefined ? asTheyAre.openPackets?.(next, signal) : undefined),
  };
}
