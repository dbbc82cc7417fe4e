/** HTTP servers on this machine that behave well or badly, as a test says. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { CERTIFICATE, CERTIFICATE_KEY } from './certificate.js';

/** What a server does with one request. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** A running server. */
export interface MediaServer {
  readonly url: string;
  /** The requests it got, in order. */
  readonly requests: { readonly path: string; readonly range: string | undefined }[];
  /** Connections that are open now. */
  connections(): number;
}

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

function track(server: { on(event: 'connection', run: (socket: Socket) => void): unknown }): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    // An HTTP server keeps a connection that its client has left, as long as it has not answered.
    socket.on('end', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  return sockets;
}

/** Serves until the test ends. */
export async function serve(behaviour: Behaviour, host = '127.0.0.1'): Promise<MediaServer> {
  const requests: MediaServer['requests'] = [];
  const server: Server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', range: request.headers.range });
    behaviour(request, response, requests.length);
  });
  const sockets = track(server);
  await new Promise<void>((done) => server.listen(0, host, done));
  running.push({
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, connections: () => sockets.size };
}

/** As {@link serve}, by https with a certificate that nobody trusts. */
export async function serveSecurely(behaviour: Behaviour): Promise<MediaServer> {
  const requests: MediaServer['requests'] = [];
  const server = createSecureServer({ cert: CERTIFICATE, key: CERTIFICATE_KEY }, (request, response) => {
    requests.push({ path: request.url ?? '', range: request.headers.range });
    behaviour(request, response, requests.length);
  });
  const sockets = track(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  running.push({
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  });
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}`, requests, connections: () => sockets.size };
}

/** A server that speaks raw TCP. */
export async function serveRaw(onSocket: (socket: Socket) => void): Promise<MediaServer> {
  const server = createTcpServer((socket) => {
    // Whoever does not read does not notice that the other side has left.
    socket.resume();
    onSocket(socket);
  });
  const sockets = track(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  running.push({
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests: [], connections: () => sockets.size };
}

/** Serves a file as servers do that know ranges. */
export function sendFile(request: IncomingMessage, response: ServerResponse, file: Buffer, type = 'audio/wav'): void {
  const from = rangeStart(request);
  const body = file.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-type': type,
    'content-length': body.length,
    'accept-ranges': 'bytes',
    ...(from > 0 && { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` }),
  });
  response.end(body);
}

/** Where the request wants to begin. */
export function rangeStart(request: IncomingMessage): number {
  return Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
}

/** An ICY stream: the sound with a title after every `interval` bytes. */
export function withTitles(sound: Buffer, interval: number, titles: readonly string[]): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0, n = 0; at < sound.length; at += interval, n++) {
    const piece = sound.subarray(at, at + interval);
    parts.push(piece);
    if (piece.length < interval) break;
    const title = titles[n];
    const text = title === undefined ? '' : `StreamTitle='${title}';`;
    const units = Math.ceil(Buffer.byteLength(text) / 16);
    const block = Buffer.alloc(1 + units * 16);
    block[0] = units;
    block.write(text, 1);
    parts.push(block);
  }
  return Buffer.concat(parts);
}

/** A port of this machine where nobody listens. */
export async function freePort(): Promise<number> {
  const probe = createTcpServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}
