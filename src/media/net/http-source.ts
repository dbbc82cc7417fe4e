import type { IncomingMessage } from 'node:http';
import { problem, reasonOf, VoxError, voxError, type Problem } from '../../errors.js';
import type { ByteSource, NetworkFact } from './byte-source.js';
import { connectionError, requestUrl, type HttpAnswer, type HttpSettings } from './http-request.js';
import { IcyMetadata } from './icy-metadata.js';
import { ReadBuffer } from './read-buffer.js';
import { retryDelayMs, type RetryPolicy } from './retry.js';
import { shownUrl } from './url.js';

/** What reading over HTTP needs. */
export interface HttpSourceSettings extends HttpSettings {
  /** What is done about a lost connection. */
  readonly retry: RetryPolicy;
  /** Whether its pictures are wanted, where there is a choice. Default false. */
  readonly video?: boolean;
  /** Told what happens on the way. */
  readonly tell: (fact: NetworkFact) => void;
}

/** The socket is left alone while so many bytes wait, and read again when half of them are gone. */
const HIGH_WATER = 512 * 1024;

/** A connection that brought so much was a good one: the attempts count from the first again. */
const PROGRESS_BYTES = 32 * 1024;

/** Going forward by less than this reads on instead of asking anew. */
const NEAR_BYTES = 256 * 1024;

const HEAD_BYTES = 1024;

/** Statuses that a later attempt will not change, for a file. */
const FINAL = new Set([401, 403, 404, 405, 410, 416, 451]);

/** Asks for an address and gives its answer's body. @throws VoxError as {@link requestUrl}, and `URL_STATUS`. */
export async function openHttpSource(url: URL, settings: HttpSourceSettings): Promise<HttpSource> {
  const answer = await requestUrl(url, settings, { 'icy-metadata': '1' });
  if (answer.status !== 200 && answer.status !== 206) {
    answer.body.destroy();
    throw statusError(url, answer.status);
  }
  return new HttpSource(url, answer, settings);
}

/** The error of an answer that is none. */
export function statusError(url: URL, status: number): VoxError {
  return voxError('URL_STATUS', { url: shownUrl(url), status });
}

/** A file or a live stream over HTTP. A lost file is continued where it was lost, a lost live stream where it is by then. */
export class HttpSource implements ByteSource {
  readonly length: number | undefined;
  readonly live: boolean;
  readonly formats = undefined;
  /** Media type that the server states, in lower case and without parameters; empty when it states none. */
  readonly contentType: string;
  /** Where redirects led. */
  readonly url: URL;
  failure: Problem | undefined;
  readonly #settings: HttpSourceSettings;
  readonly #start: URL;
  readonly #buffer = new ReadBuffer();
  /** The newest connection's number; what older ones still say does not count. */
  #connection = 0;
  readonly #validator: string | undefined;
  readonly #ranges: boolean;
  #body: IncomingMessage | undefined;
  #icy: IcyMetadata | undefined;
  /** Offset in the file of the next byte that comes. */
  #end = 0;
  /** Bytes to drop, from a server that knows no ranges. */
  #skip = 0;
  #sinceConnect = 0;
  #attempt = 0;
  #head = Buffer.alloc(0);
  #cancelTimer = () => {};
  #closed = false;

  /** @param start what was asked for. @param answer what came, with status 200. @param settings time-outs, retries, listener. */
  constructor(start: URL, answer: HttpAnswer, settings: HttpSourceSettings) {
    const { headers } = answer;
    this.#start = start;
    this.#settings = settings;
    this.url = answer.url;
    this.contentType = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
    const stated = Number(headers['content-length']);
    const long = headers['content-length'] !== undefined && stated >= 0;
    const station = headers['icy-metaint'] !== undefined || headers['icy-name'] !== undefined || headers['icy-br'] !== undefined;
    // Files of this type have a length; without one it is what a tuner or a camera sends.
    this.live = station || (!long && this.contentType === 'video/mp2t');
    this.length = long && !this.live ? stated : undefined;
    this.#ranges = /^bytes\b/i.test(headers['accept-ranges'] ?? '');
    const etag = headers.etag;
    // Weak validators say nothing about single bytes (RFC 9110 13.1.5).
    this.#validator = etag !== undefined && !etag.startsWith('W/') ? etag : headers['last-modified'];
    this.#receive(answer);
  }

