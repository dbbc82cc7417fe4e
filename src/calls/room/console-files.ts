import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';

const BASE = '/console/';
/** Where the built console lies: beside the bundle, beside what was compiled, or in the folder of the build while src itself runs. */
const FOLDERS = ['../console/', '../../console/', '../../../dist/console/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.md': 'text/plain; charset=utf-8',
};
const POLICY = [
  "default-src 'self'",
  // Pictures of video wires are fetched with the token, and shown from memory.
  "img-src 'self' blob:",
  "media-src 'self' blob: mediastream:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the console, if it was built. What its address shows stands behind `#`, so there is one page. */
export function serveConsole(app: FastifyInstance): void {
  const folder = FOLDERS.find((path) => existsSync(`${path}index.html`));
  if (folder === undefined) return;
  app.get('/console', async (_request, reply) => reply.redirect(BASE, 301));
  for (const name of filesIn(folder)) {
    // The names of the others change with what is in them.
    const keep = name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    app.get(BASE + (name === 'index.html' ? '' : name), async (_request, reply) =>
      reply
        .type(TYPES[extname(name)] ?? 'application/octet-stream')
        .header('content-security-policy', POLICY)
        .header('permissions-policy', 'microphone=(self), camera=(), geolocation=()')
        .header('cache-control', keep)
        .send(await readFile(folder + name)),
    );
  }
}

/** Whether a browser must be able to load this before it can show a token. */
export function isConsoleFile(path: string): boolean {
  return path === '/console' || path.startsWith(BASE);
}

/** The address of the console on a server. */
export function consoleUrl(pageUrl: string): string {
  const url = new URL(pageUrl);
  url.pathname = BASE;
  return url.href;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length).replace(/^\/+/, '').replaceAll('\\', '/'));
}
