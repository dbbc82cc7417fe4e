import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { voxError } from '../../errors.js';

/** Somebody's message in a room, for its page. */
export interface ChatLine {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Who wrote; absent: we did. */
  readonly from?: string;
  /** What. */
  readonly text: string;
}

/** Who writes. */
export interface ChatSender {
  readonly id: string;
  readonly name?: string;
  readonly admin?: boolean;
  /** The IP address that asks. */
  readonly address: string;
}

/** What the server asks for those who steer plugins and write in rooms. */
export interface ControlService {
  /** The plugins with their state, as plain JSON. */
  plugins(): readonly object[];
  /** Lets a plugin work, or stops it. Rejects with a VoxError. */
  setPlugin(plugin: string, enabled: boolean): Promise<void>;
  /** Sends a plugin a message from outside; resolves with its reply. Rejects with a VoxError. */
  tellPlugin(plugin: string, message: string, payload: unknown): Promise<unknown>;
  /** Somebody writes in a room. Rejects with a VoxError. */
  say(room: string, text: string, from: ChatSender): Promise<void>;
  /** What was written in a room lately, as far as it is for this participant. */
  chat(room: string, participantId: string | undefined): readonly ChatLine[];
}

/** Paths, each with its one method. */
export const CONTROL_PATHS = [
  ['/plugins', 'GET'],
  ['/plugins/:plugin', 'POST'],
  ['/plugins/:plugin/messages/:message', 'POST'],
] as const;

interface PluginParams {
  Params: { plugin: string; message: string };
}

interface Saying {
  readonly text?: unknown;
  readonly participant?: unknown;
  readonly name?: unknown;
  readonly admin?: unknown;
}

/**
 * Serves the plugins of the engine: what there are, switching them, and messages to them.
 *
 * @param may whether whoever sent these headers may.
 */
export function serveControl(
  app: FastifyInstance,
  service: ControlService,
  may: (headers: IncomingHttpHeaders) => boolean,
): void {
  const onRequest = async ({ headers }: FastifyRequest): Promise<void> => {
    if (!may(headers)) throw voxError('ADMIN_TOKEN_NEEDED', { what: 'to steer plugins' });
  };
  app.get('/plugins', { onRequest }, async () => ({ plugins: service.plugins() }));
  app.post<PluginParams>('/plugins/:plugin', { onRequest }, async ({ params, body }) => {
    const { enabled } = (body ?? {}) as { readonly enabled?: unknown };
    if (typeof enabled !== 'boolean')
      throw voxError('BAD_REQUEST', { reason: 'send { "enabled": true } or false, as application/json' });
    await service.setPlugin(params.plugin, enabled);
    return { plugin: params.plugin, enabled };
  });
  app.post<PluginParams>('/plugins/:plugin/messages/:message', { onRequest }, async ({ params, body }) => {
    if (typeof body === 'string') throw voxError('BAD_REQUEST', { reason: 'send the payload as application/json' });
    return { reply: await service.tellPlugin(params.plugin, params.message, unwrapped(body)) };
  });
}

/** What the chat of rooms is served with. */
export interface ChatRules {
  /** Gives the room, or throws. */
  readonly open: (room: string) => string;
  /** Whether whoever sent these headers may write as an admin. */
  readonly isAdmin: (headers: IncomingHttpHeaders) => boolean;
}

/** The chat of rooms: what was written, and writing. Who writes says himself who he is, but not that he is an admin. */
export function serveChat(app: FastifyInstance, service: ControlService, { open, isAdmin }: ChatRules): void {
  interface Chat {
    Params: { room: string };
    Querystring: { participant?: string | string[] };
  }
  app.get<Chat>('/rooms/:room/messages', async ({ params, query }) => {
    const { participant } = query;
    return { messages: service.chat(open(params.room), typeof participant === 'string' ? participant : undefined) };
  });
  app.post<Chat>('/rooms/:room/messages', async ({ params, body, headers, ip }, reply) => {
    const { text, participant = 'http', name, admin } = (body ?? {}) as Saying;
    if (typeof text !== 'string' || !text.trim() || text.length > 4096)
      throw voxError('BAD_REQUEST', { reason: 'send { "text": "…" } of 1 to 4096 characters, as application/json' });
    if (typeof participant !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(participant))
      throw voxError('BAD_REQUEST', { reason: 'participant must be 1–64 letters, digits, - or _' });
    if (admin === true && !isAdmin(headers)) throw voxError('ADMIN_TOKEN_NEEDED', { what: 'to write as an admin' });
    await service.say(open(params.room), text, {
      id: participant,
      ...(typeof name === 'string' && { name: name.slice(0, 64) }),
      ...(admin === true && { admin }),
      address: ip,
    });
    return reply.code(204).send();
  });
}

/** Requests without a body carry nothing; JSON cannot be empty, but a payload may be `null`. */
function unwrapped(body: unknown): unknown {
  return body === undefined ? null : body;
}
