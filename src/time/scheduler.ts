import type { SchedulerLike } from 'rxjs';
import type { LatenessSummary } from './lateness.js';

/** One tick. The same object is reused for every tick of a ticker: copy what outlives the call. */
export interface TickInfo {
  /** Number of the deadline, from 0; skipped deadlines count, so it jumps over them. */
  readonly index: number;
  /** The deadline on the scheduler's clock, in microseconds. */
  readonly dueUs: number;
  /** How long after its deadline the tick runs, in microseconds; always 0 offline and in virtual time. */
  readonly lateUs: number;
  /** How many deadlines were given up directly before this one. */
  readonly skipped: number;
}

/** What {@link Scheduler.every} needs. */
export interface TickerOptions {
  /** Microseconds between deadlines; may have a fraction (1e6 / 30): deadlines are rounded one by one, so nothing drifts. */
  readonly periodUs: number;
  /** Offset of the first deadline from `startUs`, in microseconds; default 0. See {@link phaseFor}. */
  readonly phaseUs?: number;
  /**
   * Where the deadlines count from, in microseconds of the scheduler's clock; default now. Tickers that shall share wake-ups
   * need the same one, such as 0. If it is past, the first tick is the first deadline that is not.
   */
  readonly startUs?: number;
  /** How many overdue ticks run at once after a stall; older ones are skipped and counted. Default 5. */
  readonly maxBurst?: number;
  /**
   * Promises that a tick leaves nothing to promise continuations that the next tick needs, except what it announces by
   * {@link Scheduler.hold}. Offline, up to 16 ticks in a row then run without a turn between them, which is most of what a tick
   * that does little costs. Default false.
   */
  readonly synchronous?: boolean;
  /**
   * In real time the deadlines may be moved to earlier ones of eight, four or two slots of the period, or to its beginning, so that such
   * tickers share wake-ups while all of them together do little. They stay in their period, counted from the clock's origin. Default false.
   */
  readonly gathered?: boolean;
  /**
   * In real time its ticks may come up to two milliseconds late: nobody hears at once what they make. While no other ticker needs more,
   * Node's own timers do, and the thread that is exact sleeps. Default false.
   */
  readonly lenient?: boolean;
  /** Runs for every tick. What it throws goes to the scheduler's `onError`; the ticker goes on. */
  onTick(tick: TickInfo): void;
}

/** What a ticker did so far. */
export interface TickerStats {
  /** Ticks that ran. */
  readonly ticks: number;
  /** Deadlines that were given up. */
  readonly skipped: number;
  /** How often more than one tick ran at once. */
  readonly bursts: number;
  /** How late the ticks ran; skipped ones are not in it. */
  readonly lateness: LatenessSummary;
}

/** A running series of ticks. */
export interface Ticker {
  /** Figures since the start. */
  stats(): TickerStats;
  /**
   * From now on so many ticks run together, at the deadline of the last of them: one wake-up instead of many while nothing depends on when
   * they run. Of those only the last can be late. Groups of tickers that count from the same `startUs` end at the same times. Absent: each tick has its own wake-up always.
   *
   * @param together how many, 1 or more; at first it is 1. @param lenient as in {@link TickerOptions}.
   */
  pace?(together: number, lenient: boolean): void;
  /** Runs now those ticks whose deadlines are past, although others of their group are still to come. */
  catchUp?(): void;
  /** No tick follows, not even the rest of a burst. Idempotent. */
  stop(): void;
}

/** Takes back what was scheduled; without effect once that ran. */
export interface Cancel {
  (): void;
}

/**
 * The one clock that media, RxJS operators and xstate machines share.
 *
 * As an RxJS `SchedulerLike` its `now()` is {@link Scheduler.nowUs} in milliseconds: time since the scheduler's origin, not since
 * 1970, so operators must be given durations and not `Date`s. Work given to it never runs inside the call that scheduled it,
 * equal deadlines run in the order they were scheduled, and nothing runs early. A delay that is negative or NaN is 0; one that
 * is infinite never ends.
 */
export interface Scheduler extends SchedulerLike {
  /** Who moves time: the machine, the work, or a test. */
  readonly kind: 'realtime' | 'offline' | 'virtual';
  /** Whole microseconds since the scheduler's origin. Offline and in virtual time it is the deadline while a callback runs. */
  nowUs(): number;
  /** Runs once, `delayMs` milliseconds from now. */
  after(delayMs: number, run: () => void): Cancel;
  /** Runs once at `dueUs` microseconds of this clock; at once if that is past. */
  at(dueUs: number, run: () => void): Cancel;
  /**
   * Ticks at `startUs + phaseUs + k × periodUs`. After a stall what is due runs in one burst of at most `maxBurst`; the rest,
   * the oldest, is skipped and counted.
   * @throws VoxError `OPTION_OUT_OF_RANGE` if a number is not finite, the period below 1 µs or the burst below 1.
   */
  every(options: TickerOptions): Ticker;
  /**
   * Offline: no further callback runs and time does not move until `work` settles. Real time: no effect. Virtual time: only
   * `settle()` and `play()` wait for it. A rejection counts as settled, and reporting it is up to whoever made the promise.
   */
  hold(work: Promise<unknown>): void;
  /** Cancels everything. Nothing runs afterwards and whatever is scheduled later is ignored. Idempotent. */
  close(): void;
}

/** What every scheduler takes. */
export interface SchedulerOptions {
  /** Called with what a callback threw; other timers are not affected, not even if it throws itself. */
  readonly onError?: (error: unknown) => void;
}
