import { readFileSync } from 'node:fs';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { ERRORS, VoxError, formatProblem, problem, voxError, type Problem } from '../../errors.js';
import { accessRules } from './access.js';
import type { PeerRole } from './room-media.js';

/** What the HTTP server asks of the rooms. */
export interface RoomService {
  /** The open rooms' names. */
  rooms(): readonly string[];
  /** Answers an SDP offer. Rejects with a VoxError. */
  offer(room: string, role: PeerRole, sdp: string, participantId: string | undefined): Promise<{ peerId: string; sdp: string }>;
  /** Ends a connection; false when there is none of that id. */
  close(room: string, peerId: string): Promise<boolean>;
  /** What a page shows: who is there, what plays. */
  status(room: string): Promise<unknown>;
}

/** Where the server listens. */
export interface RoomServerOptions {
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string;
  /** TCP port; 0 takes any free one. Default 8765. */
  readonly port?: number;
  /** What a client must show as `Authorization: Bearer …`. Needed when `host` is not this machine alone. */
  readonly token?: string;
}

/** A running room server. */
export interface RoomServer {
  /** The page's address, with the token in its fragment when there is one. */
  readonly url: string;
  /** The port it listens on. */
  readonly port: number;
  /** Stops at once; open requests are cut. */
  close(): Promise<void>;
}

const SDP = 'application/sdp';
const PAGE = new URL('./page/', import.meta.url);
/** Larger than any offer a browser makes. */
const BODY_LIMIT_BYTES = 128 * 1024;

/**
 * Serves rooms over HTTP: the page, WHIP (RFC 9725) to speak and WHEP (draft-ietf-wish-whep) to listen.
 *
 * @throws VoxError `PORT_TAKEN`, `ADDRESS_UNAVAILABLE`, `TOKEN_NEEDED`.
 */
export async function startRoomServer(service: RoomService, options: RoomServerOptions = {}): Promise<RoomServer> {
  const { host = '127.0.0.1', port = 8765, token } = options;
  const rules = accessRules(host, token);
  const app = Fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true, logger: false });
  app.addContentTypeParser(SDP, { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (request, reply) => {
    const refusal = rules.refuse(request.headers, request.method, isPublic(request.url));
    for (const [name, value] of Object.entries(rules.headers(request.headers))) reply.header(name, value);
    if (refusal)
      return reply.code(refusal.status).send({ error: { code: refusal.code, message: refusal.message, fix: refusal.fix } });
  });
  app.setErrorHandler((error, _request, reply) => sendError(reply, error));
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send({ error: { code: 'NOT_FOUND', message: `${request.method} ${request.url.split('?')[0]} leads nowhere` } }),
  );
  servePage(app);
  serveRooms(app, service);
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw listenError(error, host, port);
  }
  const address = app.server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shown}:${bound}/${token ? `#token=${encodeURIComponent(token)}` : ''}`,
    port: bound,
    close: () => app.close(),
  };
}

function servePage(app: FastifyInstance): void {
  const file = (name: string, type: string) => {
    const body = readFileSync(new URL(name, PAGE));
    return async (_request: FastifyRequest, reply: FastifyReply) =>
      reply
        .type(type)
        .header('content-security-policy', "default-src 'self'; img-src 'self' data:; media-src 'self' blob: mediastream:; frame-ancestors 'none'")
        .header('cache-control', 'no-cache')
        .send(body);
  };
  app.get('/', file('index.html', 'text/html; charset=utf-8'));
  app.get('/page.js', file('page.js', 'text/javascript; charset=utf-8'));
  app.get('/whip-whep.js', file('whip-whep.js', 'text/javascript; charset=utf-8'));
  app.get('/page.css', file('page.css', 'text/css; charset=utf-8'));
}

/** What a browser must load before it can show a token. */
function isPublic(url: string): boolean {
  return ['/', '/page.js', '/whip-whep.js', '/page.css'].includes(url.split('?')[0]!);
}

interface RoomParams {
  Params: { room: string; peer: string };
  Querystring: { participant?: string };
}

function serveRooms(app: FastifyInstance, service: RoomService): void {
  app.get('/rooms', async () => ({ rooms: service.rooms() }));
  app.get<RoomParams>('/rooms/:room', async (request) => service.status(open(service, request.params.room)));
  for (const [path, role] of [
    ['whip', 'speak'],
    ['whep', 'listen'],
  ] as const) {
    app.post<RoomParams>(`/rooms/:room/${path}`, async (request, reply) => {
      const room = open(service, request.params.room);
      if (typeof request.body !== 'string')
        return reply
          .code(415)
          .header('accept-post', SDP)
          .send({ error: { code: 'UNSUPPORTED_MEDIA_TYPE', message: `send the offer as ${SDP}` } });
      const participant = request.query.participant;
      if (participant !== undefined && !/^[A-Za-z0-9_-]{1,64}$/.test(participant))
        throw voxError('BAD_OFFER', { reason: 'participant must be 1–64 letters, digits, - or _' });
      const { peerId, sdp } = await service.offer(room, role, request.body, participant);
      return reply
        .code(201)
        .type(SDP)
        .header('location', `/rooms/${room}/${path}/${peerId}`)
        .header('accept-post', SDP)
        .send(sdp);
    });
    app.options<RoomParams>(`/rooms/:room/${path}`, async (_request, reply) =>
      reply.code(204).header('accept-post', SDP).header('allow', 'POST, OPTIONS').send(),
    );
    app.delete<RoomParams>(`/rooms/:room/${path}/:peer`, async (request, reply) => {
      const closed = await service.close(open(service, request.params.room), request.params.peer);
      return closed
        ? reply.code(200).send()
        : reply.code(404).send({ error: { code: 'NOT_FOUND', message: 'this connection has ended already' } });
    });
    // All our candidates are in the answer and restarts are fresh joins, so there is nothing to patch (RFC 9725, 4.3).
    app.patch<RoomParams>(`/rooms/:room/${path}/:peer`, async (_request, reply) =>
      reply.code(405).header('allow', 'DELETE, OPTIONS').send(),
    );
  }
}

function open(service: RoomService, room: string): string {
  if (!service.rooms().includes(room)) throw voxError('UNKNOWN_ROOM', { room });
  return room;
}

function sendError(reply: FastifyReply, error: unknown): unknown {
  if (error instanceof VoxError) {
    const first = error.problems[0]!;
    return reply.code(httpStatus(first)).send({ error: { code: first.code, message: formatProblem(first), fix: first.fix } });
  }
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  const message = status < 500 && error instanceof Error ? error.message : problem('INTERNAL', { reason: 'see its log' }).message;
  return reply.code(status).send({ error: { code: status < 500 ? 'BAD_REQUEST' : 'INTERNAL', message } });
}

function httpStatus({ code }: Problem): number {
  if (code === 'UNKNOWN_ROOM' || code === 'UNKNOWN_CALL') return 404;
  if (code === 'ROOM_FULL') return 503;
  return ERRORS[code].exit === 2 ? 400 : 500;
}

function listenError(error: unknown, host: string, port: number): unknown {
  const code = (error as { code?: string }).code;
  if (code === 'EADDRINUSE') return voxError('PORT_TAKEN', { host, port, next: port + 1 });
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return voxError('ADDRESS_UNAVAILABLE', { host });
  if (code === 'EACCES') return voxError('PORT_FORBIDDEN', { port });
  return error;
}
