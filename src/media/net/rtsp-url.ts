/** Ports of RTSP and of RTSP over TLS (RFC 7826 section 22.14). */
const PORTS: Readonly<Record<string, number>> = { 'rtsp:': 554, 'rtsps:': 322 };

/** True for the address of an RTSP server. */
export function isRtsp(url: URL): boolean {
  return url.protocol in PORTS;
}

/**
 * The host of an RTSP address as a bare name or address: IPv6 without its brackets. URLs of protocols that the URL standard does not
 * know keep their host as it was written, such as `2130706433` for 127.0.0.1; read as an HTTP address it is spelt out. Empty when it is
 * no host at all.
 */
export function rtspHost(url: URL): string {
  const spelt = `http://${url.hostname}/`;
  return URL.canParse(spelt) ? new URL(spelt).hostname.replace(/^\[|\]$/g, '') : '';
}

/** The port to connect to. */
export function rtspPort(url: URL): number {
  return Number(url.port) || PORTS[url.protocol]!;
}

/** The address that is asked for: without user name, password and fragment. */
export function requestUri(url: URL): string {
  const asked = new URL(url);
  asked.username = '';
  asked.password = '';
  asked.hash = '';
  return asked.href;
}
