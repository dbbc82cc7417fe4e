import type { LookupFunction, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { bareHost } from './address-rule.js';
import { openSocket } from './open-socket.js';

const ICY = Buffer.from('ICY ');
const HTTP = Buffer.from('HTTP/1.0 ');

/**
 * A connection to an old SHOUTcast server, which answers `ICY 200 OK` where HTTP says `HTTP/1.0 200 OK`: it puts the words in that Node's
 * parser wants, and passes on everything else.
 */
export class IcySocket extends Duplex {
  readonly #socket: Socket;
  #head: Buffer | undefined = Buffer.alloc(0);

  /** @param url whom to connect to. @param lookup how names are resolved; default the system's way. */
  constructor(url: URL, lookup?: LookupFunction) {
    super();
    const host = bareHost(url);
    const secure = url.protocol === 'https:';
    this.#socket = openSocket({ host, port: Number(url.port) || (secure ? 443 : 80), secure, lookup });
    this.#socket.on('data', (chunk: Buffer) => this.#came(chunk));
    this.#socket.on('end', () => this.push(null));
    this.#socket.on('error', (error) => this.destroy(error));
    this.#socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, encoding, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #came(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#head) {
      const head = Buffer.concat([this.#head, chunk]);
      if (head.length < ICY.length) {
        this.#head = head;
        return;
      }
      this.#head = undefined;
      bytes = head.subarray(0, ICY.length).equals(ICY) ? Buffer.concat([HTTP, head.subarray(ICY.length)]) : head;
    }
    if (!this.push(bytes)) this.#socket.pause();
  }
}
