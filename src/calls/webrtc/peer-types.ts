import type { Problem } from '../../errors.js';
import type { EstimatorLimits } from './congestion/bandwidth-estimator.js';
import type { JitterBuffer } from './jitter-buffer.js';
import type { JitterBufferStats } from './jitter-stats.js';
import type { RtpSenderStats } from './rtp-sender.js';
import type { RtpSourceStats } from './rtp-source.js';
import type { SrtpReceiveCounters } from './srtp-receiver.js';
import type { SecureTransportOptions, TransportEnd } from './transport-types.js';
import type { PeerVideoStats } from './video/peer-video.js';

/** How a peer is set up; the times and addresses are those of the transport. */
export interface PeerOptions extends Omit<SecureTransportOptions, 'iceRole'> {
  /** `answerer` (default): the peer offers, as in WHIP and WHEP. `joiner`: we lead, as towards an ICE-lite server. */
  readonly role?: 'answerer' | 'joiner';
  /** Names it in `IncomingAudio.participantId`; default: the remote SSRC. */
  readonly participantId?: string;
  /** What we are willing to do with the offered audio; default both. */
  readonly send?: boolean;
  readonly receive?: boolean;
  /** Told the level of each packet that carries one (RFC 6464), in dBov, and whose it is. */
  readonly onLevel?: (levelDbov: number, ssrc: number) => void;
  /** Channels of incoming audio; default 1. */
  readonly incomingChannels?: 1 | 2;
  /** Most remote SSRCs that are played at once; default 8. */
  readonly maxIncoming?: number;
  /** Most remote SSRCs that are told apart at all, over the life of the connection; default 64. */
  readonly maxSsrcs?: number;
  /** Names us in RTCP over all our SSRCs; default random. */
  readonly cname?: string;
  /** SSRC of the sound we send; default random. */
  readonly ssrc?: number;
  /** Take part in the offered videos; default false. */
  readonly video?: boolean;
  /** The SSRC of a participant's sound, which his videos are to be in step with; absent: there is but one. */
  readonly soundOf?: (participantId: string | undefined) => number | undefined;
  /** Where the estimate of the network begins, and its limits; for videos we send. */
  readonly limits?: EstimatorLimits;
}

/** How a peer is doing. */
export type PeerState =
  | { readonly type: 'connecting' }
  | { readonly type: 'connected'; readonly joinMs: number }
  | { readonly type: 'closed'; readonly reason: TransportEnd['reason']; readonly problem?: Problem };

/** A remote stream begins or ends. */
export type IncomingChange =
  | { readonly type: 'started'; readonly ssrc: number; readonly audio: JitterBuffer }
  | { readonly type: 'ended'; readonly ssrc: number; readonly reason: 'bye' | 'replaced' | 'closed' };

/** Everything that can be counted of a peer, as plain JSON. */
export interface PeerStats {
  readonly state: PeerState['type'];
  /** From the first call of `answer` or `accept` to connected, milliseconds. */
  readonly joinMs?: number;
  readonly srtpProfile?: string;
  readonly remoteAddress?: string;
  /** Round trip time of ICE's checks, milliseconds. */
  readonly rttMs?: number;
  readonly sent?: RtpSenderStats;
  /** Packets given to `sendAudio` while not connected, or when sending was not agreed on. */
  readonly unsent: number;
  readonly srtp?: SrtpReceiveCounters;
  readonly incoming: readonly (RtpSourceStats & { readonly audio: JitterBufferStats })[];
  /** Of a connection with videos. */
  readonly video?: PeerVideoStats;
}
