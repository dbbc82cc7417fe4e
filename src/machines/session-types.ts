import type { Observable } from 'rxjs';
import type { BackoffLimits } from './backoff.js';
import type { CallFailure } from './failure.js';

/** What happens to an account's connection while it is signed in. */
export type SessionLink =
  /** It works; may come several times. */
  | { readonly type: 'link.up' }
  /** It is interrupted, and tries to come back by itself. */
  | { readonly type: 'link.down' }
  /** It does not come back by itself, or the server ended the session. */
  | { readonly type: 'link.lost'; readonly failure: CallFailure };

/** What somebody wants of an account's session. */
export type SessionCommand =
  /** End the connection; the account stays signed in. */
  | { readonly type: 'session.close' }
  /** Do not wait for the rest of a pause. A flood wait is not shortened. */
  | { readonly type: 'session.retry' }
  /** A request found out that the session is over. */
  | { readonly type: 'session.refused'; readonly failure: CallFailure };

/** Why a session's machine is over. */
export type SessionEnd =
  /** We closed it. */
  | { readonly type: 'closed' }
  /** The server does not take it any more: somebody must sign in again. */
  | { readonly type: 'signed-out'; readonly failure: CallFailure };

/** A pause before connecting again. */
export interface SessionWait {
  /** `flood`: the server asked for it. */
  readonly kind: 'backoff' | 'flood';
  /** When it ends, in milliseconds since 1970. */
  readonly untilMs: number;
  readonly failure: CallFailure;
}

/** What a session's machine tells others, once each time. */
export type SessionFact =
  | { readonly type: 'session.online' }
  /** Requests do not get through at present. */
  | { readonly type: 'session.offline'; readonly wait?: SessionWait }
  | { readonly type: 'session.ended'; readonly reason: SessionEnd };

/** What a session remembers; plain JSON, without any secret. */
export interface SessionContext {
  /** The account's name here. */
  readonly account: string;
  /** How often it could not connect in a row. */
  readonly failures: number;
  /** The pause that is under way, in `pausing` and `waiting` only. */
  readonly wait?: SessionWait;
  /** Why it ends. */
  readonly end?: SessionEnd;
}

/** The effects of a session. */
export interface SessionEffects {
  /** Connects and finds out whether the account is signed in. Rejects with a `CallError`. */
  connect(signal: AbortSignal): Promise<void>;
  /** What happens to the connection from now on. */
  watch(): Observable<SessionLink>;
  /** Ends the connection, if there is one. Never rejects. */
  close(): Promise<void>;
}

/** Time limits of a session. */
export interface SessionLimits extends BackoffLimits {
  /** To connect, in milliseconds. */
  readonly connectMs: number;
  /** To close, in milliseconds. */
  readonly closeMs: number;
}

/** The limits that are not given. It never gives up: an account waits for its network as long as it takes. */
export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  connectMs: 30_000,
  closeMs: 5000,
  backoffBaseMs: 1000,
  backoffMaxMs: 60_000,
};
