import type { Problem } from '../../errors.js';
import type { DataChannelOptions } from './data-channel.js';
import type { SrtpProfile } from './srtp-keys.js';
import type { Timers } from './timers.js';
import type { NetworkHook } from './udp-port.js';

/** How a `SecureTransport` is set up. */
export interface SecureTransportOptions {
  readonly timers: Timers;
  /** This machine's IP addresses to be reached at; nothing else is opened or told. */
  readonly addresses: readonly string[];
  /** Lowest and highest UDP port; absent: the system chooses. */
  readonly portRange?: readonly [number, number];
  /** `controlled` when the peer offered, `controlling` towards an ICE-lite server. */
  readonly iceRole: 'controlled' | 'controlling';
  /** Time for ICE to find a path, milliseconds; default 10,000. */
  readonly iceTimeoutMs?: number;
  /** Time for the DTLS handshake once there is a path, milliseconds; default 5,000. */
  readonly dtlsTimeoutMs?: number;
  /** A connected peer of whom nothing is heard this long is gone, milliseconds; default 6,000. */
  readonly silenceTimeoutMs?: number;
  /** A data channel that we open once connected; only as the controlling side. */
  readonly dataChannel?: DataChannelOptions;
  /** Bends the network, for tests. */
  readonly network?: NetworkHook;
}

/** Why a transport ended. */
export type TransportEnd =
  | { readonly reason: 'closed' | 'peer-closed' }
  | { readonly reason: 'ice-timeout' | 'dtls-timeout' | 'dtls-failed' | 'silent'; readonly problem: Problem };

/** SRTP master keys of both directions, from the DTLS exporter (RFC 5764, 4.2). */
export interface SrtpMasterKeys {
  readonly profile: SrtpProfile;
  readonly localKey: Buffer;
  readonly localSalt: Buffer;
  readonly remoteKey: Buffer;
  readonly remoteSalt: Buffer;
}

/** What a transport tells its owner. None is called after `ended`. */
export interface SecureTransportEvents {
  /** Keys are agreed on and media can flow. */
  connected(keys: SrtpMasterKeys): void;
  /** An RTP or RTCP datagram of the peer, still encrypted. */
  media(datagram: Buffer): void;
  /** It is over; exactly once. */
  ended(end: TransportEnd): void;
}
