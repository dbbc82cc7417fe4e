import type { BackoffLimits } from './backoff.js';
import type { ErrorCode } from '../errors.js';
import type { CallFailure } from './failure.js';
import type { CallRef, CallUpdate, Membership, SelfChange, SignallingLost } from './signalling.js';
import type { TransportEvent, TransportParams } from './transport.js';

/** Why a call is over. */
export type CallEnd =
  /** We left; `confirmed` is false if the server did not answer in time. */
  | { readonly type: 'left'; readonly confirmed: boolean }
  /** We were removed. */
  | { readonly type: 'kicked' }
  /** Our account joined the call from elsewhere; coming back would only start a fight between the two. */
  | { readonly type: 'joined-elsewhere' }
  /** An admin ended the call for everybody. */
  | { readonly type: 'ended-by-admin' }
  /** It cannot work, or did not work often enough. */
  | { readonly type: 'failed'; readonly failure: CallFailure };

/** What somebody wants of a call. */
export type CallCommand =
  /** Leave, from any state. */
  | { readonly type: 'call.leave' }
  /** Do not wait for the rest of a backoff pause. A flood wait is not shortened. */
  | { readonly type: 'call.retry' }
  /** Change how we appear; kept over rejoins. */
  | { readonly type: 'call.edit'; readonly change: SelfChange };

/** What happened to the media that we send. */
export type MediaFact =
  | { readonly type: 'audio.started' }
  | { readonly type: 'audio.paused' }
  | { readonly type: 'audio.resumed' }
  | { readonly type: 'audio.stopped' }
  | { readonly type: 'video.started' }
  | { readonly type: 'video.stopped' }
  | { readonly type: 'screen.started' }
  | { readonly type: 'screen.stopped' };

/** The transport is ready to be offered. */
export interface TransportOpened {
  readonly type: 'transport.opened';
  /** What to offer. */
  readonly params: TransportParams;
}

/** An attempt did not work. The machine tells itself; nobody else sends it. */
export interface AttemptFailed {
  readonly type: 'attempt.failed';
  /** Why. */
  readonly failure: CallFailure;
}

/** Everything that the call's machine takes from others. */
export type CallEvent = CallCommand | MediaFact | CallUpdate | SignallingLost | TransportEvent | TransportOpened;

/** What the call's machine tells others, once each time. */
export type CallFact =
  /** Live for the first time. */
  | { readonly type: 'call.started' }
  /** Live again. */
  | { readonly type: 'call.rejoined' }
  /** A pause before the next attempt began. */
  | { readonly type: 'call.waiting'; readonly wait: CallWait }
  /** Somebody else muted us, and we may end that. */
  | { readonly type: 'call.muted' }
  /** The server refused a `call.edit`. */
  | { readonly type: 'call.editFailed'; readonly failure: CallFailure }
  /** It is over. */
  | { readonly type: 'call.ended'; readonly reason: CallEnd };

/** A pause before the next attempt. */
export interface CallWait {
  /** `flood`: the server asked for it; `backoff`: we chose it; `resume`: the process was restarted; `schedule`: the call begins later. */
  readonly kind: 'backoff' | 'flood' | 'resume' | 'schedule';
  /** When it ends, in milliseconds since 1970. */
  readonly untilMs: number;
  /** What it is for; absent after a restart. */
  readonly failure?: CallFailure;
}

/** What we send, kept over rejoins. */
export interface SentMedia {
  readonly audio: 'idle' | 'playing' | 'paused';
  readonly video: boolean;
  readonly screen: boolean;
}

/** Where a machine begins; all but `resolving` are for calls that a restarted process takes up again. */
export type CallEntry = 'resolving' | 'rejoining' | 'waiting' | 'leaving';

/** What a call remembers; plain JSON. */
export interface CallContext {
  /** Where the call is. */
  readonly address: string;
  /** Where this machine began. */
  readonly entry: CallEntry;
  /** The call as this attempt found it; absent before. */
  readonly ref?: CallRef;
  /** Our place in it, from the moment we ask to join; absent before, and once the server removed us. */
  readonly membership?: Membership;
  /** Our last few sources, oldest first: late updates about them are not about somebody else. */
  readonly ownSources: readonly number[];
  /** How often it failed in a row without a stable time between. */
  readonly failures: number;
  /** Why the last of them failed; absent without failures. */
  readonly lastFailure?: ErrorCode;
  /** Whether it was live before. */
  readonly wasLive: boolean;
  /** How we want to appear. */
  readonly self: SelfChange;
  /** Whether `self` holds something the server was not told yet. */
  readonly selfDirty: boolean;
  /** Whether an admin muted us, as far as this attempt was told. */
  readonly silenced?: boolean;
  /** What we send. */
  readonly media: SentMedia;
  /** The pause that is under way, in `rejoining`, `waiting` and `scheduled` only. */
  readonly wait?: CallWait;
  /** Why it ends, in `leaving` and `ended` only. */
  readonly end?: CallEnd;
}

/** What a call begins with. */
export interface CallInput {
  /** Where the call is, such as `room:lobby`. */
  readonly address: string;
  /** How to appear; default as the server has it. */
  readonly self?: SelfChange;
  /** What an earlier process saved; from `resumeCall`. */
  readonly resume?: CallContext;
}

/** Time limits and counts of a call. */
export interface CallLimits extends BackoffLimits {
  /** To find the call. */
  readonly resolveMs: number;
  /** To prepare the transport. */
  readonly offerMs: number;
  /** For the server to answer a join. */
  readonly joinMs: number;
  /** From the answer until media flows. */
  readonly connectMs: number;
  /** For the server to confirm that we left; then it ends all the same. */
  readonly leaveMs: number;
  /** For the server to confirm a change of ours. */
  readonly editMs: number;
  /** How long nothing may arrive before the call is joined again. */
  readonly lostMs: number;
  /** How long a call must be live for its failures to be forgotten; more than the 50 s in which a bad join drops. */
  readonly stableMs: number;
  /** How many attempts in a row may fail; the last of them ends the call. */
  readonly maxFailures: number;
}

/** The limits that are not given; 20 failures with pauses up to a minute span about a quarter of an hour. */
export const DEFAULT_CALL_LIMITS: CallLimits = {
  resolveMs: 15_000,
  offerMs: 10_000,
  joinMs: 20_000,
  connectMs: 20_000,
  leaveMs: 10_000,
  editMs: 10_000,
  lostMs: 10_000,
  stableMs: 60_000,
  maxFailures: 20,
  backoffBaseMs: 1000,
  backoffMaxMs: 60_000,
};
