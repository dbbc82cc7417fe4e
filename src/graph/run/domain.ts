import { Subject } from 'rxjs';
import { FRAME_US } from '../../media/format.js';
import type { Tick } from '../context.js';

/**
 * One clock domain while it runs: three signals that fire in this order on every beat. Frames flow synchronously inside `tick$`
 * and `settle$`.
 */
export class Domain {
  /** Sources emit. */
  readonly tick$ = new Subject<Tick>();
  /** Mixers complete what is incomplete. */
  readonly settle$ = new Subject<Tick>();
  /** The frames are out; work for later may be done. */
  readonly idle$ = new Subject<Tick>();
  /** The present beat; index −1 before the first. Reused. */
  readonly tick: Tick = { index: -1, ptsUs: 0 };

  /** @param name as in the plan. */
  constructor(readonly name: string) {}

  /** Makes the beat `index`: frames of this tick flow from the sources to the sinks before it returns. */
  beat(index: number): void {
    this.tick.index = index;
    this.tick.ptsUs = index * FRAME_US;
    this.tick$.next(this.tick);
    this.settle$.next(this.tick);
  }

  /** Lets nodes work ahead, once the beats that were due are out. */
  idle(): void {
    this.idle$.next(this.tick);
  }

  /** Ends the three signals. */
  close(): void {
    this.tick$.complete();
    this.settle$.complete();
    this.idle$.complete();
  }
}
