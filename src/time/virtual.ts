import { delayToUs } from './action.js';
import type { Scheduler, SchedulerOptions } from './scheduler.js';
import { SteppedScheduler } from './stepped.js';

/**
 * A {@link Scheduler} that a test moves. Callbacks run in the order of their deadlines, nested ones included, and each sees its
 * own deadline as the time. Without `onError` the first thing a callback throws is thrown by the call that moved time, after
 * everything due has run. More than 100,000 callbacks without time moving throw `TIME_STUCK`.
 */
export interface VirtualScheduler extends Scheduler {
  readonly kind: 'virtual';
  /** Moves time by `ms` milliseconds and runs what comes due, all within this call. */
  advanceBy(ms: number): void;
  /** Moves time to `us` microseconds and runs what comes due, within this call; a time that is past only runs what is due. */
  advanceTo(us: number): void;
  /**
   * Runs up to `limit` callbacks (default 10,000) wherever their deadlines are, until nothing waits; returns how many ran.
   * Bounded, because tickers never end.
   */
  flush(limit?: number): number;
  /** Resolves when everything that holds time has settled and promise continuations have run; time does not move. */
  settle(): Promise<void>;
  /** As {@link advanceBy}, but settles before the first and after every callback: for work with promises in it. */
  play(ms: number): Promise<void>;
}

const DEFAULT_FLUSH = 10_000;

/** A scheduler for tests; time starts at 0 and moves only when told to. */
export function createVirtualScheduler(options: SchedulerOptions = {}): VirtualScheduler {
  return new Virtual(options);
}

class Virtual extends SteppedScheduler implements VirtualScheduler {
  readonly kind = 'virtual';

  advanceBy(ms: number): void {
    this.advanceTo(this.nowUs() + delayToUs(ms));
  }

  advanceTo(us: number): void {
    for (;;) {
      const entry = this.heap.peek();
      if (!entry || !(entry.dueUs <= Math.max(us, this.nowUs()))) break;
      this.step(entry);
    }
    this.moveTo(us);
    this.throwFirst();
  }

  flush(limit = DEFAULT_FLUSH): number {
    let ran = 0;
    for (let entry = this.heap.peek(); entry && ran < limit; entry = this.heap.peek()) {
      this.step(entry);
      ran++;
    }
    this.throwFirst();
    return ran;
  }

  async settle(): Promise<void> {
    do {
      await this.holds.wait();
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.holds.pending > 0);
  }

  async play(ms: number): Promise<void> {
    const endUs = this.nowUs() + delayToUs(ms);
    for (;;) {
      await this.settle();
      const entry = this.heap.peek();
      if (!entry || entry.dueUs > endUs) break;
      this.step(entry);
    }
    this.moveTo(endUs);
    this.throwFirst();
  }
}
