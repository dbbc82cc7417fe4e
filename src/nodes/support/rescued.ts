import type { NodeContext } from '../../graph/context.js';
import { rescueRecordings } from '../../media/av/output-file.js';

/** Before a recording begins: tells of what a process that was killed had recorded under the same name. */
export async function tellRescued(ctx: NodeContext, path: string): Promise<void> {
  if (ctx.offline) return;
  for (const rescued of await rescueRecordings(path)) ctx.emit({ type: 'file.rescued', path: rescued });
}
