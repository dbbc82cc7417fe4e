import { request as requestHttp, type Agent, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { reasonOf, voxError, type VoxError } from '../../errors.js';
import { bareHost, FORBIDDEN_CODE, isPublicAddress, publicLookup } from './address-rule.js';
import type { Timer } from './byte-source.js';
import { IcySocket } from './icy-socket.js';
import { shownUrl } from './url.js';

/** How servers are spoken to. */
export interface HttpSettings {
  /** Measures the time-outs. */
  readonly timer: Timer;
  /** How long an answer's head may take, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long nothing may come while something is waited for, in milliseconds. */
  readonly readTimeoutMs: number;
  /** Refuses every address that is not of the public internet. */
  readonly publicOnly: boolean;
  /** Headers to send besides the usual ones. */
  readonly headers: Readonly<Record<string, string>>;
  /** Ends whatever is under way. */
  readonly signal: AbortSignal;
  /** Keeps connections open from one request to the next; default: one each. */
  readonly agents?: { readonly http: Agent; readonly https: Agent };
}

/** The head of an answer, its body still to be read. */
export interface HttpAnswer {
  /** Who answered, after redirects. */
  readonly url: URL;
  /** The status code, such as 200. */
  readonly status: number;
  /** Headers by lower-case name. */
  readonly headers: IncomingMessage['headers'];
  /** What follows; destroy it when it is not wanted. */
  readonly body: IncomingMessage;
}

const MAX_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Asks for an address by GET and follows its redirects.
 *
 * @param headers further headers, such as a range.
 * @throws VoxError `URL_INVALID`, `URL_DNS`, `URL_UNREACHABLE`, `URL_NOT_PUBLIC`, `URL_CERTIFICATE`, `URL_REDIRECTS`, `STREAM_TIMEOUT`;
 * the signal's reason when aborted. Any status that is no redirect is an answer.
 */
export async function requestUrl(
  start: URL,
  settings: HttpSettings,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> {
  const seen = new Set<string>();
  let url = start;
  for (;;) {
    seen.add(url.href);
    // Whoever is redirected to must not learn what was meant for the first server.
    const own = url.origin === start.origin ? settings.headers : withoutSecrets(settings.headers);
    const answer = await requestOnce(url, settings, { ...own, ...headers });
    const to = answer.headers.location;
    if (!REDIRECTS.has(answer.status) || to === undefined) return answer;
    answer.body.destroy();
    if (!URL.canParse(to, url.href)) throw redirects(start, `it redirects to "${to}", which is no address`);
    url = new URL(to, url);
    if (seen.has(url.href)) throw redirects(start, 'its redirects go in a circle');
    if (seen.size > MAX_REDIRECTS) throw redirects(start, `it redirects more than ${MAX_REDIRECTS} times`);
  }
}

function redirects(url: URL, reason: string): VoxError {
  return voxError('URL_REDIRECTS', { url: shownUrl(url), reason });
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(authorization|cookie)$/i.test(name)));
}

async function requestOnce(url: URL, settings: HttpSettings, headers: Record<string, string>): Promise<HttpAnswer> {
  settings.signal.throwIfAborted();
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw voxError('URL_INVALID', {
      url: shownUrl(url),
      reason: `it leads to ${url.protocol}, and only http and https are followed`,
    });
  }
  const host = bareHost(url);
  if (settings.publicOnly && isIP(host) !== 0 && !isPublicAddress(host)) throw voxError('URL_NOT_PUBLIC', { host });
  try {
    return await send(url, settings, headers, false);
  } catch (error) {
    settings.signal.throwIfAborted();
    const { code, rawPacket } = error as { code?: unknown; rawPacket?: unknown };
    const old = String(code).startsWith('HPE_') && Buffer.isBuffer(rawPacket) && rawPacket.subarray(0, 4).toString() === 'ICY ';
    if (!old) throw connectionError(url, error);
  }
  try {
    return await send(url, settings, headers, true);
  } catch (error) {
    settings.signal.throwIfAborted();
    throw connectionError(url, error);
  }
}

function send(url: URL, settings: HttpSettings, headers: Record<string, string>, icy: boolean): Promise<HttpAnswer> {
  const { signal, timer, connectTimeoutMs, publicOnly, agents } = settings;
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const secure = url.protocol === 'https:';
  const lookup = publicOnly ? publicLookup : undefined;
  const options: RequestOptions = {
    headers: { 'user-agent': 'voxgraph', accept: '*/*', 'accept-encoding': 'identity', ...headers },
    agent: icy ? undefined : ((secure ? agents?.https : agents?.http) ?? false),
    ...(lookup && { lookup }),
    ...(icy && { createConnection: () => new IcySocket(url, lookup) }),
  };
  let request: ClientRequest;
  try {
    // The socket itself speaks TLS there, so that for the request it is plain.
    const target = icy ? new URL(url.href.replace(/^https:/, 'http:')) : url;
    request = secure && !icy ? requestHttps(target, options) : requestHttp(target, options);
  } catch (error) {
    // Such as a header that holds a line feed.
    return Promise.reject(voxError('URL_INVALID', { url: shownUrl(url), reason: reasonOf(error) }));
  }
  const aborted = () => request.destroy(new Error('aborted'));
  signal.addEventListener('abort', aborted, { once: true });
  const cancel = timer(connectTimeoutMs, () => {
    const data = { src: shownUrl(url), seconds: connectTimeoutMs / 1000, step: 'connecting' };
    request.destroy(voxError('STREAM_TIMEOUT', data));
  });
  const done = () => {
    cancel();
    signal.removeEventListener('abort', aborted);
  };
  request.on('response', (body) => {
    done();
    resolve({ url, status: body.statusCode ?? 0, headers: body.headers, body });
  });
  request.on('error', (error) => {
    done();
    reject(error);
  });
  request.end();
  return promise;
}

const CERTIFICATE = /CERT|ALTNAME|ISSUER|SELF_SIGNED|LEAF_SIGNATURE/;

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to its network',
  ETIMEDOUT: 'it does not answer',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS',
};

/** Words what a connection met. */
export function connectionError(url: URL, thrown: unknown): Error {
  if (thrown instanceof Error && 'problems' in thrown) return thrown;
  const error = thrown as NodeJS.ErrnoException;
  const code = error.code ?? '';
  const host = url.host;
  if (code === FORBIDDEN_CODE) return voxError('URL_NOT_PUBLIC', { host: bareHost(url) });
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return voxError('URL_DNS', { host: bareHost(url) });
  if (CERTIFICATE.test(code)) return voxError('URL_CERTIFICATE', { host, reason: error.message });
  if (code.startsWith('HPE_')) return voxError('URL_UNREACHABLE', { host, reason: 'it does not speak HTTP' });
  return voxError('URL_UNREACHABLE', { host, reason: REASONS[code] ?? (error.message || code) });
}
