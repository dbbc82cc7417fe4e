import { type SchedulerAction, Subscription } from 'rxjs';
import { type TimerEntry, timerEntry } from './timer-heap.js';

/** What an action needs of its scheduler. */
export interface ActionHost {
  nowUs(): number;
  add(entry: TimerEntry, dueUs: number): void;
  remove(entry: TimerEntry): void;
  report(error: unknown): void;
}

/**
 * Whole microseconds of a delay in milliseconds: negative and NaN are 0, infinite stays infinite. A delay that is positive but
 * rounds to 0 becomes 1: operators such as `debounceTime` wait for the rest of a floating-point difference, and would spin on
 * an instant that never passes.
 */
export function delayToUs(delayMs: number): number {
  if (!(delayMs > 0)) return 0;
  return Math.max(1, Math.round(delayMs * 1000));
}

/** One piece of work of an RxJS operator: may reschedule itself, is cancelled by `unsubscribe`. */
export class ScheduledAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #host: ActionHost;
  readonly #work: (this: SchedulerAction<T>, state?: T) => void;
  readonly #entry: TimerEntry;
  #state: T | undefined;
  #delayUs = -1;
  #firing = false;

  constructor(host: ActionHost, work: (this: SchedulerAction<T>, state?: T) => void) {
    super();
    this.#host = host;
    this.#work = work;
    this.#entry = timerEntry(() => this.#fire());
  }

  /** Runs the work `delayMs` from now with `state`; a run that still waits is replaced. */
  schedule(state?: T, delayMs = 0): Subscription {
    if (this.closed) return this;
    const delayUs = delayToUs(delayMs);
    const nowUs = this.#host.nowUs();
    // The same delay again, from inside the work, is a period: it counts from the deadline so that `interval` cannot drift.
    // A period that was missed as a whole is not made up for.
    const dueUs = this.#entry.dueUs;
    const periodic = this.#firing && delayUs === this.#delayUs && nowUs - dueUs < delayUs;
    this.#state = state;
    this.#delayUs = delayUs;
    this.#host.add(this.#entry, (periodic ? dueUs : nowUs) + delayUs);
    return this;
  }

  override unsubscribe(): void {
    if (this.closed) return;
    this.#host.remove(this.#entry);
    this.#state = undefined;
    super.unsubscribe();
  }

  #fire(): void {
    this.#firing = true;
    try {
      this.#work.call(this, this.#state);
    } catch (error) {
      this.unsubscribe();
      this.#host.report(error);
    } finally {
      this.#firing = false;
    }
  }
}
