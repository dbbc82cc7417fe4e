/** An RTSP server on this machine that holds its clients to RFC 2326, and behaves well or badly, as a test says. */
import { createHash } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach } from 'vitest';
import { CERTIFICATE, CERTIFICATE_KEY } from './certificate.js';

/** What a client asked for. */
export interface RtspRequest {
  readonly method: string;
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** How the server behaves. */
export interface RtspBehaviour {
  /** The description it gives; default: L16 stereo. */
  readonly sdp?: string;
  /** Payloads of the packets it sends after each PLAY, 20 ms each; told which PLAY it is, from 1, and where it is to begin, in seconds. */
  readonly payloads: (play: number, fromSec: number) => readonly Buffer[];
  /** What it does when all are sent: says goodbye, cuts the connection, or falls silent. Default `bye`. */
  readonly ending?: (play: number) => 'bye' | 'cut' | 'silence';
  /** Answers a request itself: a status line and headers, such as `404 Not Found`; undefined: as usual; null: not at all. */
  readonly answer?: (request: RtspRequest, count: number) => string | null | undefined;
  /** Who may listen, and how it asks for the password. */
  readonly login?: { readonly user: string; readonly password: string; readonly scheme: 'basic' | 'md5' | 'sha-256' };
  /** Seconds that a session lives without a request; default 60. */
  readonly timeoutSec?: number;
  /** Whether it speaks TLS. */
  readonly secure?: boolean;
  /** Sends every byte by itself. */
  readonly dribble?: boolean;
  /** Ticks of the packets' clock in each; default 960. */
  readonly ticks?: number;
  /** Number of its packets; default 97. */
  readonly payloadType?: (play: number) => number;
  /** Pictures besides, set up as `trackID=0`. */
  readonly video?: RtspVideo;
}

/** The pictures of a server: sent among its packets of sound, from where these are. */
export interface RtspVideo {
  /** When each is sent, in milliseconds from the beginning, its time by a clock of 90 kHz, and whether it ends a picture. */
  readonly packets: readonly {
    readonly atMs: number;
    readonly ticks: number;
    readonly marker: boolean;
    readonly payload: Buffer;
  }[];
  /** How it says which times of both belong together. */
  readonly sync: 'reports' | 'info' | 'nothing';
  /** It refuses to set them up. */
  readonly refused?: boolean;
}

/** A running server. */
export interface RtspServer {
  /** `rtsp://…` or `rtsps://…`, without a path. */
  readonly url: string;
  /** What it was asked, in order. */
  readonly requests: RtspRequest[];
  /** What clients did against the protocol. */
  readonly faults: string[];
  /** Connections that are open now. */
  connections(): number;
}

export const L16 = description('m=audio 0 RTP/AVP 97', 'a=rtpmap:97 L16/48000/2', 'a=control:trackID=1');

/** A session description with these lines behind its head. */
export function description(...lines: readonly string[]): string {
  return ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=Radio', 'c=IN IP4 0.0.0.0', 't=0 0', 'a=control:*', ...lines, ''].join('\r\n');
}

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

/** Serves until the test ends. */
export async function serveRtsp(behaviour: RtspBehaviour): Promise<RtspServer> {
  const requests: RtspRequest[] = [];
  const faults: string[] = [];
  const sockets = new Set<Socket>();
  let plays = 0;
  const serve = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    const client = new Client(socket, behaviour, requests, faults, () => ++plays);
    socket.on('data', (chunk: Buffer) => client.take(chunk));
  };
  const tls = { cert: CERTIFICATE, key: CERTIFICATE_KEY };
  const server: Server = behaviour.secure ? createTlsServer(tls, serve) : createServer(serve);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  running.push({
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  });
  const { port } = server.address() as AddressInfo;
  return { url: `rtsp${behaviour.secure ? 's' : ''}://127.0.0.1:${port}`, requests, faults, connections: () => sockets.size };
}

/** One connection. */
class Client {
  #text = '';
  #lastNumber = 0;
  #session = '';
  #base = '';
  #pictured = false;
  #hasSound = false;

  constructor(
    readonly socket: Socket,
    readonly behaviour: RtspBehaviour,
    readonly requests: RtspRequest[],
    readonly faults: string[],
    readonly nextPlay: () => number,
  ) {}

