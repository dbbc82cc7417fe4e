/** Where time comes from: a monotonic clock for everything that runs, a wall clock for time stamps that people and peers see. */

/** A monotonic clock. */
export interface Clock {
  /** Whole microseconds since this clock's origin; never falls. */
  nowUs(): number;
}

/** The process's monotonic clock with its origin at this call. */
export function monotonicClock(): Clock {
  // performance.now() and not process.hrtime(): no array and no bigint per reading.
  const originMs = performance.now();
  return { nowUs: () => Math.floor((performance.now() - originMs) * 1000) };
}

/**
 * Milliseconds since 1970 with a fraction, for RTCP's NTP stamps and for logs only. It starts at the machine's wall clock and
 * then runs with the monotonic one, so it never jumps when the wall clock is set.
 */
export function wallTimeMs(): number {
  return performance.timeOrigin + performance.now();
}
