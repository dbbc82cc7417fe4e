import type { Scheduler, SchedulerOptions } from './scheduler.js';
import { SteppedScheduler } from './stepped.js';

/** A {@link Scheduler} for rendering: time jumps from deadline to deadline as fast as the work allows. */
export interface OfflineScheduler extends Scheduler {
  readonly kind: 'offline';
  /**
   * Runs until nothing is scheduled and nothing holds time, until {@link stop}, or until `untilUs` (then time stands at
   * `untilUs`). Between two callbacks all promise continuations run (between `synchronous` ticks at least every 16th time), then
   * everything that holds time settles; what is neither (plain I/O) has no fixed place in the order. The event loop gets a turn every few milliseconds of wall time.
   *
   * Rejects at the end with the first thing a callback threw, unless there is an `onError`; with `TIME_STUCK` at once if
   * 100,000 callbacks run without time moving. While it runs, further calls return the same promise.
   */
  run(untilUs?: number): Promise<void>;
  /** Ends {@link run} after the callback that runs now; what is scheduled stays, and `run` may go on later. */
  stop(): void;
}

/** Longest stretch of work, in milliseconds of wall time, before sockets, signals and progress displays get a turn. */
const TURN_MS = 8;

/** How many synchronous ticks run in a row. A count, not a time, so that the order is the same on every machine. */
const MOST_IN_A_ROW = 16;

/** A scheduler that runs as fast as the machine allows; time starts at 0. The same work gives the same order every time. */
export function createOfflineScheduler(options: SchedulerOptions = {}): OfflineScheduler {
  return new Offline(options);
}

class Offline extends SteppedScheduler implements OfflineScheduler {
  readonly kind = 'offline';
  #running: Promise<void> | undefined;
  #stopped = false;

  run(untilUs = Infinity): Promise<void> {
    this.#running ??= this.#run(untilUs).finally(() => (this.#running = undefined));
    return this.#running;
  }

  stop(): void {
    this.#stopped = true;
    this.holds.release();
  }

  override close(): void {
    super.close();
    this.stop();
  }

  async #run(untilUs: number): Promise<void> {
    this.#stopped = false;
    await eventLoopTurn();
    let turnEndsMs = performance.now() + TURN_MS;
    let inARow = 0;
    while (!this.#stopped && !this.closed) {
      if (this.holds.pending > 0) {
        await this.holds.wait();
        continue;
      }
      const entry = this.heap.peek();
      if (!entry && (await this.#somethingCame())) continue;
      if (!entry || entry.dueUs > untilUs) break;
      this.step(entry);
      if (entry.synchronous && ++inARow < MOST_IN_A_ROW && this.heap.peek()?.synchronous) continue;
      inARow = 0;
      if (performance.now() >= turnEndsMs) {
        await eventLoopTurn();
        turnEndsMs = performance.now() + TURN_MS;
      } else await continuations();
    }
    if (!this.#stopped && untilUs < Infinity) this.moveTo(untilUs);
    this.throwFirst();
  }

  /** Gives what was just started one turn of the event loop to schedule or hold something. */
  async #somethingCame(): Promise<boolean> {
    await eventLoopTurn();
    return this.heap.size > 0 || this.holds.pending > 0;
  }
}

function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Node serves nextTick only after the queue of promise continuations is empty, however long their chain. */
function continuations(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
