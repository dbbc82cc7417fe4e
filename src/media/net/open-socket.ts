import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Whom to connect to. */
export interface SocketTarget {
  /** A name or an address. */
  readonly host: string;
  /** The TCP port. */
  readonly port: number;
  /** Whether to speak TLS, with a certificate for {@link SocketTarget.host}. */
  readonly secure: boolean;
  /** How names are resolved; undefined: the system's way. */
  readonly lookup: LookupFunction | undefined;
}

/** Connects, with TLS if wanted. */
export function openSocket({ host, port, secure, lookup }: SocketTarget): Socket {
  const target = { host, port, ...(lookup && { lookup }) };
  // TLS knows server names only, no addresses (RFC 6066 section 3).
  return secure ? connectTls({ ...target, ...(isIP(host) === 0 && { servername: host }) }) : connectTcp(target);
}
