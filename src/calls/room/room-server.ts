import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import Fastify, { type FastifyInstance } from 'fastify';
import { problem, voxError } from '../../errors.js';
import { accessRules, type AccessRules } from './access.js';
import { consoleUrl, isConsoleFile, serveConsole } from './console-files.js';
import { CONTROL_PATHS, serveChat, serveControl, type ControlService } from './control-routes.js';
import { allowOnly, asked, SDP } from './http-methods.js';
import { BODY_LIMIT_BYTES, refuseConnection, sendError, sendProblem } from './http-errors.js';
import { isPageFile, servePage } from './page-files.js';
import type { PeerRole } from './room-requests.js';
import type { ServerPart } from './server-part.js';
import { serveTaps, TAP_PATHS, type TapService } from './tap-routes.js';

/** Who wants to come in. */
export interface Comer {
  /** Who he says he is; absent: an id is made up. */
  readonly participantId?: string;
  /** The IP address that asks. */
  readonly address: string;
}

/** What the HTTP server asks of the rooms. */
export interface RoomService extends TapService, ControlService {
  /** The open rooms' names. */
  rooms(): readonly string[];
  /** Answers an SDP offer. Rejects with a VoxError. */
  offer(room: string, role: PeerRole, sdp: string, from: Comer): Promise<{ peerId: string; sdp: string }>;
  /** Ends a connection; false when there is none of that id. */
  close(room: string, peerId: string): Promise<boolean>;
  /** What a page shows: who is there, what plays. */
  status(room: string): Promise<object>;
}

/** Where the server listens. */
export interface RoomServerOptions {
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string;
  /** TCP port; 0 takes any free one. Default 8765. */
  readonly port?: number;
  /** What a client must show as `Authorization: Bearer …`. Needed when `host` is not this machine alone. */
  readonly token?: string;
  /**
   * What those show, instead of `token`, who may write as admins of a room. Once there is one, plugins are shown to, switched and told
   * things by them alone. Absent: nobody is an admin, and whoever may come in may steer plugins.
   */
  readonly adminToken?: string;
  /** Origins of other sites whose pages may use the HTTP API, such as `https://panel.example`. Default: none, so CORS is off for it. */
  readonly origins?: readonly string[];
  /** Requests to the HTTP API that one address or token may make in a minute. Default 1200. */
  readonly requestsPerMinute?: number;
}

/** A running room server. */
export interface RoomServer {
  /** The page's address, with the token in its fragment when there is one. */
  readonly url: string;
  /** The console's address, likewise. */
  readonly consoleUrl: string;
  /** The port it listens on. */
  readonly port: number;
  /** Stops at once; open requests are cut. */
  close(): Promise<void>;
}

/** Whoever takes longer than this to send a request is cut off. */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Serves rooms over HTTP: the page, WHIP (RFC 9725) to speak and WHEP (draft-ietf-wish-whep) to listen.
 *
 * @param parts what else is served, such as the HTTP API.
 * @throws VoxError `PORT_TAKEN`, `PORT_FORBIDDEN`, `ADDRESS_UNAVAILABLE`, `TOKEN_NEEDED`.
 */
export async function startRoomServer(
  service: RoomService,
  options: RoomServerOptions = {},
  parts: readonly ServerPart[] = [],
): Promise<RoomServer> {
  const { host = '127.0.0.1', port = 8765, token, adminToken, origins } = options;
  const rules = accessRules(host, token, adminToken, origins);
  const app = createApp(rules, parts);
  servePage(app);
  serveConsole(app);
  serveRooms(app, service);
  serveTaps(app, service);
  const maySteer = (headers: IncomingHttpHeaders) => !rules.hasAdmin || rules.isAdmin(headers);
  serveControl(app, service, maySteer);
  for (const path of TAP_PATHS) allowOnly(app, path, 'GET');
  for (const [path, method] of CONTROL_PATHS) allowOnly(app, path, method);
  serveChat(app, service, { open: (room) => open(service, room), isAdmin: (headers) => rules.isAdmin(headers) });
  allowOnly(app, '/rooms/:room/messages', 'GET', 'POST');
  for (const part of parts) await part.mount(app, { maySteer, needsAdmin: rules.hasAdmin });
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw listenError(error, host, port);
  }
  const address = app.server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const url = `http://${shown}:${bound}/${token ? `#token=${encodeURIComponent(token)}` : ''}`;
  return {
    url,
    consoleUrl: consoleUrl(url),
    port: bound,
    close: () => app.close(),
  };
}

