import { createHash, randomBytes } from 'node:crypto';

/** A user name and a password. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** What is asked for, which a digest is bound to. */
export interface DigestTarget {
  readonly method: string;
  readonly uri: string;
}

/** Node's names of the digests that a server may ask for, best first (RFC 7616 section 3.3). */
const HASHES: readonly (readonly [algorithm: string, hash: string])[] = [
  ['SHA-256', 'sha256'],
  ['MD5', 'md5'],
];

/** Answers a server's demand to log in: `Authorization` headers by Basic (RFC 7617) or Digest (RFC 7616, with RFC 2069's short form). */
export class RtspLogin {
  readonly #credentials: Credentials;
  readonly #challenge: ReadonlyMap<string, string> | undefined;
  readonly #hash: string;
  #count = 0;

  private constructor(credentials: Credentials, challenge: ReadonlyMap<string, string> | undefined, hash: string) {
    this.#credentials = credentials;
    this.#challenge = challenge;
    this.#hash = hash;
  }

  /** @param challenges a server's `WWW-Authenticate` headers. Undefined when it wants something else than a password. */
  static answer(challenges: readonly string[], credentials: Credentials): RtspLogin | undefined {
    const digests = challenges.filter((text) => /^digest\s/i.test(text)).map(parametersOf);
    for (const [algorithm, hash] of HASHES) {
      const found = digests.find((digest) => (digest.get('algorithm') ?? 'MD5').toUpperCase() === algorithm);
      if (found) return new RtspLogin(credentials, found, hash);
    }
    const basic = challenges.some((text) => /^basic\b/i.test(text));
    return basic ? new RtspLogin(credentials, undefined, '') : undefined;
  }

  /** The `Authorization` header of one request. */
  header({ method, uri }: DigestTarget): string {
    const { user, password } = this.#credentials;
    if (!this.#challenge) return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const digest = (text: string) => createHash(this.#hash).update(text).digest('hex');
    const realm = this.#challenge.get('realm') ?? '';
    const nonce = this.#challenge.get('nonce') ?? '';
    const secret = digest(`${user}:${realm}:${password}`);
    const target = digest(`${method}:${uri}`);
    const parts: [string, string][] = [
      ['username', quoted(user)],
      ['realm', quoted(realm)],
      ['nonce', quoted(nonce)],
      ['uri', quoted(uri)],
    ];
    const withCount = (this.#challenge.get('qop') ?? '').split(/\s*,\s*/).includes('auth');
    if (withCount) {
      const count = (++this.#count).toString(16).padStart(8, '0');
      const own = randomBytes(8).toString('hex');
      parts.push(['response', quoted(digest(`${secret}:${nonce}:${count}:${own}:auth:${target}`))]);
      parts.push(['qop', 'auth'], ['nc', count], ['cnonce', quoted(own)]);
    } else parts.push(['response', quoted(digest(`${secret}:${nonce}:${target}`))]);
    const algorithm = this.#challenge.get('algorithm');
    if (algorithm !== undefined) parts.push(['algorithm', algorithm]);
    const opaque = this.#challenge.get('opaque');
    if (opaque !== undefined) parts.push(['opaque', quoted(opaque)]);
    return `Digest ${parts.map(([name, value]) => `${name}=${value}`).join(', ')}`;
  }
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function parametersOf(challenge: string): Map<string, string> {
  const found = challenge.matchAll(/([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/gi);
  return new Map([...found].map(([, name, text, word]) => [name!.toLowerCase(), text?.replace(/\\(.)/g, '$1') ?? word ?? '']));
}