  take(chunk: Buffer): void {
    this.#text += chunk.toString('latin1');
    for (let end = this.#text.indexOf('\r\n\r\n'); end >= 0; end = this.#text.indexOf('\r\n\r\n')) {
      const head = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 4);
      if (!head.startsWith('RTSP/1.0 ')) this.#asked(head);
    }
  }

  #expect(holds: boolean, fault: string): void {
    if (!holds) this.faults.push(fault);
  }

  #asked(head: string): void {
    const [first = '', ...lines] = head.split('\r\n');
    const [, method = '', uri = ''] = /^([A-Z_]+) (rtsps?:\/\/\S+) RTSP\/1\.0$/.exec(first) ?? [];
    const headers = Object.fromEntries(lines.map((line) => [line.split(':')[0]!.toLowerCase(), line.replace(/^[^:]*:\s*/, '')]));
    const request = { method, uri, headers };
    this.requests.push(request);
    const number = Number(headers['cseq']);
    this.#expect(method !== '', `"${first}" is no request`);
    this.#expect(number === this.#lastNumber + 1, `CSeq ${number} after ${this.#lastNumber}`);
    this.#expect(!uri.includes('@'), `${uri} holds a password`);
    this.#lastNumber = number;
    const own = this.behaviour.answer?.(request, this.requests.filter((other) => other.method === method).length);
    if (own === null) return;
    if (own !== undefined) return this.#say(own.split('\r\n')[0]!, own.split('\r\n').slice(1));
    const challenge = this.#challenge(request);
    if (challenge) return this.#say('401 Unauthorized', [`WWW-Authenticate: ${challenge}`]);
    if (method === 'DESCRIBE') this.#describe(request);
    else if (method === 'SETUP') this.#setUp(request);
    else {
      this.#expect(headers['session'] === this.#session, `${method} in session ${headers['session']}`);
      this.#expect(uri === this.#base, `${method} of ${uri}, not of the whole`);
      if (method === 'PLAY') return this.#play(headers['range'] ?? '');
      this.#say('200 OK', [`Session: ${this.#session}`]);
      if (method === 'TEARDOWN') this.socket.end();
    }
  }

  #describe({ uri, headers }: RtspRequest): void {
    this.#expect(headers['accept'] === 'application/sdp', 'DESCRIBE accepts no SDP');
    this.#base = `${uri}/`;
    this.#say('200 OK', [`Content-Base: ${this.#base}`, 'Content-Type: application/sdp'], this.behaviour.sdp ?? L16);
  }

  #setUp({ uri, headers }: RtspRequest): void {
    const { video, sdp = L16, timeoutSec = 60 } = this.behaviour;
    const pictures = video !== undefined && uri === `${this.#base}trackID=0`;
    const first = this.#session === '';
    const channel = first ? 0 : 2;
    this.#expect(pictures || uri === `${this.#base}trackID=1`, `SETUP of ${uri}`);
    if (!pictures) this.#hasSound = true;
    this.#expect(pictures ? first === !sdp.includes('m=audio') : first, `${uri} is set up out of order`);
    const asked = `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`;
    this.#expect(headers['transport'] === asked, `Transport: ${headers['transport']}`);
    this.#expect(first || headers['session'] === this.#session, `SETUP in session ${headers['session']}`);
    if (pictures && video.refused) return this.#say('404 Not Found', []);
    if (first) this.#session = `s${this.#lastNumber}x`;
    // A server may choose other channels than it was asked for.
    const given = pictures ? '8-9' : '4-5';
    this.#say('200 OK', [
      `Session: ${this.#session};timeout=${timeoutSec}`,
      `Transport: RTP/AVP/TCP;unicast;interleaved=${given}`,
    ]);
    if (pictures) this.#pictured = true;
  }

  #play(range: string): void {
    const play = this.nextPlay();
    const [, from] = /^npt=(\d+\.\d+)-$/.exec(range) ?? [];
    this.#expect(from !== undefined, `Range: ${range}`);
    const { payloads, ending = () => 'bye', payloadType = () => 97 } = this.behaviour;
    // As a real one: numbers begin anywhere, and are other ones each time.
    const ssrc = 0x1000 * play;
    let sequence = 65_530 * play;
    let timestamp = 4_294_000_000 + play * 777;
    let sentMs = Number(from) * 1000;
    const pictures = this.#pictures(play, Number(from), timestamp);
    for (const payload of payloads(play, Number(from))) {
      const head = Buffer.alloc(12);
      head[0] = 0x80;
      head[1] = payloadType(play);
      head.writeUInt16BE(sequence++ & 0xffff, 2);
      head.writeUInt32BE(timestamp % 2 ** 32, 4);
      head.writeUInt32BE(ssrc, 8);
      timestamp += this.behaviour.ticks ?? 960;
      pictures.sendBefore(sentMs);
      this.#frame(4, Buffer.concat([head, payload]));
      sentMs += 20;
    }
    pictures.sendBefore(Infinity);
    // A sender report first, as servers send them.
    const report = Buffer.alloc(28);
    report.writeUInt32BE(0x80c80006, 0);
    report.writeUInt32BE(ssrc, 4);
    this.#frame(5, report);
    const end = ending(play);
    if (end === 'cut') this.socket.destroySoon();
    if (end !== 'bye') return;
    const bye = Buffer.alloc(8);
    bye.writeUInt32BE(0x81cb0001, 0);
    bye.writeUInt32BE(ssrc, 4);
    this.#frame(this.#hasSound ? 5 : 9, Buffer.concat([report, bye]));
  }

  /** Answers PLAY, and sends the pictures piece by piece. @param stamp of the first packet of sound. */
  #pictures(play: number, fromSec: number, stamp: number) {
    const { packets, sync } = (this.#pictured ? this.behaviour.video : undefined) ?? { packets: [], sync: 'nothing' as const };
    const begin = 123_456_789 * play;
    const at = begin + fromSec * 90_000;
    const info =
      sync === 'info'
        ? [
            `RTP-Info: url=${this.#base}trackID=1;seq=1;rtptime=${stamp % 2 ** 32},url=${this.#base}trackID=0;seq=1;rtptime=${at % 2 ** 32}`,
          ]
        : [];
    this.#say('200 OK', [`Session: ${this.#session}`, ...info]);
    if (sync === 'reports') {
      this.#frame(5, senderReport(0x1000 * play, stamp));
      this.#frame(9, senderReport(0x1000 * play + 1, at));
    }
    let sequence = 7 * play;
    const due = packets.filter(({ atMs }) => atMs >= fromSec * 1000);
    return {
      sendBefore: (ms: number) => {
        for (let next = due[0]; next && next.atMs <= ms; next = due[0]) {
          due.shift();
          const head = Buffer.alloc(12);
          head[0] = 0x80;
          head[1] = 96 | (next.marker ? 0x80 : 0);
          head.writeUInt16BE(sequence++ & 0xffff, 2);
          head.writeUInt32BE((begin + next.ticks) % 2 ** 32, 4);
          head.writeUInt32BE(0x1000 * play + 1, 8);
          this.#frame(8, Buffer.concat([head, next.payload]));
        }
      },
    };
  }

  #frame(channel: number, packet: Buffer): void {
    const head = Buffer.from([0x24, channel, packet.length >> 8, packet.length & 0xff]);
    this.#write(Buffer.concat([head, packet]));
  }

  #say(status: string, lines: readonly string[], body = ''): void {
    const head = [`RTSP/1.0 ${status}`, `CSeq: ${this.#lastNumber}`, ...lines];
    if (body !== '') head.push(`Content-Length: ${Buffer.byteLength(body)}`);
    this.#write(Buffer.from([...head, '', body].join('\r\n')));
  }

  #write(bytes: Buffer): void {
    if (!this.behaviour.dribble) this.socket.write(bytes);
    else for (const byte of bytes) this.socket.write(Buffer.of(byte));
  }

  /** What it demands of a request that does not carry the right password. */
  #challenge({ method, uri, headers }: RtspRequest): string | undefined {
    const { login } = this.behaviour;
    if (!login) return undefined;
    const given = headers['authorization'] ?? '';
    const { user, password, scheme } = login;
    if (scheme === 'basic') {
      const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
      return given === wanted ? undefined : 'Basic realm="radio"';
    }
    const hash = (text: string) => createHash(scheme.replace('-', '')).update(text).digest('hex');
    const part = (name: string) => new RegExp(`\\b${name}="?([^",]*)`).exec(given)?.[1] ?? '';
    const [ha1, ha2] = [hash(`${user}:radio:${password}`), hash(`${method}:${uri}`)];
    const short = hash(`${ha1}:n0nce:${ha2}`);
    const long = hash(`${ha1}:n0nce:${part('nc')}:${part('cnonce')}:auth:${ha2}`);
    if (given.startsWith('Digest ') && part('uri') === uri && part('response') === (scheme === 'md5' ? short : long))
      return undefined;
    return `Digest realm="radio", nonce="n0nce"${scheme === 'md5' ? '' : ', algorithm=SHA-256, qop="auth"'}`;
  }
}

/** What is stamped so is of one and the same moment. */
function senderReport(ssrc: number, timestamp: number): Buffer {
  const report = Buffer.alloc(28);
  report.writeUInt32BE(0x80c80006, 0);
  report.writeUInt32BE(ssrc, 4);
  report.writeUInt32BE(3_900_000_000, 8);
  report.writeUInt32BE(0x8000_0000, 12);
  report.writeUInt32BE(timestamp % 2 ** 32, 16);
  return report;
}
