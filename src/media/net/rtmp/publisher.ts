import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { reasonOf, VoxError, voxError } from '../../../errors.js';
import { openSocket } from '../open-socket.js';
import { type AmfObject, type AmfValue, decodeAmf, encodeAmf } from './amf0.js';
import { ChunkReader, chunksOf, RTMP, type RtmpMessage } from './chunks.js';
import type { RtmpTarget } from './target.js';

/** Runs something later; returns what prevents it. */
export type RtmpTimer = (delayMs: number, run: () => void) => () => void;

/** How a stream is pushed. */
export interface PublisherSettings {
  readonly timer: RtmpTimer;
  /** Told once when it is over. Not after `close`. */
  readonly lost: (error: VoxError) => void;
}

const HANDSHAKE_BYTES = 1536;
const CHUNK_BYTES = 4096;
/** Until the server has said that the stream may begin. */
const OPEN_LIMIT_MS = 10_000;
/** A server that takes nothing for two of these is gone. */
const WATCH_MS = 5000;
/** Chunk streams: orders, sound, pictures. */
const [ORDERS, SOUND, PICTURES] = [3, 4, 6];

/**
 * Pushes one stream to an RTMP server (Adobe's RTMP specification 1.0): simple handshake, `connect`, `createStream`, `publish`, then messages
 * of sound, pictures and data as FLV has them. Of what the server says nothing is repeated that holds the key.
 */
export class RtmpPublisher {
  readonly #target: RtmpTarget;
  readonly #settings: PublisherSettings;
  readonly #socket: Socket;
  readonly #reader = new ChunkReader();
  readonly #answers = new Map<number, { done: (value: AmfValue) => void; failed: (error: Error) => void }>();
  #head: Buffer | undefined = Buffer.alloc(0);
  #greeted: () => void = () => {};
  #began: () => void = () => {};
  #fail: (error: VoxError) => void = () => {};
  #orders = 0;
  #stream = 0;
  #window = 0;
  #received = 0;
  #acknowledged = 0;
  #open = false;
  #over = false;
  #cancelWatch: () => void = () => {};

  private constructor(target: RtmpTarget, settings: PublisherSettings) {
    const { host, port, secure } = target;
    this.#target = target;
    this.#settings = settings;
    this.#socket = openSocket({ host, port, secure, lookup: undefined });
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    this.#socket.on('error', (error) => this.#lost(this.#unreachable(reasonOf(error))));
    this.#socket.on('close', () => this.#lost(this.#unreachable('it closed the connection')));
  }

