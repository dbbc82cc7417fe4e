import { voxError } from '../errors.js';
import { SchedulerCore } from './core.js';
import { Holds } from './holds.js';
import type { SchedulerOptions } from './scheduler.js';
import type { TimerEntry } from './timer-heap.js';

/** So many callbacks without time moving is a loop; the busiest honest instant has a few per graph. */
const MOST_PER_INSTANT = 100_000;

/** What offline and virtual time share: time is the deadline of the callback that runs, and moves only between callbacks. */
export abstract class SteppedScheduler extends SchedulerCore {
  /** What time waits for. */
  protected readonly holds = new Holds();
  readonly #onError: ((error: unknown) => void) | undefined;
  #errors: unknown[] = [];
  #nowUs = 0;
  #atThisInstant = 0;

  constructor(options: SchedulerOptions) {
    super();
    this.#onError = options.onError;
  }

  nowUs(): number {
    return this.#nowUs;
  }

  hold(work: Promise<unknown>): void {
    this.holds.add(work);
  }

  report(error: unknown): void {
    if (!this.#onError) {
      this.#errors.push(error);
      return;
    }
    try {
      this.#onError(error);
    } catch (fromHandler) {
      this.#errors.push(fromHandler);
    }
  }

  protected changed(): void {}

  /** Moves to the earliest deadline and runs that one callback. */
  protected step(entry: TimerEntry): void {
    this.moveTo(entry.dueUs);
    if (++this.#atThisInstant > MOST_PER_INSTANT) {
      throw voxError('TIME_STUCK', { atMs: this.now(), count: MOST_PER_INSTANT });
    }
    this.heap.remove(entry);
    entry.run();
  }

  /** Moves time without running anything; never back, and not to infinity. */
  protected moveTo(us: number): void {
    if (!(us > this.#nowUs) || us === Infinity) return;
    this.#nowUs = us;
    this.#atThisInstant = 0;
  }

  /** Throws the first thing that callbacks threw since the last call, if nobody took it by `onError`. */
  protected throwFirst(): void {
    const errors = this.#errors;
    this.#errors = [];
    if (errors.length > 0) throw errors[0];
  }
}
