import type { Observable } from 'rxjs';
import type { CallFailure } from './failure.js';

/** How somebody signs in. */
export type SignInMethod = 'phone' | 'qr';

/** Where a code was sent. */
export interface SentCode {
  /** `app`: to the Telegram app of the account; others as they are called: `sms`, `call`, `email` … */
  readonly via: string;
  /** How many letters it has, if that is known. */
  readonly length?: number;
}

/** A code to be scanned with an app that is signed in. */
export interface QrCode {
  /** What the code holds; whoever scans it lets us in. */
  readonly url: string;
  /** When another one must be shown, in milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** How far a step has come. */
export type SignInStep =
  | { readonly type: 'signed-in' }
  /** The account has a password as well; `hint` is its owner's. */
  | { readonly type: 'password'; readonly hint: string };

/** What somebody says in a sign-in. Nothing of it is remembered by the machine. */
export type SignInCommand =
  | { readonly type: 'signIn.phone'; readonly phone: string }
  | { readonly type: 'signIn.code'; readonly code: string }
  /** Send another code. */
  | { readonly type: 'signIn.resend' }
  | { readonly type: 'signIn.password'; readonly password: string }
  /** Use a QR code instead, or a phone number again. */
  | { readonly type: 'signIn.method'; readonly method: SignInMethod }
  /** Give up, from any state. */
  | { readonly type: 'signIn.cancel' };

/** The effects of a sign-in; they keep the phone number and what belongs to it. All reject with a `CallError`. */
export interface SignInEffects {
  connect(signal: AbortSignal): Promise<void>;
  sendCode(phone: string, signal: AbortSignal): Promise<SentCode>;
  resendCode(signal: AbortSignal): Promise<SentCode>;
  checkCode(code: string, signal: AbortSignal): Promise<SignInStep>;
  checkPassword(password: string, signal: AbortSignal): Promise<SignInStep>;
  /** A QR code, or how far it has come once it was scanned. */
  requestQr(signal: AbortSignal): Promise<QrCode | SignInStep>;
  /** Emits when a QR code was scanned. */
  scanned(): Observable<unknown>;
  /** Stores the account. */
  keep(signal: AbortSignal): Promise<void>;
  /** Ends everything; what was begun at the server is taken back. Never rejects. */
  close(): Promise<void>;
}

/** Why a sign-in is over. */
export type SignInEnd =
  { readonly type: 'signed-in' } | { readonly type: 'cancelled' } | { readonly type: 'failed'; readonly failure: CallFailure };

/** What a sign-in remembers; no secret. */
export interface SignInContext {
  readonly method: SignInMethod;
  /** What was wrong with the last answer, while another one is asked for. */
  readonly problem?: CallFailure;
  /** How often something was wrong in a row. */
  readonly wrong: number;
  readonly sent?: SentCode;
  readonly hint?: string;
  readonly qr?: QrCode;
  /** When a flood wait ends, in milliseconds since 1970. */
  readonly untilMs?: number;
  /** What was under way when the flood wait began. */
  readonly back?: 'phone' | 'code' | 'password' | 'qr';
  readonly end?: SignInEnd;
}

/** Limits of a sign-in. */
export interface SignInLimits {
  /** For an answer of the server, in milliseconds. */
  readonly stepMs: number;
  /** To take back what was begun, in milliseconds. */
  readonly closeMs: number;
  /** How often something may be wrong in a row. */
  readonly maxWrong: number;
}

/** The limits that are not given. */
export const DEFAULT_SIGN_IN_LIMITS: SignInLimits = { stepMs: 30_000, closeMs: 5000, maxWrong: 5 };