  get seekable(): boolean {
    return this.length !== undefined && this.#ranges;
  }

  get head(): Uint8Array {
    return this.#head;
  }

  read(size: number): Buffer | null | Promise<Buffer | null> {
    const bytes = this.#buffer.read(size);
    this.#refill();
    return bytes;
  }

  ready(bytes: number): Promise<void> {
    return this.#buffer.ready(Math.min(bytes, HIGH_WATER / 2));
  }

  seek(position: number): void {
    const from = this.#end - this.#buffer.length;
    if (position === from || this.#closed) return;
    if (position < from && this.#buffer.rewind(from - position)) return;
    if (position > from && position <= this.#end + NEAR_BYTES && !this.#buffer.over && this.failure === undefined) {
      const here = Math.min(position - from, this.#buffer.length);
      this.#buffer.skip(here);
      this.#skip += position - from - here;
      this.#end = Math.max(this.#end, position);
      this.#refill();
      return;
    }
    this.#drop();
    this.#buffer.restart();
    this.failure = undefined;
    this.#end = position;
    this.#skip = 0;
    this.#attempt = 0;
    if (this.length !== undefined && position >= this.length) this.#buffer.end();
    else void this.#connect(this.#connection);
  }

  close(): void {
    this.#closed = true;
    this.#drop();
    this.#buffer.end();
  }

  #receive({ body, headers }: HttpAnswer): void {
    const connection = this.#connection;
    this.#body = body;
    this.#sinceConnect = 0;
    const interval = Number(headers['icy-metaint']);
    const outlets = {
      audio: (bytes: Buffer) => this.#came(bytes),
      title: (title: string) => this.#settings.tell({ type: 'title', title }),
    };
    this.#icy = interval > 0 ? new IcyMetadata(interval, outlets) : undefined;
    const lost = (error: unknown) => {
      if (connection === this.#connection) this.#lost(error);
    };
    body.on('data', (chunk: Buffer) => {
      if (connection !== this.#connection) return;
      if (this.#icy) this.#icy.push(chunk);
      else this.#came(chunk);
      if (this.#buffer.length >= HIGH_WATER) body.pause();
      this.#watch();
    });
    body.on('error', lost);
    body.on('end', () => {
      if (connection !== this.#connection) return;
      const missing = this.length !== undefined && this.#end < this.length;
      if (this.live || missing) this.#lost(new Error('it closed the connection'));
      else this.#finish();
    });
    this.#watch();
  }

  #came(chunk: Buffer): void {
    const dropped = Math.min(this.#skip, chunk.length);
    this.#skip -= dropped;
    const bytes = dropped > 0 ? chunk.subarray(dropped) : chunk;
    // What came before already is no progress: a server that always breaks off at the same place is given up.
    this.#sinceConnect += bytes.length;
    if (this.#sinceConnect >= PROGRESS_BYTES) this.#attempt = 0;
    this.#end += bytes.length;
    if (this.#head.length < HEAD_BYTES && this.#end - bytes.length === this.#head.length)
      this.#head = Buffer.concat([this.#head, bytes.subarray(0, HEAD_BYTES - this.#head.length)]);
    this.#buffer.push(bytes);
  }

  #refill(): void {
    const body = this.#body;
    if (!body?.isPaused() || this.#buffer.length > HIGH_WATER / 2) return;
    body.resume();
    this.#watch();
  }

  /** Nothing may come for a while only as long as nothing is asked for. */
  #watch(): void {
    this.#cancelTimer();
    const body = this.#body;
    if (!body || body.isPaused()) return;
    const { readTimeoutMs, timer } = this.#settings;
    this.#cancelTimer = timer(readTimeoutMs, () => {
      const data = { src: shownUrl(this.#start), seconds: readTimeoutMs / 1000, step: 'playing' };
      this.#lost(voxError('STREAM_TIMEOUT', data));
    });
  }

  #finish(): void {
    this.#drop();
    this.#buffer.end();
  }

  #fail(failure: Problem): void {
    this.failure = failure;
    this.#finish();
  }

  /** Lets go of the connection, and of one that is being made. */
  #drop(): void {
    this.#connection++;
    this.#cancelTimer();
    this.#cancelTimer = () => {};
    this.#body?.destroy();
    this.#body = undefined;
  }

  #lost(error: unknown): void {
    this.#drop();
    if (this.#closed) return;
    const { retry, timer, tell } = this.#settings;
    const cause = connectionError(this.url, error);
    const found = cause instanceof VoxError ? cause.problems[0]! : problem('INTERNAL', { reason: reasonOf(cause) });
    const final = !this.live && found.code === 'URL_CHANGED';
    if (final || this.#attempt >= retry.attempts) return this.#fail(this.#failureOf(found));
    const attempt = ++this.#attempt;
    const delayMs = retryDelayMs(retry, attempt);
    tell({ type: 'reconnecting', attempt, delayMs, problem: found });
    const connection = this.#connection;
    this.#cancelTimer = timer(delayMs, () => void this.#connect(connection, attempt));
  }

  /** A file that always breaks off is shorter than its server says. */
  #failureOf(found: Problem): Problem {
    if (this.length === undefined || found.code !== 'URL_UNREACHABLE') return found;
    const data = { url: shownUrl(this.#start), bytes: this.#end, total: this.length };
    return problem('URL_CUT_SHORT', data);
  }

  async #connect(connection: number, attempts = 0): Promise<void> {
    const from = this.live ? 0 : this.#end;
    const headers: Record<string, string> = { 'icy-metadata': '1' };
    if (from > 0) {
      headers['range'] = `bytes=${from}-`;
      if (this.#validator !== undefined) headers['if-range'] = this.#validator;
    }
    let answer: HttpAnswer;
    try {
      answer = await requestUrl(this.#start, this.#settings, headers);
    } catch (error) {
      if (connection === this.#connection) this.#lost(error);
      return;
    }
    if (connection !== this.#connection) return void answer.body.destroy();
    const refusal = this.#refusal(answer, from);
    if (refusal) {
      answer.body.destroy();
      const final = !this.live && FINAL.has(answer.status);
      if (final) this.#fail(answer.status === 416 ? this.#failureOf(problem('URL_UNREACHABLE')) : refusal.problems[0]!);
      else this.#lost(refusal);
      return;
    }
    if (attempts > 0) this.#settings.tell({ type: 'reconnected', attempts });
    this.#skip = answer.status === 200 && !this.live ? from : 0;
    this.#receive(answer);
  }

  /** What is wrong with the answer to a reconnection. */
  #refusal({ status, headers }: HttpAnswer, from: number): VoxError | undefined {
    if (status !== 200 && status !== 206) return statusError(this.#start, status);
    if (this.live || from === 0) return undefined;
    const changed = voxError('URL_CHANGED', { url: shownUrl(this.#start) });
    if (status === 206) {
      const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)/.exec(headers['content-range'] ?? '') ?? [];
      const other = this.length !== undefined && total !== undefined && total !== '*' && Number(total) !== this.length;
      return Number(first) !== from || other ? changed : undefined;
    }
    const validator = headers.etag ?? headers['last-modified'];
    return this.#validator !== undefined && validator !== undefined && validator !== this.#validator ? changed : undefined;
  }
}
