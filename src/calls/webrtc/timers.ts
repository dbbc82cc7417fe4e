/**
 * What the transport needs of a clock and its timers; the schedulers of `time/` satisfy it structurally, and so does
 * a test's virtual clock.
 */
export interface Timers {
  /** The present on a clock that never goes back, in microseconds. */
  nowUs(): number;
  /**
   * Runs `run` once, `delayMs` milliseconds from now.
   *
   * @returns cancels it; harmless when it has run.
   */
  after(delayMs: number, run: () => void): () => void;
}
