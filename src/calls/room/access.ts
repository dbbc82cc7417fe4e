import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { voxError } from '../../errors.js';

/** Why a request is turned away. */
export interface Refusal {
  /** HTTP status. */
  readonly status: 401 | 403;
  /** For programs. */
  readonly code: string;
  /** For people. */
  readonly message: string;
  /** What to do. */
  readonly fix: string;
}

/** Who may talk to the server. */
export interface AccessRules {
  /** Why this request is turned away; undefined when it may pass. */
  refuse(headers: IncomingHttpHeaders, method: string, isPublic: boolean): Refusal | undefined;
  /** Headers that the answer carries. */
  headers(request: IncomingHttpHeaders): Record<string, string>;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1', '[::1]']);

/** Whether an address reaches this machine alone. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * Without a token the server is for this machine's own user: the `Host` header must name this machine (against DNS rebinding) and
 * a page of another site is refused. With a token, whoever shows it may come from anywhere.
 *
 * @throws VoxError `TOKEN_NEEDED` when other machines could come in without one.
 */
export function accessRules(host: string, token: string | undefined): AccessRules {
  if (!token && !isLoopback(host)) throw voxError('TOKEN_NEEDED', { host });
  return token ? tokenRules(token) : loopbackRules();
}

function loopbackRules(): AccessRules {
  return {
    headers: () => ({ 'x-content-type-options': 'nosniff' }),
    refuse(headers) {
      if (!isLoopback(hostName(headers.host ?? ''))) {
        return {
          status: 403,
          code: 'FOREIGN_HOST',
          message: 'this server answers to localhost only',
          fix: 'Open http://127.0.0.1 with its port.',
        };
      }
      const origin = headers.origin;
      if (origin !== undefined && origin !== `http://${headers.host}`) {
        return {
          status: 403,
          code: 'FOREIGN_ORIGIN',
          message: 'pages of other sites may not use this server',
          fix: 'Open the page of this server, or start it with --token.',
        };
      }
      return undefined;
    },
  };
}

function tokenRules(token: string): AccessRules {
  return {
    headers: (request) => ({
      'x-content-type-options': 'nosniff',
      ...(request.origin && {
        'access-control-allow-origin': request.origin,
        'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-expose-headers': 'location',
        vary: 'origin',
      }),
    }),
    refuse(headers, method, isPublic) {
      if (isPublic || method === 'OPTIONS' || sameToken(headers.authorization, token)) return undefined;
      return {
        status: 401,
        code: 'TOKEN_WRONG',
        message: 'the token is missing or wrong',
        fix: 'Send "Authorization: Bearer TOKEN", or open the address that voxgraph printed.',
      };
    },
  };
}

function sameToken(authorization: string | undefined, token: string): boolean {
  const given = Buffer.from(/^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '');
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function hostName(host: string): string {
  return host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : host.split(':')[0]!;
}
