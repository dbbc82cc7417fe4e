import type { Scheduler } from '../time/scheduler.js';

/** How long one disposer may take before the next one runs all the same, in milliseconds. */
export const DISPOSE_LIMIT_MS = 5000;

/** What a plugin registered to be cleaned up. */
export class Disposers {
  readonly #scheduler: Scheduler;
  readonly #fault: (error: unknown) => void;
  readonly #waiting: (() => void | Promise<void>)[] = [];
  #over = false;

  /** @param fault told what a disposer threw, or that it did not end. */
  constructor(scheduler: Scheduler, fault: (error: unknown) => void) {
    this.#scheduler = scheduler;
    this.#fault = fault;
  }

  /** Registers one; when everything was cleaned up already it runs at once. */
  add(dispose: () => void | Promise<void>): void {
    if (this.#over) void this.#run(dispose);
    else this.#waiting.push(dispose);
  }

  /** Runs all of them, last first, each once and one after the other, whatever they throw. */
  async run(): Promise<void> {
    this.#over = true;
    for (let next = this.#waiting.pop(); next; next = this.#waiting.pop()) await this.#run(next);
  }

  async #run(dispose: () => void | Promise<void>): Promise<void> {
    let cancel = (): void => {};
    const limit = new Promise<void>((_, fail) => {
      const late = () => fail(new Error(`a disposer did not end within ${DISPOSE_LIMIT_MS / 1000} s`));
      cancel = this.#scheduler.after(DISPOSE_LIMIT_MS, late);
    });
    try {
      await Promise.race([dispose(), limit]);
    } catch (error) {
      this.#fault(error);
    } finally {
      cancel();
    }
  }
}
