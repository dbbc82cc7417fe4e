/**
 * Clean-up in reverse: last registered, first run; each exactly once; all of them even if one fails. Asynchronous ones are
 * awaited one after the other.
 */
export class Disposers {
  #list: (() => void | Promise<void>)[] = [];

  /** Registers one. */
  add(dispose: () => void | Promise<void>): void {
    this.#list.push(dispose);
  }

  /** Runs all. Resolves with what they threw. Synchronous ones up to the first asynchronous one run before it returns. */
  async run(): Promise<unknown[]> {
    const list = this.#list.reverse();
    this.#list = [];
    const thrown: unknown[] = [];
    for (const dispose of list) {
      try {
        const result = dispose();
        if (result) await result;
      } catch (error) {
        thrown.push(error);
      }
    }
    return thrown;
  }
}
