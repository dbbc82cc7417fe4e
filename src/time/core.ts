import { type SchedulerAction, Subscription } from 'rxjs';
import { delayToUs, ScheduledAction } from './action.js';
import type { Cancel, Scheduler, Ticker, TickerOptions } from './scheduler.js';
import { DeadlineTicker } from './ticker.js';
import { type TimerEntry, timerEntry, TimerHeap } from './timer-heap.js';

const nothing: Cancel = () => {};

/** What the three schedulers have in common: the timers. A subclass says what time it is and takes the timers that are due. */
export abstract class SchedulerCore implements Scheduler {
  abstract readonly kind: Scheduler['kind'];
  /** Everything that waits. */
  protected readonly heap = new TimerHeap();
  #closed = false;

  abstract nowUs(): number;
  abstract hold(work: Promise<unknown>): void;
  /** Takes what a callback threw; never throws. */
  abstract report(error: unknown): void;
  /** The earliest deadline may have changed. */
  protected abstract changed(): void;

  /** Whether {@link close} was called. */
  get closed(): boolean {
    return this.#closed;
  }

  now(): number {
    return this.nowUs() / 1000;
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.at(this.nowUs() + delayToUs(delayMs), run);
  }

  at(dueUs: number, run: () => void): Cancel {
    if (this.#closed) return nothing;
    const entry = timerEntry(() => {
      try {
        run();
      } catch (error) {
        this.report(error);
      }
    });
    this.add(entry, dueUs);
    return () => this.remove(entry);
  }

  every(options: TickerOptions): Ticker {
    return new DeadlineTicker(this, options);
  }

  schedule<T>(work: (this: SchedulerAction<T>, state: T) => void, delayMs: number, state: T): Subscription;
  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delayMs: number, state?: T): Subscription;
  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delayMs?: number, state?: T): Subscription;
  schedule<T>(work: (this: SchedulerAction<T>, state: T) => void, delayMs = 0, state?: T): Subscription {
    if (this.#closed) return Subscription.EMPTY;
    return new ScheduledAction<T>(this, work as (this: SchedulerAction<T>, state?: T) => void).schedule(state, delayMs);
  }

  close(): void {
    this.#closed = true;
    this.heap.clear();
    this.changed();
  }

  /** Puts a timer in; for tickers and actions. A deadline that is past becomes now, one beyond counting never comes. */
  add(entry: TimerEntry, dueUs: number): void {
    if (this.#closed) return;
    const nowUs = this.nowUs();
    // NaN fails the comparison and becomes now.
    const due = dueUs > nowUs ? Math.ceil(dueUs) : nowUs;
    if (due > Number.MAX_SAFE_INTEGER) {
      this.heap.remove(entry);
      return;
    }
    this.heap.add(entry, due);
    this.changed();
  }

  /** Takes a timer out; for tickers and actions. */
  remove(entry: TimerEntry): void {
    if (this.heap.remove(entry)) this.changed();
  }
}
