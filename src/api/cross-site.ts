import type { IncomingHttpHeaders } from 'node:http';
import { voxError } from '../errors.js';

/**
 * Refuses what a page of another site asks, unless its origin is listed.
 *
 * @returns headers that let a listed page read the answer.
 * @throws VoxError `FOREIGN_ORIGIN`.
 */
export function crossSite(headers: IncomingHttpHeaders, method: string, origins: readonly string[]): Record<string, string> {
  const { origin, host = '', 'sec-fetch-site': site } = headers;
  if (origin === undefined) {
    // Images, scripts and links of other sites send no origin, but browsers say where they come from.
    if (site === 'cross-site') throw voxError('FOREIGN_ORIGIN', { origin: 'another site' });
    return {};
  }
  if (origins.includes(origin)) {
    return {
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'retry-after',
      ...(method === 'OPTIONS' && {
        'access-control-allow-methods': 'GET, POST, PUT, PATCH, OPTIONS',
        'access-control-allow-headers': 'authorization, content-type, last-event-id',
        'access-control-max-age': '600',
      }),
      vary: 'origin',
      // Else the browser would keep the answer from the page all the same.
      'cross-origin-resource-policy': 'cross-origin',
    };
  }
  if (hostOf(origin) !== host.toLowerCase()) throw voxError('FOREIGN_ORIGIN', { origin });
  return { vary: 'origin' };
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