function createApp(rules: AccessRules, parts: readonly ServerPart[]): FastifyInstance {
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    logger: false,
    frameworkErrors: (error, _request, reply) => void sendError(reply, error),
    clientErrorHandler: refuseConnection,
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(SDP, { parseAs: 'string' }, (_request, body, done) => done(null, body));
  // The default parser would refuse an empty body, which is what a message without a payload has.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(String(body)));
    } catch (error) {
      done(error as SyntaxError);
    }
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(rules.headers(request.headers)).header('cache-control', 'no-store');
    const path = request.url.split('?')[0]!;
    const isPublic = isPageFile(path) || isConsoleFile(path) || parts.some((part) => part.isPublic(path));
    const refusal = rules.refuse(request.headers, request.method, isPublic);
    if (refusal) return sendProblem(reply, refusal);
    return undefined;
  });
  app.setErrorHandler((error, _request, reply) => sendError(reply, error));
  app.setNotFoundHandler((request, reply) => sendProblem(reply, problem('PATH_UNKNOWN', asked(request))));
  return app;
}

interface RoomParams {
  Params: { room: string; peer: string };
  Querystring: { participant?: string | string[] };
}

function serveRooms(app: FastifyInstance, service: RoomService): void {
  // A page that finds another one here knows that the server was started anew.
  const server = randomBytes(9).toString('base64url');
  app.get('/rooms', async () => ({ rooms: service.rooms(), server }));
  app.get<RoomParams>('/rooms/:room', async (request) => ({
    ...(await service.status(open(service, request.params.room))),
    server,
  }));
  allowOnly(app, '/rooms', 'GET');
  allowOnly(app, '/rooms/:room', 'GET');
  for (const [path, role] of [
    ['whip', 'speak'],
    ['whep', 'listen'],
  ] as const) {
    app.post<RoomParams>(`/rooms/:room/${path}`, async (request, reply) => {
      const room = open(service, request.params.room);
      if (typeof request.body !== 'string') throw voxError('NOT_SDP');
      const participantId = participantOf(request.query.participant);
      const from = { address: request.ip, ...(participantId !== undefined && { participantId }) };
      const { peerId, sdp } = await service.offer(room, role, request.body, from);
      return reply.code(201).type(SDP).header('location', `/rooms/${room}/${path}/${peerId}`).send(sdp);
    });
    app.delete<RoomParams>(`/rooms/:room/${path}/:peer`, async (request, reply) => {
      if (!(await service.close(open(service, request.params.room), request.params.peer))) throw voxError('CONNECTION_ENDED');
      return reply.code(200).send();
    });
    allowOnly(app, `/rooms/:room/${path}`, 'POST');
    // All our candidates are in the answer and restarts are fresh joins, so there is nothing to patch (RFC 9725, 4.3).
    allowOnly(app, `/rooms/:room/${path}/:peer`, 'DELETE');
  }
}

function participantOf(given: string | string[] | undefined): string | undefined {
  if (given === undefined || (typeof given === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(given))) return given;
  throw voxError('BAD_REQUEST', { reason: 'participant must be 1–64 letters, digits, - or _, and given once' });
}

function open(service: RoomService, room: string): string {
  if (!service.rooms().includes(room)) throw voxError('UNKNOWN_ROOM', { room });
  return room;
}

function listenError(error: unknown, host: string, port: number): unknown {
  const code = (error as { code?: string }).code;
  if (code === 'EADDRINUSE') return voxError('PORT_TAKEN', { host, port, next: port + 1 });
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return voxError('ADDRESS_UNAVAILABLE', { host });
  if (code === 'EACCES') return voxError('PORT_FORBIDDEN', { port });
  return error;
}
