/** What cleans up. */
export type Dispose = () => void | Promise<void>;

/**
 * Clean-up in reverse: last registered, first run; each exactly once; all of them even if one fails. Asynchronous ones are
 * awaited one after the other. One that comes too late runs at once: what it frees has no other owner.
 */
export class Disposers {
  #list: Dispose[] = [];
  #ran = false;

  /** @param onThrow told what each threw or rejected with. */
  constructor(private readonly onThrow: (error: unknown) => void) {}

  /** Registers one. */
  add(dispose: Dispose): void {
    if (this.#ran) void this.#one(dispose);
    else this.#list.push(dispose);
  }

  /**
   * Runs all, once; resolves when the last has. Up to the first asynchronous one they run before it returns.
   */
  async run(): Promise<void> {
    const list = this.#list.reverse();
    this.#list = [];
    this.#ran = true;
    for (const dispose of list) {
      const work = this.#one(dispose);
      if (work) await work;
    }
  }

  #one(dispose: Dispose): Promise<void> | undefined {
    try {
      return dispose()?.then(undefined, this.onThrow);
    } catch (error) {
      this.onThrow(error);
      return undefined;
    }
  }
}
