/** As many slots as `phaseFor` spreads tickers over; then each keeps the phase it was given. */
const MOST_SLOTS = 8;
/** How long is looked at before the number of slots is changed, by one step. */
const WINDOW_US = 1_000_000;
/** What graphs beat in: the work of so long a time has to go into the slots. */
const BEAT_US = 20_000;
/** Half as many slots while all of it takes no longer than this, */
const GATHER_US = 4000;
/** twice as many while it takes longer than this. */
const SPREAD_US = 6000;

/**
 * In how many slots of their period tickers share wake-ups. What runs after a wake-up finds processor and caches cold: of a hundred
 * graphs that forward packets the first takes six times as long as the last. So little work is done at once, and much is spread, so that nobody
 * waits long for others.
 */
export class PhaseGrid {
  #slots = MOST_SLOTS;
  #workUs = 0;
  #sinceUs: number | undefined;

  /** The deadline in place of another, which is not later. */
  gathered(dueUs: number, periodUs: number): number {
    if (this.#slots === MOST_SLOTS) return dueUs;
    const slotUs = periodUs / this.#slots;
    return Math.floor(dueUs / slotUs) * slotUs;
  }

  /** What was due was run from one moment to another. */
  worked(fromUs: number, toUs: number): void {
    this.#sinceUs ??= fromUs;
    this.#workUs += toUs - fromUs;
    const passedUs = toUs - this.#sinceUs;
    if (passedUs < WINDOW_US) return;
    const workUs = (this.#workUs * BEAT_US) / passedUs;
    if (workUs > SPREAD_US) this.#slots = Math.min(MOST_SLOTS, this.#slots * 2);
    else if (workUs <= GATHER_US) this.#slots = Math.max(1, this.#slots / 2);
    this.#workUs = 0;
    this.#sinceUs = toUs;
  }
}
