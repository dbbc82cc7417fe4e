import type { NodeContext } from '../../graph/context.js';

/** The presentation time of a mixer's frame when no input brought one. */
export interface TickTimes {
  /** Of the tick that settles, in microseconds. */
  ptsUs: number;
}

/** Follows a node's beat. Call it before `joinTicks` is subscribed to, so that the time is known when the join settles. */
export function tickTimes(ctx: NodeContext): TickTimes {
  const times: TickTimes = { ptsUs: 0 };
  const subscription = ctx.settle$.subscribe((tick) => {
    times.ptsUs = tick.ptsUs;
  });
  ctx.defer(() => subscription.unsubscribe());
  return times;
}
