import { request, type IncomingHttpHeaders } from 'node:http';
import type { ControlService } from '../../../src/calls/room/control-routes.js';
import {
  RoomMedia,
  startRoomServer,
  type RoomServer,
  type RoomServerOptions,
  type RoomService,
} from '../../../src/calls/room/index.js';
import { createRealtimeScheduler } from '../../../src/time/index.js';

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The `error` of a JSON body. */
  readonly error: { readonly code: string; readonly message: string; readonly fix: string };
}

/** What is asked; headers as they are given, `Host` included. */
export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Plugins and chat, as a server without any has them. */
export const NO_CONTROL: ControlService = {
  plugins: () => [],
  setPlugin: async () => {},
  tellPlugin: async () => null,
  say: async () => {},
  chat: () => [],
};

/** A server with one real room, whose peers are real. */
export async function serve(options: RoomServerOptions = {}, config: object = {}, control: Partial<ControlService> = {}) {
  const scheduler = createRealtimeScheduler();
  const media = new RoomMedia({ room: 'lobby', ...config }, scheduler);
  const service: RoomService = {
    rooms: () => ['lobby'],
    graphs: () => [],
    tap: async () => () => {},
    offer: async (_room, role, sdp, from) =>
      (await media.request({ type: 'peer.offer', role, sdp, ...from })) as {
        peerId: string;
        sdp: string;
      },
    close: async (_room, peerId) => ((await media.request({ type: 'peer.close', peerId })) as { closed: boolean }).closed,
    status: async (room) => ({ room, listeners: 0, speakers: 0 }),
    ...NO_CONTROL,
    ...control,
  };
  const server: RoomServer = await startRoomServer(service, { port: 0, ...options });
  return {
    media,
    server,
    ask: (path: string, ask: Ask = {}) => exchange(server.port, path, ask),
    close: async () => {
      await server.close();
      await media.close();
      scheduler.close();
    },
  };
}

function exchange(port: number, path: string, { method = 'GET', headers = {}, body }: Ask): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
        const { error } = isJson ? (JSON.parse(text) as Pick<Answer, 'error'>) : { error: { code: '', message: '', fix: '' } };
        resolve({ status: response.statusCode!, headers: response.headers, body: text, error });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
