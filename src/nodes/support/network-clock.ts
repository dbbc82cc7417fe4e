import type { NodeContext } from '../../graph/context.js';
import type { Timer } from '../../media/net/byte-source.js';
import { createRealtimeScheduler } from '../../time/realtime.js';
import type { Scheduler } from '../../time/scheduler.js';

/**
 * What measures time-outs of a node that waits for other machines: the graph's own scheduler, except offline, where media time
 * stands still just while the network is waited for.
 */
export function networkTimer(ctx: NodeContext): Timer {
  if (!ctx.offline) return (delayMs, run) => ctx.scheduler.after(delayMs, run);
  let clock: Scheduler | undefined;
  let over = false;
  ctx.defer(() => {
    over = true;
    clock?.close();
  });
  return (delayMs, run) => {
    if (over) return () => {};
    clock ??= createRealtimeScheduler();
    return clock.after(delayMs, run);
  };
}
