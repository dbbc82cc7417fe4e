import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { problem, voxError, type Problem } from '../../errors.js';

/** Who may talk to the server. */
export interface AccessRules {
  /** Why this request is turned away; undefined when it may pass. */
  refuse(headers: IncomingHttpHeaders, method: string, isPublic: boolean): Problem | undefined;
  /** Whether it shows the admin token. */
  isAdmin(headers: IncomingHttpHeaders): boolean;
  /** Whether there is an admin token, so that others may not steer plugins. */
  readonly hasAdmin: boolean;
  /** Headers that every answer carries. */
  headers(request: IncomingHttpHeaders): Record<string, string>;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1', '[::1]']);
const EVERY_ANSWER = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** Whether an address reaches this machine alone. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host.toLowerCase()) || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * Without a token the server is for this machine's own user: the `Host` header must name this machine (against DNS rebinding) and
 * a page of another site is refused. With a token, whoever shows it may come from anywhere.
 *
 * @param adminToken what those show who may manage rooms and steer plugins; it opens everything that `token` does.
 * @param origins of other sites whose pages are let in although there is no token.
 * @throws VoxError `TOKEN_NEEDED` when other machines could come in without one.
 */
export function accessRules(
  host: string,
  token: string | undefined,
  adminToken?: string,
  origins: readonly string[] = [],
): AccessRules {
  if (!token && !isLoopback(host)) throw voxError('TOKEN_NEEDED', { host });
  const isAdmin = ({ authorization }: IncomingHttpHeaders) => adminToken !== undefined && sameToken(authorization, adminToken);
  const admin = { isAdmin, hasAdmin: adminToken !== undefined };
  return { ...(token ? tokenRules(token, isAdmin) : loopbackRules(origins)), ...admin };
}

type Rules = Pick<AccessRules, 'refuse' | 'headers'>;

function loopbackRules(origins: readonly string[]): Rules {
  return {
    headers: () => EVERY_ANSWER,
    refuse({ host = '', origin }) {
      if (!isLoopback(hostName(host))) return problem('FOREIGN_HOST', { host });
      if (origin !== undefined && origin !== `http://${host}` && !origins.includes(origin))
        return problem('FOREIGN_ORIGIN', { origin });
      return undefined;
    },
  };
}

function tokenRules(token: string, isAdmin: AccessRules['isAdmin']): Rules {
  return {
    headers: ({ origin }) => ({
      ...EVERY_ANSWER,
      ...(origin && {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-expose-headers': 'location, retry-after',
        vary: 'origin',
      }),
    }),
    refuse(headers, method, isPublic) {
      // A browser asks for permission (OPTIONS) before it shows the token.
      if (isPublic || method === 'OPTIONS' || sameToken(headers.authorization, token) || isAdmin(headers)) return undefined;
      return problem('TOKEN_WRONG');
    },
  };
}

/** Compares digests, so that neither the time nor the length tells anything. */
function sameToken(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function hostName(host: string): string {
  return host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : host.split(':')[0]!;
}
