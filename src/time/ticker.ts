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
  /** So many more, or fewer, tickers need wake-ups that are exact. */
  exact?(by: number): void;
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
  /** The tick whose deadline is waited for, the last of its group, and when that is. */
  #planned = 0;
  #plannedUs = 0;
  #together = 1;
  #lenient: boolean;
  #firing = false;
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
    this.#lenient = options.lenient ?? false;
    this.#firstIndex = Math.max(0, this.#lastDue(nowUs - 1) + 1);
    this.#next = this.#firstIndex;
    this.#entry = timerEntry(() => this.#fire(), options.synchronous);
    if (!this.#lenient) host.exact?.(1);
    this.#await();
  }

  stats(): TickerStats {
    return { ticks: this.#ticks, skipped: this.#skipped, bursts: this.#bursts, lateness: this.#lateness.summary() };
  }

  pace(together: number, lenient: boolean): void {
    if (this.#stopped || (together === this.#together && lenient === this.#lenient)) return;
    if (lenient !== this.#lenient) this.#host.exact?.(lenient ? -1 : 1);
    this.#lenient = lenient;
    this.#together = together;
    if (!this.#firing) this.#await();
  }

  catchUp(): void {
    if (this.#stopped || this.#firing) return;
    const last = this.#lastDue(this.#host.nowUs());
    if (last < this.#next) return;
    if (last >= this.#planned) return this.#fire();
    this.#run(this.#next, last, 0);
    if (!this.#stopped) this.#await();
  }

  stop(): void {
    if (!this.#stopped && !this.#lenient) this.#host.exact?.(-1);
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
    const planned = this.#planned;
    const last = Math.max(planned, this.#lastDue(this.#host.nowUs()));
    // What was left for this wake-up on purpose is no burst, and none of it is given up.
    const first = Math.max(due, last - Math.max(this.#maxBurst, planned - due + 1) + 1);
    const skipped = first - due;
    this.#skipped += skipped;
    if (last > Math.max(first, planned)) this.#bursts++;
    this.#run(first, last, skipped);
    if (!this.#stopped) this.#await();
  }

  #run(first: number, last: number, skipped: number): void {
    const planned = this.#planned;
    const plannedUs = this.#plannedUs;
    this.#next = last + 1;
    this.#firing = true;
    for (let index = first; index <= last && !this.#stopped && !this.#host.closed; index++) {
      const dueUs = index === planned ? plannedUs : this.#dueUs(index);
      this.#tick(index, dueUs, index < planned, index === first ? skipped : 0);
    }
    this.#firing = false;
  }

  #await(): void {
    const { gathered } = this.#options;
    const together = this.#together;
    this.#planned = this.#next + together - 1 - (this.#next % together);
    const dueUs = this.#dueUs(this.#planned);
    const earlierUs = gathered ? this.#host.gathered?.(dueUs, this.#periodUs) : undefined;
    // One that is past already would count as late.
    this.#plannedUs = earlierUs !== undefined && earlierUs >= this.#host.nowUs() ? earlierUs : dueUs;
    this.#host.add(this.#entry, this.#plannedUs);
  }

  /** @param waited it was left for a later tick's wake-up, so that it is not late. */
  #tick(index: number, dueUs: number, waited: boolean, skipped: number): void {
    const info = this.#info;
    info.index = index - this.#firstIndex;
    info.dueUs = dueUs;
    info.lateUs = waited ? 0 : Math.max(0, this.#host.nowUs() - info.dueUs);
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
