/** Times what follows each other with one reading of the clock each. */
export class Laps {
  #last: number;

  /** @param clock in microseconds. */
  constructor(private readonly clock: () => number) {
    this.#last = clock();
  }

  /** Microseconds since the last lap. */
  lap(): number {
    const now = this.clock();
    const took = now - this.#last;
    this.#last = now;
    return took;
  }
}
