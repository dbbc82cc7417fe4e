import { createHash } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { allowOnly } from '../calls/room/http-methods.js';
import type { ServerAccess, ServerPart } from '../calls/room/server-part.js';
import { voxError } from '../errors.js';
import { crossSite } from './cross-site.js';
import { checked, sendApiError } from './errors.js';
import type { ApiHost } from './api-host.js';
import type { Caller, Route } from './route.js';
import { metricsText, notReady } from './metrics.js';
import { ROUTES } from './routes/index.js';
import { API_BASE } from './api-base.js';
import { ApiSession } from './api-session.js';

/** What the API is served with. */
export interface ApiOptions {
  /** Origins of other sites whose pages may ask, such as `https://panel.example`. Default: none, so CORS is off. */
  readonly origins?: readonly string[];
  /** Requests that one address or token may make in a minute. Default 1200. */
  readonly requestsPerMinute?: number;
  /** Most feeds at a time. Default 200. */
  readonly maxFeeds?: number;
}

/** The part of the HTTP server that is the API. */
export function apiPart(host: ApiHost, options: ApiOptions = {}): ServerPart {
  const session = new ApiSession(host, options);
  return {
    isPublic: (path) => path === '/healthz' || path === '/readyz',
    async mount(app, access) {
      session.access = access;
      mountProbes(app, session);
      await app.register((api) => mountApi(api, session, access, options), { prefix: API_BASE });
      app.addHook('onClose', async () => session.close());
    },
  };
}

/** For those who watch over the process: metrics need the token like everything else, the probes none. */
function mountProbes(app: FastifyInstance, session: ApiSession): void {
  app.get('/metrics', async (_request, reply) => {
    const { type, text } = await metricsText(session);
    return reply.type(type).send(text);
  });
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const reason = notReady(session);
    return reason === undefined ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', reason });
  });
  for (const path of ['/metrics', '/healthz', '/readyz']) allowOnly(app, path, 'GET');
}

async function mountApi(api: FastifyInstance, session: ApiSession, access: ServerAccess, options: ApiOptions): Promise<void> {
  const { origins = [], requestsPerMinute = 1200 } = options;
  api.setErrorHandler((error, _request, reply) => sendApiError(reply, error));
  api.addHook('onRequest', async (request, reply) => {
    // What the server as a whole allows is more than the API does.
    for (const name of CORS_HEADERS) reply.removeHeader(name);
    reply.headers(crossSite(request.headers, request.method, origins));
  });
  await api.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: 60_000,
    hook: 'onRequest',
    keyGenerator: (request) => callerKey(request),
    errorResponseBuilder: (_request, { ttl }) => voxError('TOO_MANY_REQUESTS', { seconds: Math.ceil(ttl / 1000) }),
  });
  for (const route of ROUTES) mountRoute(api, route, session, access);
  for (const [path, methods] of Map.groupBy(ROUTES, (one) => fastifyPath(one.path)))
    allowOnly(api, path, ...methods.map(({ method }) => method));
}

const CORS_HEADERS = [
  'access-control-allow-origin',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-expose-headers',
];

function mountRoute(api: FastifyInstance, route: Route, session: ApiSession, access: ServerAccess): void {
  const { method, params, query, body, media, answer, steers, bodyLimit } = route;
  api.route({
    method,
    url: fastifyPath(route.path),
    ...(bodyLimit !== undefined && { bodyLimit }),
    // Before the body is read: who may not is told so at once.
    onRequest: async (request) => {
      if (steers && !access.maySteer(request.headers))
        throw voxError('ADMIN_TOKEN_NEEDED', { what: `for ${method} ${route.path}` });
    },
    handler: async (request, reply) => {
      const asked = {
        params: params && checked(params, request.params, 'params'),
        query: query && checked(query, request.query, 'query'),
        body: body && checked(body, bodyOf(request), 'body'),
        caller: callerOf(request, access),
        lastEventId: textOf(request.headers['last-event-id']),
      };
      const answered: unknown = await route.handle(session, asked as never, reply);
      return media !== undefined || !answer
        ? answered
        : reply.type('application/json; charset=utf-8').send(JSON.stringify(answered));
    },
  });
}

function bodyOf({ body, headers }: FastifyRequest): unknown {
  if (typeof body === 'string' && !/json/.test(headers['content-type'] ?? '')) throw voxError('NOT_JSON');
  return body;
}

function callerOf(request: FastifyRequest, access: ServerAccess): Caller {
  return { maySteer: access.maySteer(request.headers), key: callerKey(request) };
}

/** Who shows a token is counted by it, wherever he comes from; the others by their address. */
function callerKey({ headers, ip }: FastifyRequest): string {
  const { authorization } = headers;
  return authorization === undefined
    ? ip
    : createHash('sha256').update(`${ip} ${authorization}`).digest('base64url').slice(0, 22);
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}

/** `/graphs/{id}` as fastify writes it. */
function fastifyPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}
