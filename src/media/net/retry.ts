/** How a lost connection is tried again. */
export interface RetryPolicy {
  /** Attempts in a row before giving up; 0 gives up at once. */
  readonly attempts: number;
  /** Before the first attempt, in milliseconds; doubles with each. */
  readonly firstDelayMs: number;
  /** The longest delay, in milliseconds. */
  readonly maxDelayMs: number;
  /** Where the jitter is from: a number from 0 to 1. */
  readonly random: () => number;
}

/** What sources use unless told otherwise. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 8, firstDelayMs: 500, maxDelayMs: 15_000, random: Math.random };

/**
 * The delay before attempt `attempt`, from 1, in milliseconds: doubling up to the longest, then 50 to 100 % of it, so that many listeners
 * of a server that comes back do not all return in the same moment ("equal jitter",
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function retryDelayMs(policy: RetryPolicy, attempt: number): number {
  const full = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (attempt - 1));
  return Math.round(full * (0.5 + 0.5 * policy.random()));
}
