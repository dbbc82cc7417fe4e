import { VoxError } from '../../errors.js';

/** After so many faults in a row, with no good tick between, a node is bypassed. */
export const FAULT_LIMIT = 5;

/** A source that ran this long before it failed has all its attempts again, in microseconds. */
const STABLE_US = 30_000_000;

/** What becomes of a node after a fault, decided by counts alone. */
export class FaultPolicy {
  /** Faults with no good tick between. */
  inARow = 0;
  /** Attempts that a source has used up. */
  attempts = 0;

  /** @param retry of a source: how many attempts it has, and the pause before the second, which doubles each time. */
  constructor(private readonly retry: { readonly attempts: number; readonly firstDelayMs: number }) {}

  /** One more fault of a node with inputs. */
  effect(): 'again' | 'bypass' {
    return ++this.inARow >= FAULT_LIMIT ? 'bypass' : 'again';
  }

  /**
   * One more fault of a source. What is the user's to correct (`exit` 2) is not tried again.
   *
   * @param ranUs how long it ran since it was made.
   * @returns milliseconds until the next attempt; undefined: there is none.
   */
  source(error: unknown, ranUs: number): number | undefined {
    if (ranUs > STABLE_US) this.attempts = 0;
    this.attempts++;
    if (isUsersFault(error) || this.attempts >= this.retry.attempts) return undefined;
    return this.retry.firstDelayMs * 2 ** (this.attempts - 1);
  }

  /** A tick went well. */
  good(): void {
    this.inARow = 0;
  }
}

/** Whether trying again is in vain until somebody corrects what was given. */
export function isUsersFault(error: unknown): boolean {
  return error instanceof VoxError && error.exitCode === 2;
}
