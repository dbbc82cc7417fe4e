import { isIP } from 'node:net';

/** One ICE candidate (RFC 8839, 5.1), as numbers and strings. Only UDP is used. */
export interface IceCandidateParams {
  readonly foundation: string;
  /** 1: everything is multiplexed on one component. */
  readonly component: number;
  /** `udp` or `tcp`. */
  readonly protocol: string;
  readonly priority: number;
  /** An IP address, or a `.local` name, which is ignored. */
  readonly ip: string;
  readonly port: number;
  /** `host`, `srflx`, `prflx` or `relay`. */
  readonly type: string;
}

/** A certificate's fingerprint (RFC 8122). */
export interface FingerprintParams {
  /** Hash function, such as `sha-256`. */
  readonly hash: string;
  /** Upper-case hexadecimal bytes with colons between. */
  readonly fingerprint: string;
}

/**
 * Everything one side must tell the other to connect, free of any notation: SDP and Telegram's join JSON are two ways to
 * write it.
 */
export interface TransportParams {
  /** ICE user fragment. */
  readonly ufrag: string;
  /** ICE password. */
  readonly pwd: string;
  /** True when that side only answers checks (RFC 8445, 2.5). */
  readonly iceLite?: boolean;
  readonly fingerprints: readonly FingerprintParams[];
  readonly candidates: readonly IceCandidateParams[];
}

/** Those of the candidates that can be tried: UDP, to an address that is written in numbers. */
export function usableCandidates(candidates: readonly IceCandidateParams[]): IceCandidateParams[] {
  return candidates.filter(
    (c) => c.component === 1 && c.protocol.toLowerCase() === 'udp' && isIP(c.ip) !== 0 && c.port > 0 && c.port < 65_536,
  );
}
