import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';

const FOLDER = new URL('./page/', import.meta.url);
const FILES: readonly { readonly path: string; readonly file: string; readonly type: string }[] = [
  { path: '/', file: 'index.html', type: 'text/html' },
  { path: '/page.js', file: 'page.js', type: 'text/javascript' },
  { path: '/chat.js', file: 'chat.js', type: 'text/javascript' },
  { path: '/connection.js', file: 'connection.js', type: 'text/javascript' },
  { path: '/participant-id.js', file: 'participant-id.js', type: 'text/javascript' },
  { path: '/screens.js', file: 'screens.js', type: 'text/javascript' },
  { path: '/share.js', file: 'share.js', type: 'text/javascript' },
  { path: '/whip-whep.js', file: 'whip-whep.js', type: 'text/javascript' },
  { path: '/page.css', file: 'page.css', type: 'text/css' },
];
const POLICY = [
  "default-src 'self'",
  // The page's icon is written into it.
  "img-src 'self' data:",
  "media-src 'self' blob: mediastream:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the page and what belongs to it. */
export function servePage(app: FastifyInstance): void {
  for (const { path, file, type } of FILES) {
    const body = readFileSync(new URL(file, FOLDER));
    app.get(path, async (_request, reply) =>
      reply
        .type(`${type}; charset=utf-8`)
        .header('content-security-policy', POLICY)
        .header('permissions-policy', 'microphone=(self), camera=(self), display-capture=(self), geolocation=()')
        .header('cache-control', 'no-cache')
        .send(body),
    );
  }
}

/** Whether a browser must be able to load this before it can show a token. */
export function isPageFile(url: string): boolean {
  const path = url.split('?')[0];
  return FILES.some((file) => file.path === path);
}
