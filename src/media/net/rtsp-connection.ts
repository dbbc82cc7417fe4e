import { isIP, type Socket } from 'node:net';
import { voxError } from '../../errors.js';
import { isPublicAddress, publicLookup } from './address-rule.js';
import { connectionError, type HttpSettings } from './http-request.js';
import { openSocket } from './open-socket.js';
import { rtspHost, rtspPort } from './rtsp-url.js';
import { RtspParser, type RtspMessage } from './rtsp-message.js';
import { shownUrl } from './url.js';

/** What a connection tells. */
export interface RtspConnectionOutlets {
  /** A packet came on a channel. */
  packet(channel: number, bytes: Buffer): void;
  /** It is over: what was asked is not answered any more. Not after {@link RtspConnection.close}. */
  lost(error: Error): void;
}

interface Waiting {
  readonly resolve: (message: RtspMessage) => void;
  readonly reject: (error: Error) => void;
}

/** A connection to an RTSP server: questions, answers by number, and packets in between. */
export class RtspConnection {
  readonly #url: URL;
  readonly #settings: HttpSettings;
  readonly #outlets: RtspConnectionOutlets;
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #aborted = () => this.close();
  #number = 0;
  #over = false;
  #cause: Error | undefined;

  /** @param url whom to connect to. @param settings time-outs and rules. @throws VoxError `URL_NOT_PUBLIC`. */
  constructor(url: URL, settings: HttpSettings, outlets: RtspConnectionOutlets) {
    const host = rtspHost(url);
    if (settings.publicOnly && isIP(host) !== 0 && !isPublicAddress(host)) throw voxError('URL_NOT_PUBLIC', { host });
    this.#url = url;
    this.#settings = settings;
    this.#outlets = outlets;
    const lookup = settings.publicOnly ? publicLookup : undefined;
    const socket = openSocket({ host, port: rtspPort(url), secure: url.protocol === 'rtsps:', lookup });
    this.#socket = socket;
    const parser = new RtspParser({
      packet: (channel, bytes) => this.#over || outlets.packet(channel, bytes),
      message: (message) => this.#came(message),
    });
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      if (this.#over) return;
      try {
        parser.push(chunk);
      } catch (error) {
        this.#lost(error);
      }
    });
    socket.on('error', (error) => this.#lost(error));
    socket.on('close', () => this.#lost(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    settings.signal.addEventListener('abort', this.#aborted, { once: true });
  }

  /** Asks, and gives the answer, whatever its status. @throws VoxError when there is none; the signal's reason when aborted. */
  ask(method: string, uri: string, headers: Readonly<Record<string, string>> = {}): Promise<RtspMessage> {
    const { timer, connectTimeoutMs, signal } = this.#settings;
    if (signal.aborted || this.#over) return Promise.reject(this.#closedError());
    const { promise, resolve, reject } = Promise.withResolvers<RtspMessage>();
    const cancel = timer(connectTimeoutMs, () =>
      this.#lost(voxError('STREAM_TIMEOUT', { src: shownUrl(this.#url), seconds: connectTimeoutMs / 1000, step: 'connecting' })),
    );
    this.#waiting.set(this.tell(method, uri, headers), { resolve, reject });
    return promise.finally(cancel);
  }

  /** Sends a request whose answer nobody waits for. Returns its number. */
  tell(method: string, uri: string, headers: Readonly<Record<string, string>>): number {
    const number = ++this.#number;
    this.#write(`${method} ${uri} RTSP/1.0`, { CSeq: String(number), 'User-Agent': 'voxgraph', ...headers });
    return number;
  }

  /** Whether reading stands still; what comes then waits at the sender. */
  get paused(): boolean {
    return this.#socket.isPaused();
  }

  /** Stops or goes on reading. */
  set paused(paused: boolean) {
    if (paused) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Lets go of it; what was told before still goes out. */
  close(): void {
    if (this.#over) return;
    this.#finish();
    for (const { reject } of this.#waiting.values()) reject(this.#closedError());
    this.#waiting.clear();
    // Whoever takes nothing any more would keep it open for ever.
    if (this.#socket.connecting || this.#socket.writableLength > 0) this.#socket.destroy();
    else this.#socket.destroySoon();
  }

  #closedError(): Error {
    const { signal } = this.#settings;
    const reason: unknown = signal.aborted ? signal.reason : this.#cause;
    return reason instanceof Error ? reason : new Error('closed');
  }

  #write(first: string, headers: Readonly<Record<string, string>>): void {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    if (!this.#over) this.#socket.write([first, ...lines, '', ''].join('\r\n'));
  }

  #came({ status, method, headers, body }: RtspMessage): void {
    const number = headers.get('cseq')?.[0] ?? '';
    if (status === undefined) {
      // Servers ask whether anybody is still there, and expect to hear so.
      const known = method === 'OPTIONS' || method === 'GET_PARAMETER' || method === 'SET_PARAMETER';
      return this.#write(known ? 'RTSP/1.0 200 OK' : 'RTSP/1.0 501 Not Implemented', { CSeq: number });
    }
    const waiting = this.#waiting.get(Number(number));
    this.#waiting.delete(Number(number));
    waiting?.resolve({ status, method, headers, body });
  }

  #lost(error: unknown): void {
    if (this.#over) return;
    this.#finish();
    this.#socket.destroy();
    const cause = connectionError(this.#url, error);
    this.#cause = cause;
    for (const { reject } of this.#waiting.values()) reject(cause);
    const answered = this.#waiting.size === 0;
    this.#waiting.clear();
    if (answered) this.#outlets.lost(cause);
  }

  #finish(): void {
    this.#over = true;
    this.#settings.signal.removeEventListener('abort', this.#aborted);
  }
}
