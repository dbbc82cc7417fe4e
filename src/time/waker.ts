import type { Clock } from './clock.js';

/** What wakes the real-time scheduler: one alarm that is moved about. */
export interface Waker {
  /** How it waits, for reports. */
  readonly name: string;
  /**
   * Calls `onWake` once, at about `dueUs` of the clock it was made with: late by as little as it can, possibly early (the
   * scheduler then asks again). Replaces what was asked before. Keeps the process alive until it woke.
   *
   * @param lenient up to two milliseconds late are no harm, but being early is: it costs another wake-up.
   */
  wakeAt(dueUs: number, lenient?: boolean): void;
  /** Nothing waits: no wake-ups follow, and the process may exit. */
  idle(): void;
  /** As `idle`, for good; frees what it holds. */
  close(): void;
}

/** Makes a waker for a clock. `onWake` is never called from inside `wakeAt`. */
export type WakerFactory = (clock: Clock, onWake: () => void) => Waker;
