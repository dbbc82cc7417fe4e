import type { Observable } from 'rxjs';
import type { CallFailure } from './failure.js';

/** A certificate's digest with the DTLS role of its owner (RFC 8122, RFC 8842). */
export interface Fingerprint {
  /** Such as `sha-256`. */
  readonly hash: string;
  /** DTLS role. */
  readonly setup: 'active' | 'passive' | 'actpass';
  /** Hex pairs with colons. */
  readonly fingerprint: string;
}

/** One side's ICE credentials and certificates. */
export interface IceParams {
  /** ICE user fragment. */
  readonly ufrag: string;
  /** ICE password. */
  readonly pwd: string;
  /** Certificates; at least one. */
  readonly fingerprints: readonly Fingerprint[];
}

/** Sources that belong together (RFC 5576), as unsigned 32-bit numbers. */
export interface SourceGroup {
  /** `SIM` for simulcast layers, `FID` for a source and its retransmissions. */
  readonly semantics: 'SIM' | 'FID';
  /** The sources, in the order the semantics want. */
  readonly sources: readonly number[];
}

/** What we offer the server. */
export interface TransportParams {
  /** Our audio source: an unsigned 32-bit SSRC, new for every transport. */
  readonly source: number;
  /** Absent where media does not travel over ICE (a room inside this process). */
  readonly ice?: IceParams;
  /** Video sources; empty for audio alone. */
  readonly sourceGroups: readonly SourceGroup[];
}

/** An address of the server (RFC 8839). */
export interface IceCandidate {
  readonly foundation: string;
  readonly component: number;
  readonly protocol: 'udp' | 'tcp';
  readonly priority: number;
  readonly ip: string;
  readonly port: number;
  readonly type: 'host' | 'srflx' | 'prflx' | 'relay';
}

/** One codec of the server's answer. */
export interface PayloadType {
  readonly id: number;
  /** Such as `opus`, `VP8`, `rtx`. */
  readonly name: string;
  /** In Hz. */
  readonly clockRate: number;
  readonly channels?: number;
  readonly parameters: Readonly<Record<string, string | number>>;
  /** Such as `nack pli`. */
  readonly feedback: readonly string[];
}

/** One RTP header extension (RFC 8285). */
export interface HeaderExtension {
  readonly id: number;
  readonly uri: string;
}

/** Codecs and extensions of one kind of media. */
export interface MediaAnswer {
  readonly payloadTypes: readonly PayloadType[];
  readonly extensions: readonly HeaderExtension[];
}

/** What the server answers: nothing to negotiate, a WebRTC peer, or a broadcast that is fetched in pieces. */
export type TransportAnswer =
  | { readonly kind: 'local' }
  | {
      readonly kind: 'webrtc';
      readonly ice: IceParams;
      readonly candidates: readonly IceCandidate[];
      readonly audio?: MediaAnswer;
      readonly video?: MediaAnswer & { readonly endpoint?: string; readonly serverSources: readonly number[] };
    }
  | { readonly kind: 'broadcast'; readonly rtmp: boolean };

/** What a transport reports. */
export type TransportEvent =
  /** Media flows both ways. */
  | { readonly type: 'transport.connected' }
  /** It is over; a transport that failed never recovers. */
  | { readonly type: 'transport.failed'; readonly failure: CallFailure }
  /** Media suffers. */
  | { readonly type: 'network.degraded' }
  /** Nothing arrives any more; it may come back. */
  | { readonly type: 'network.lost' }
  /** All is well again. */
  | { readonly type: 'network.recovered' };

/**
 * The control plane's view of the path that a call's media takes; packets never pass here. Values are plain JSON. One transport
 * serves one attempt: a rejoin makes a new one, with new sources and credentials. Methods reject with a `CallError`.
 */
export interface Transport {
  /** Prepares everything of ours and tells what to offer the server. Called once. */
  open(): Promise<TransportParams>;
  /** Takes the server's answer and starts connecting. Called once, after {@link open}. */
  apply(answer: TransportAnswer): Promise<void>;
  /** What happens to it. It is subscribed to before {@link open}. Completion or an error counts as failure. */
  readonly events$: Observable<TransportEvent>;
  /** Ends it at once and releases everything, whatever else is under way. Called exactly once; must not throw. */
  close(): void;
}