  /** Connects; resolves when the stream may begin. @throws VoxError `RTMP_UNREACHABLE`, `RTMP_REFUSED`. */
  static async open(target: RtmpTarget, settings: PublisherSettings, signal?: AbortSignal): Promise<RtmpPublisher> {
    const publisher = new RtmpPublisher(target, settings);
    const failed = new Promise<never>((_, reject) => (publisher.#fail = reject));
    const tooLate = (): void => publisher.#lost(publisher.#unreachable(`it did not answer within ${OPEN_LIMIT_MS / 1000} s`));
    const cancel = settings.timer(OPEN_LIMIT_MS, tooLate);
    const aborted = (): void => publisher.#lost(publisher.#unreachable('nobody waits for it any more'));
    signal?.addEventListener('abort', aborted);
    try {
      await Promise.race([publisher.#begin(), failed]);
    } catch (error) {
      publisher.close();
      throw error;
    } finally {
      cancel();
      signal?.removeEventListener('abort', aborted);
    }
    publisher.#open = true;
    publisher.#watch(0);
    return publisher;
  }

  /** Bytes that wait for the network. */
  get backlogBytes(): number {
    return this.#socket.writableLength;
  }

  /** Bytes that were taken from us. */
  get sentBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  /** Sends a message of the stream. Its bytes must stay as they are. */
  send(type: number, timestampMs: number, payload: Buffer): void {
    const chunkStream = type === RTMP.video ? PICTURES : SOUND;
    this.#write({ type, streamId: this.#stream, timestampMs, payload }, chunkStream);
  }

  /** Says goodbye and ends it. Idempotent. */
  close(): void {
    if (this.#over) return;
    if (this.#open) {
      this.#order('FCUnpublish', null, this.#target.key);
      this.#order('deleteStream', null, this.#stream);
    }
    this.#end();
    // Whoever takes nothing any more would keep it open for ever.
    if (this.#socket.connecting || this.#socket.writableLength > 65_536) this.#socket.destroy();
    else this.#socket.end();
    const last = this.#settings.timer(1000, () => this.#socket.destroy());
    this.#socket.once('close', last);
  }

  async #begin(): Promise<void> {
    const { app, key, shown } = this.#target;
    const greeted = new Promise<void>((done) => (this.#greeted = done));
    const greeting = Buffer.concat([Buffer.of(3), Buffer.alloc(8), randomBytes(HANDSHAKE_BYTES - 8)]);
    this.#socket.write(greeting);
    await greeted;
    const size = Buffer.alloc(4);
    size.writeUInt32BE(CHUNK_BYTES);
    this.#write({ type: RTMP.setChunkSize, streamId: 0, timestampMs: 0, payload: size }, 2, 128);
    // flashVer is what servers tell encoders from players by.
    await this.#ask('connect', {
      app,
      type: 'nonprivate',
      flashVer: 'FMLE/3.0 (compatible; voxgraph)',
      tcUrl: shown,
    });
    // Older servers want these two, others pass over them.
    this.#order('releaseStream', null, key);
    this.#order('FCPublish', null, key);
    const stream = await this.#ask('createStream', null);
    this.#stream = typeof stream === 'number' ? stream : 1;
    const began = new Promise<void>((done) => (this.#began = done));
    this.#order('publish', null, key, 'live');
    await began;
  }

  #ask(name: string, object: AmfObject | null): Promise<AmfValue> {
    return new Promise((done, failed) => this.#answers.set(this.#order(name, object), { done, failed }));
  }

  #order(name: string, ...rest: readonly AmfValue[]): number {
    const number = ++this.#orders;
    const payload = encodeAmf(name, number, ...rest);
    const streamId = name === 'publish' ? this.#stream : 0;
    this.#write({ type: RTMP.command, streamId, timestampMs: 0, payload }, ORDERS);
    return number;
  }

  #write(message: RtmpMessage, chunkStream: number, chunkBytes = CHUNK_BYTES): void {
    if (!this.#over) this.#socket.write(chunksOf(message, chunkStream, chunkBytes));
  }

  #receive(bytes: Buffer): void {
    if (this.#over) return;
    try {
      let rest = bytes;
      if (this.#head) {
        this.#head = Buffer.concat([this.#head, bytes]);
        if (this.#head.length > 0 && this.#head[0] !== 3) throw new Error('it speaks no RTMP');
        if (this.#head.length < 1 + 2 * HANDSHAKE_BYTES) return;
        this.#socket.write(this.#head.subarray(1, 1 + HANDSHAKE_BYTES));
        rest = this.#head.subarray(1 + 2 * HANDSHAKE_BYTES);
        this.#head = undefined;
        this.#greeted();
      }
      this.#received += bytes.length;
      this.#reader.push(rest, (message) => this.#message(message));
      this.#acknowledge();
    } catch (error) {
      this.#lost(this.#unreachable(reasonOf(error)));
    }
  }

  #message({ type, payload }: RtmpMessage): void {
    if (type === RTMP.windowSize && payload.length >= 4) this.#window = payload.readUInt32BE();
    else if (type === RTMP.userControl && payload.length >= 6 && payload.readUInt16BE() === 6) {
      // A ping; the answer has the same number.
      const pong = Buffer.from(payload.subarray(0, 6));
      pong.writeUInt16BE(7);
      this.#write({ type: RTMP.userControl, streamId: 0, timestampMs: 0, payload: pong }, 2);
    } else if (type === RTMP.command) this.#command(decodeAmf(payload));
  }

  #command([name, number, , value]: readonly AmfValue[]): void {
    if (name === '_result' || name === '_error') {
      const answer = this.#answers.get(Number(number));
      this.#answers.delete(Number(number));
      if (name === '_result') answer?.done(value);
      else if (answer) this.#lost(this.#refused(value));
    } else if (name === 'onStatus') {
      const { code, level } = isObject(value) ? value : {};
      if (level === 'error') this.#lost(this.#refused(value));
      else if (code === 'NetStream.Publish.Start') this.#began();
      else if (code === 'NetStream.Unpublish.Success') this.#lost(this.#unreachable('it ended the stream'));
    } else if (name === 'close') this.#lost(this.#unreachable('it ended the stream'));
  }

  #acknowledge(): void {
    if (this.#window === 0 || this.#received - this.#acknowledged < this.#window) return;
    this.#acknowledged = this.#received;
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(this.#received >>> 0);
    this.#write({ type: RTMP.acknowledgement, streamId: 0, timestampMs: 0, payload }, 2);
  }

  /** A server that is gone without a word takes nothing any more. */
  #watch(stuck: number): void {
    const before = this.sentBytes;
    this.#cancelWatch = this.#settings.timer(WATCH_MS, () => {
      const now = this.backlogBytes > 0 && this.sentBytes === before ? stuck + 1 : 0;
      if (now >= 2) this.#lost(this.#unreachable(`it took nothing for ${(now * WATCH_MS) / 1000} s`));
      else this.#watch(now);
    });
  }

  #lost(error: VoxError): void {
    if (this.#over) return;
    this.#end();
    this.#socket.destroy();
    if (this.#open) this.#settings.lost(error);
    else this.#fail(error);
  }

  #end(): void {
    this.#over = true;
    this.#cancelWatch();
    this.#answers.clear();
  }

  #refused(value: AmfValue): VoxError {
    const { code, description } = isObject(value) ? value : {};
    const said = [code, description].filter((part) => typeof part === 'string').join(': ');
    return voxError('RTMP_REFUSED', { server: this.#target.shown, reason: this.#clean(said || 'it did not say why') });
  }

  #unreachable(reason: string): VoxError {
    return voxError('RTMP_UNREACHABLE', { server: this.#target.shown, reason: this.#clean(reason) });
  }

  #clean(said: string): string {
    return said.replaceAll(this.#target.key, '***').slice(0, 300);
  }
}

function isObject(value: AmfValue): value is AmfObject {
  return typeof value === 'object' && value !== null && !(value instanceof Map);
}
