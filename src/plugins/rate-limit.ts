import type { Cancel, Scheduler } from '../time/scheduler.js';

/** At most so many of something in any second that begins with the first of them. What is too much is counted and told once a second. */
export class RateLimit {
  readonly #scheduler: Scheduler;
  readonly #perSecond: number;
  readonly #flooded: (dropped: number) => void;
  #windowUs = -Infinity;
  #passed = 0;
  #dropped = 0;
  #telling: Cancel | undefined;

  /** @param flooded told, a second after the first, how many were dropped. */
  constructor(scheduler: Scheduler, perSecond: number, flooded: (dropped: number) => void) {
    this.#scheduler = scheduler;
    this.#perSecond = perSecond;
    this.#flooded = flooded;
  }

  /** Whether one more may pass. */
  take(): boolean {
    const nowUs = this.#scheduler.nowUs();
    if (nowUs - this.#windowUs >= 1_000_000) {
      this.#windowUs = nowUs;
      this.#passed = 0;
    }
    if (this.#passed < this.#perSecond) {
      this.#passed++;
      return true;
    }
    this.#dropped++;
    this.#telling ??= this.#scheduler.after(1000, () => this.flush());
    return false;
  }

  /** Tells what was dropped and not told yet. */
  flush(): void {
    this.#telling?.();
    this.#telling = undefined;
    const dropped = this.#dropped;
    this.#dropped = 0;
    if (dropped > 0) this.#flooded(dropped);
  }
}
