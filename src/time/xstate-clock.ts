import type { Cancel, Scheduler } from './scheduler.js';

/** The part of xstate's `Clock` that actors use; structural, so that xstate need not be imported. */
export interface MachineClock {
  /** Runs once, `timeoutMs` milliseconds from now; returns what {@link clearTimeout} takes. */
  setTimeout(run: () => void, timeoutMs: number): Cancel;
  /** Takes a timeout back; anything else is ignored. */
  clearTimeout(timeout: Cancel | undefined): void;
}

/** A scheduler as an xstate clock: `createActor(machine, { clock: xstateClock(scheduler) })` makes `after` use its time. */
export function xstateClock(scheduler: Scheduler): MachineClock {
  return {
    setTimeout: (run, timeoutMs) => scheduler.after(timeoutMs, run),
    clearTimeout: (timeout) => timeout?.(),
  };
}
