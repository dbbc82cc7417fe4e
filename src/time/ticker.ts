import { voxError } from '../errors.js';
import { Lateness } from './lateness.js';
import type { Ticker, TickerOptions, TickerStats, TickInfo } from './scheduler.js';
import { type TimerEntry, timerEntry } from './timer-heap.js';

/** What a ticker needs of its scheduler. */
export interface TickerHost {
  readonly closed: boolean;
  nowUs(): number;
  /** Where a ticker that may be gathered with others shall tick in place of its deadline; never later. Absent: at its deadline. */
  gathered?(dueUs: number, periodUs: number): number;
  add(entry: TimerEntry, dueUs: number): void;
  remove(entry: TimerEntry): void;
  report(error: unknown): void;
}

const DEFAULT_BURST = 5;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The ticker behind `Scheduler.every`: deadlines are computed from the start, never from the last firing. */
export class DeadlineTicker implements Ticker {
  readonly #host: TickerHost;
  readonly #options: TickerOptions;
  readonly #originUs: number;
  readonly #periodUs: number;
  readonly #maxBurst: number;
  readonly #firstIndex: number;
  readonly #info: Writable<TickInfo> = { index: 0, dueUs: 0, lateUs: 0, skipped: 0 };
  readonly #lateness = new Lateness();
  readonly #entry: TimerEntry;
  #next: number;
  /** The deadline of the next tick. */
  #nextUs = 0;
  #stopped = false;
  #ticks = 0;
  #skipped = 0;
  #bursts = 0;

  /** Starts at once; see {@link TickerOptions}. */
  constructor(host: TickerHost, options: TickerOptions) {
    const { periodUs, phaseUs = 0, maxBurst = DEFAULT_BURST } = options;
    const nowUs = host.nowUs();
    const startUs = options.startUs ?? nowUs;
    if (!(periodUs >= 1) || !Number.isFinite(periodUs)) throw outOfRange('periodUs', periodUs, 'it must be at least 1 µs');
    if (!Number.isFinite(phaseUs)) throw outOfRange('phaseUs', phaseUs, 'it must be finite');
    if (!Number.isFinite(startUs)) throw outOfRange('startUs', startUs, 'it must be finite');
    if (!(maxBurst >= 1)) throw outOfRange('maxBurst', maxBurst, 'it must be at least 1');
    this.#host = host;
    this.#options = options;
    this.#originUs = startUs + phaseUs;
    this.#periodUs = periodUs;
    this.#maxBurst = Math.floor(maxBurst);
    this.#firstIndex = Math.max(0, this.#lastDue(nowUs - 1) + 1);
    this.#next = this.#firstIndex;
    this.#entry = timerEntry(() => this.#fire(), options.synchronous);
    this.#await();
  }

  stats(): TickerStats {
    return { ticks: this.#ticks, skipped: this.#skipped, bursts: this.#bursts, lateness: this.#lateness.summary() };
  }

  stop(): void {
    this.#stopped = true;
    this.#host.remove(this.#entry);
  }

  #dueUs(index: number): number {
    return Math.round(this.#originUs + index * this.#periodUs);
  }

  /** The last deadline that is not after `nowUs`; the division may be one off either way because deadlines are rounded. */
  #lastDue(nowUs: number): number {
    let index = Math.floor((nowUs - this.#originUs) / this.#periodUs);
    if (this.#dueUs(index) > nowUs) index--;
    else if (this.#dueUs(index + 1) <= nowUs) index++;
    return index;
  }

  #fire(): void {
    const due = this.#next;
    const last = Math.max(due, this.#lastDue(this.#host.nowUs()));
    const first = Math.max(due, last - this.#maxBurst + 1);
    let skipped = first - due;
    this.#skipped += skipped;
    if (last > first) this.#bursts++;
    const gatheredUs = this.#nextUs;
    this.#next = last + 1;
    for (let index = first; index <= last && !this.#stopped && !this.#host.closed; index++) {
      this.#tick(index, index === due ? gatheredUs : this.#dueUs(index), skipped);
      skipped = 0;
    }
    if (!this.#stopped) this.#await();
  }

  #await(): void {
    const { gathered } = this.#options;
    const dueUs = this.#dueUs(this.#next);
    const earlierUs = gathered ? this.#host.gathered?.(dueUs, this.#periodUs) : undefined;
    // One that is past already would count as late.
    this.#nextUs = earlierUs !== undefined && earlierUs >= this.#host.nowUs() ? earlierUs : dueUs;
    this.#host.add(this.#entry, this.#nextUs);
  }

  #tick(index: number, dueUs: number, skipped: number): void {
    const info = this.#info;
    info.index = index - this.#firstIndex;
    info.dueUs = dueUs;
    info.lateUs = Math.max(0, this.#host.nowUs() - info.dueUs);
    info.skipped = skipped;
    this.#ticks++;
    this.#lateness.record(info.lateUs);
    try {
      this.#options.onTick(info);
    } catch (error) {
      this.#host.report(error);
    }
  }
}

function outOfRange(what: string, given: number, reason: string): Error {
  return voxError('OPTION_OUT_OF_RANGE', { what, given, reason });
}
