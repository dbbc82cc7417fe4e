import { type ErrorCode, type ErrorData, problem, reasonOf } from '../errors.js';

/**
 * What may be done about a failure: `never` ends the call, `once` does when the next attempt fails with the same code, `backoff` tries again
 * after a growing pause, `flood` waits as long as the server asked.
 */
export type Retry = 'never' | 'once' | 'backoff' | 'flood';

/** Why a step of a call did not work, as plain JSON: it is kept in the call's context and crosses process boundaries. */
export interface CallFailure {
  /** The row of the error table. */
  readonly code: ErrorCode;
  /** The filled sentence, for people. */
  readonly message: string;
  /** What may be done about it. */
  readonly retry: Retry;
  /** With `flood` the wait the server asked for, with `backoff` the shortest pause; in milliseconds. */
  readonly retryAfterMs?: number;
}

/** Builds a {@link CallFailure} from the error table. */
export function callFailure(code: ErrorCode, data: ErrorData, retry: Retry, retryAfterMs?: number): CallFailure {
  const { message } = problem(code, data);
  return retryAfterMs === undefined ? { code, message, retry } : { code, message, retry, retryAfterMs };
}

/** What implementations of `Signalling` and `Transport` reject with, so that a failure keeps its type on its way. */
export class CallError extends Error {
  /** The failure it carries. */
  readonly failure: CallFailure;

  /** @param failure what went wrong; its sentence becomes the error's message. */
  constructor(failure: CallFailure) {
    super(failure.message);
    this.name = 'CallError';
    this.failure = failure;
  }
}

/**
 * The failure inside anything that was thrown. Something untyped is `CALL_STEP_FAILED` and tried again: a bug or a broken
 * socket in a backend must not end a call that could go on.
 *
 * @param step what the call was doing, as it follows "failed to".
 */
export function failureFrom(thrown: unknown, step: string): CallFailure {
  if (thrown instanceof CallError) return thrown.failure;
  return callFailure('CALL_STEP_FAILED', { step, reason: reasonOf(thrown) }, 'backoff');
}
