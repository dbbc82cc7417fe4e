import type { Observable } from 'rxjs';
import type { CallFailure } from './failure.js';
import type { SourceGroup, TransportAnswer, TransportParams } from './transport.js';

/** A call that was found: what the server needs to name it. Looked up anew for every attempt, because it goes stale. */
export interface CallRef {
  /** The address it was found by, such as `room:lobby`. */
  readonly address: string;
  /** The server's id of the call. */
  readonly id: string;
  /** What proves access to it, where the server wants that. */
  readonly accessHash?: string;
  /** When it is to begin, in milliseconds since 1970, if it has not begun. */
  readonly startsAtMs?: number;
}

/** Our place in a call: the call and the number of our audio source (an unsigned 32-bit SSRC), which is new for every join. */
export interface Membership {
  /** The call. */
  readonly ref: CallRef;
  /** Our audio source. */
  readonly source: number;
}

/** What we show of ourselves in a call; absent means as the server has it. */
export interface SelfChange {
  /** Whether we are muted by ourselves. */
  readonly muted?: boolean;
  /** Our volume for everybody; 1 is 100 %, 0.0001 to 2. */
  readonly volume?: number;
  /** Whether our hand is raised. */
  readonly handRaised?: boolean;
  /** Whether our camera picture is withheld. */
  readonly videoStopped?: boolean;
  /** Whether our screen is withheld for a while. */
  readonly screenPaused?: boolean;
}

/** What the server says about one participant. */
export interface ParticipantInfo {
  /** Stable id inside the call. */
  readonly participantId: string;
  /** Audio source, an unsigned 32-bit SSRC. */
  readonly source: number;
  /** Name to show. */
  readonly name?: string;
  /** Muted, by whomever. */
  readonly muted: boolean;
  /** Hand raised. */
  readonly handRaised: boolean;
  /** Muted for us alone. */
  readonly mutedByUs?: boolean;
  /** How loud he is for everybody; 1 is 100 %. */
  readonly volume?: number;
  /** His camera. */
  readonly video?: ParticipantVideo;
  /** His screen. */
  readonly screen?: ParticipantVideo;
}

/** A picture of a participant, as the server's media knows it. */
export interface ParticipantVideo {
  /** What the server's media calls it. */
  readonly endpoint: string;
  /** Its sources, as unsigned 32-bit numbers. */
  readonly sourceGroups: readonly SourceGroup[];
  /** The source of the sound that belongs to it, if it has one. */
  readonly audioSource?: number;
  /** Whether it is held for a while. */
  readonly paused: boolean;
}

/** What concerns ourselves or the whole call; the call's machine listens to these. */
export type CallUpdate =
  /** A call that was scheduled has begun. */
  | { readonly type: 'call.began' }
  /** An admin ended the call for everybody. */
  | { readonly type: 'call.discarded' }
  /** We were removed and may not come back. */
  | { readonly type: 'self.kicked' }
  /** Our account is now in the call with this source; foreign if it is none of ours. */
  | { readonly type: 'self.replaced'; readonly source: number }
  /** The server no longer knows this source of ours. */
  | { readonly type: 'self.dropped'; readonly source: number }
  /** The server no longer knows the screen that we show; what ties it to the media side shows it anew. */
  | { readonly type: 'presentation.dropped'; readonly source: number }
  /** An admin muted us; we cannot unmute ourselves. */
  | { readonly type: 'self.silenced' }
  /** We may speak, if we tell the server that we want to. */
  | { readonly type: 'self.allowed' }
  /** Somebody else muted us, and we may end that ourselves: as if we had done it. */
  | { readonly type: 'self.muted' };

/** What concerns the others. */
export type ParticipantUpdate =
  | { readonly type: 'participant.joined'; readonly participant: ParticipantInfo }
  /** With another `source` he has joined anew. */
  | { readonly type: 'participant.changed'; readonly participant: ParticipantInfo }
  | { readonly type: 'participant.left'; readonly participantId: string };

/** Everything a server reports about a call. */
export type SignallingUpdate = CallUpdate | ParticipantUpdate;

/** What the server answered to a join. */
export interface Joined {
  /** How to reach its media. */
  readonly answer: TransportAnswer;
}

/**
 * The words exchanged with a call's server; implemented by each backend. Values are plain JSON. Methods reject with a
 * `CallError`; anything else they throw is taken as a passing fault. They stop early when `signal` aborts, as far as they can:
 * the machine neither waits for, nor looks at, what an aborted one gives.
 */
export interface Signalling {
  /** Finds the call at an address. It must ask the server: what was found earlier may be gone. */
  resolve(address: string, signal: AbortSignal): Promise<CallRef>;
  /** Joins with the transport's parameters; `self` is how to appear. A second join replaces the first one's source. */
  join(ref: CallRef, params: TransportParams, self: SelfChange, signal: AbortSignal): Promise<Joined>;
  /** Leaves. Resolves too if the server did not know the membership (any more). */
  leave(membership: Membership, signal: AbortSignal): Promise<void>;
  /** Changes how we appear. Resolves too if nothing changed by it. */
  edit(membership: Membership, self: SelfChange, signal: AbortSignal): Promise<void>;
  /**
   * What happens in the call from now on. Must not complete while the call lasts; an error or completion means that the server's
   * updates are lost, and the call is joined again.
   */
  updates(ref: CallRef): Observable<SignallingUpdate>;
}

/** The server's updates were lost. */
export interface SignallingLost {
  readonly type: 'signalling.lost';
  /** Why. */
  readonly failure: CallFailure;
}
