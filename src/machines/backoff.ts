/** How attempts are spread over time. */
export interface BackoffLimits {
  /** Pause before the first further attempt, in milliseconds; it doubles with every attempt. */
  readonly backoffBaseMs: number;
  /** The longest pause, in milliseconds. */
  readonly backoffMaxMs: number;
}

/**
 * The pause before an attempt: half of `base · 2ⁿ` (bounded by the maximum) for certain and half at random, so that calls which
 * lost the same server do not come back together ("equal jitter", M. Brooker, Exponential Backoff And Jitter, AWS 2015).
 *
 * @param attempt how many attempts failed in a row before, from 0.
 * @param random a number in [0, 1).
 * @returns milliseconds.
 */
export function backoffMs(attempt: number, random: number, limits: BackoffLimits): number {
  // 2^30 is beyond any sensible maximum and keeps the product finite.
  const fullMs = Math.min(limits.backoffMaxMs, limits.backoffBaseMs * 2 ** Math.min(Math.max(0, attempt), 30));
  return Math.round(fullMs / 2 + (fullMs / 2) * random);
}

/**
 * A flood wait: never shorter than what the server asked for (asking again early lengthens it) and up to a tenth, at most 5 s,
 * longer, so that many calls of one account do not end it together.
 *
 * @param askedMs what the server asked for in milliseconds; anything but a number above 0 counts as 30 s.
 * @param random a number in [0, 1).
 * @returns milliseconds, at most one day.
 */
export function floodWaitMs(askedMs: number | undefined, random: number): number {
  const dayMs = 86_400_000;
  const ms = askedMs !== undefined && askedMs > 0 ? Math.min(askedMs, dayMs) : 30_000;
  return Math.min(dayMs, Math.ceil(ms + Math.min(5000, ms / 10) * random));
}
