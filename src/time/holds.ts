/** The promises that media time waits for. */
export class Holds {
  #pending = 0;
  #waiters: (() => void)[] = [];

  /** How many are unsettled. */
  get pending(): number {
    return this.#pending;
  }

  /** Adds one; a rejection counts as settled. */
  add(work: Promise<unknown>): void {
    this.#pending++;
    const settled = (): void => {
      if (--this.#pending === 0) this.release();
    };
    work.then(settled, settled);
  }

  /** Resolves when none is unsettled, or at the next {@link release}. */
  wait(): Promise<void> {
    if (this.#pending === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Lets everyone go who waits. */
  release(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}
