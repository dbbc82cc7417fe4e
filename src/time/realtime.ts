import { type Clock, monotonicClock } from './clock.js';
import { SchedulerCore } from './core.js';
import { PhaseGrid } from './phase-grid.js';
import type { Scheduler, SchedulerOptions } from './scheduler.js';
import { threadWaker } from './thread-waker.js';
import type { Waker, WakerFactory } from './waker.js';

/** What {@link createRealtimeScheduler} takes. */
export interface RealtimeOptions extends SchedulerOptions {
  /** The clock; default a {@link monotonicClock} that starts now. */
  readonly clock?: Clock;
  /** What waits for deadlines; default {@link threadWaker}. See docs/decisions/0002-real-time-pacing.md. */
  readonly waker?: WakerFactory;
}

/**
 * A scheduler on the machine's own time. Whatever is scheduled keeps the process alive; with nothing scheduled there are no
 * wake-ups. Without `onError` the first thing that a callback throws becomes a process warning and the rest is dropped: a
 * fault that repeats 50 times a second must not flood the log.
 */
export function createRealtimeScheduler(options: RealtimeOptions = {}): Scheduler {
  return new RealtimeScheduler(options);
}

class RealtimeScheduler extends SchedulerCore {
  readonly kind = 'realtime';
  readonly #clock: Clock;
  readonly #waker: Waker;
  readonly #onError: (error: unknown) => void;
  readonly #grid = new PhaseGrid();
  #armedUs = Infinity;
  /** Tickers that need exact wake-ups. While there are none, nothing does. */
  #exactTickers = 0;
  #inPass = false;

  constructor(options: RealtimeOptions) {
    super();
    this.#clock = options.clock ?? monotonicClock();
    this.#onError = options.onError ?? warnOnce();
    this.#waker = (options.waker ?? threadWaker)(this.#clock, () => this.#wake());
  }

  nowUs(): number {
    return this.#clock.nowUs();
  }

  gathered(dueUs: number, periodUs: number): number {
    return this.#grid.gathered(dueUs, periodUs);
  }

  exact(by: number): void {
    const before = this.#exactTickers;
    this.#exactTickers += by;
    if (this.closed || before > 0 === this.#exactTickers > 0) return;
    this.#armedUs = NaN;
    this.changed();
  }

  hold(work: Promise<unknown>): void {
    work.catch(() => {});
  }

  report(error: unknown): void {
    try {
      this.#onError(error);
    } catch (fromHandler) {
      // Nothing is left to tell it to but the process, and the timers go on.
      warn(fromHandler);
    }
  }

  override close(): void {
    if (this.closed) return;
    super.close();
    this.#waker.close();
  }

  protected changed(): void {
    if (!this.#inPass) this.#arm();
  }

  #arm(): void {
    const dueUs = this.heap.peek()?.dueUs ?? Infinity;
    if (dueUs === this.#armedUs) return;
    this.#armedUs = dueUs;
    if (dueUs === Infinity) this.#waker.idle();
    else this.#waker.wakeAt(dueUs, this.#exactTickers === 0);
  }

  #wake(): void {
    if (this.closed) return;
    // Equal to no deadline: the alarm is used up, and the next one, or none, has to be said.
    this.#armedUs = NaN;
    this.#inPass = true;
    // What the callbacks schedule waits for the next pass, even if it is due: work that reschedules itself with no delay
    // must let sockets and files have their turn.
    const nowUs = this.nowUs();
    const firstNew = this.heap.nextOrder;
    for (;;) {
      const entry = this.heap.peek();
      if (!entry || entry.dueUs > nowUs || entry.order >= firstNew) break;
      this.heap.pop();
      entry.run();
    }
    this.#inPass = false;
    this.#grid.worked(nowUs, this.nowUs());
    if (!this.closed) this.#arm();
  }
}

function warnOnce(): (error: unknown) => void {
  let warned = false;
  return (error) => {
    if (warned) return;
    warned = true;
    warn(error);
  };
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
