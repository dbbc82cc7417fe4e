import type { Scheduler } from '../../time/scheduler.js';

/** How long a graph in real time waits for its nodes' preparations before it starts without them, in milliseconds. */
export const PREPARE_LIMIT_MS = 2000;

/** What the first tick waits for: in real time for a while, otherwise until it is done. */
export class Preparations {
  #pending = 0;
  #open = true;
  #done: (() => void) | undefined;

  /** @param scheduler whose kind says how long to wait. */
  constructor(private readonly scheduler: Scheduler) {}

  /** True until {@link wait} has resolved or {@link abandon} was called. */
  get open(): boolean {
    return this.#open;
  }

  /** How many are not settled. */
  get pending(): number {
    return this.#pending;
  }

  /** Adds one; a rejection counts as settled, and whoever made it reports it. */
  add(work: Promise<unknown>): void {
    this.#pending++;
    const settled = () => {
      // A preparation may announce another one as it ends: that one's turn comes first.
      if (--this.#pending === 0) queueMicrotask(() => this.#pending === 0 && this.#done?.());
    };
    work.then(settled, settled);
  }

  /** Resolves when none is left, at the time limit, or when they are abandoned. */
  async wait(): Promise<void> {
    if (this.#pending > 0 && this.#open) {
      await new Promise<void>((done) => {
        this.#done = done;
        if (this.scheduler.kind !== 'realtime') return;
        const cancel = this.scheduler.after(PREPARE_LIMIT_MS, done);
        this.#done = () => {
          cancel();
          done();
        };
      });
    }
    this.#open = false;
  }

  /** Nobody waits any longer. */
  abandon(): void {
    this.#open = false;
    this.#done?.();
  }
}
