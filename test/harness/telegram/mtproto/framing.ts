import { createCipheriv, type Cipheriv } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** One way to cut a TCP stream into packets (https://core.telegram.org/mtproto/mtproto-transports). */
export interface Framing {
  readonly name: string;
  /** Takes bytes; returns the packets that are complete. @throws Error for what no client may send. */
  read(chunk: Buffer): Buffer[];
  /** The bytes of a packet. */
  write(packet: Buffer): Buffer;
}

/** The most that a packet may hold; Telegram's limit is of this size. */
const MAX_PACKET = 1 << 21;

/** Finds out by its first bytes how a client cuts its stream; undefined as long as there are too few. */
export function detectFraming(head: Buffer): { framing: Framing; used: number } | undefined {
  if (head.length === 0) return undefined;
  if (head[0] === 0xef) return { framing: new Abridged(), used: 1 };
  if (head.length < 8) return undefined;
  const first = head.readUInt32LE(0);
  if (first === 0xeeeeeeee) return { framing: new Intermediate(), used: 4 };
  if (head.readUInt32LE(4) === 0) return { framing: new Full(), used: 0 };
  if (head.length < 64) return undefined;
  return { framing: new Obfuscated(head.subarray(0, 64)), used: 64 };
}

class Full implements Framing {
  readonly name = 'full';
  #buffer = Buffer.alloc(0);
  #received = 0;
  #sent = 0;

  read(chunk: Buffer): Buffer[] {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    const packets: Buffer[] = [];
    while (this.#buffer.length >= 4) {
      const length = this.#buffer.readUInt32LE(0);
      if (length < 12 || length > MAX_PACKET || length % 4 !== 0) throw new Error(`a packet of ${length} bytes`);
      if (this.#buffer.length < length) break;
      const whole = this.#buffer.subarray(0, length);
      this.#buffer = this.#buffer.subarray(length);
      if (crc32(whole.subarray(0, -4)) !== whole.readUInt32LE(length - 4)) throw new Error('a packet with a wrong checksum');
      const number = whole.readUInt32LE(4);
      if (number !== this.#received++) throw new Error(`packet ${number} came as number ${this.#received - 1}`);
      packets.push(whole.subarray(8, -4));
    }
    return packets;
  }

  write(packet: Buffer): Buffer {
    const whole = Buffer.alloc(packet.length + 12);
    whole.writeUInt32LE(whole.length, 0);
    whole.writeUInt32LE(this.#sent++, 4);
    packet.copy(whole, 8);
    whole.writeUInt32LE(crc32(whole.subarray(0, -4)), whole.length - 4);
    return whole;
  }
}

class Intermediate implements Framing {
  readonly name = 'intermediate';
  #buffer = Buffer.alloc(0);

  read(chunk: Buffer): Buffer[] {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    const packets: Buffer[] = [];
    while (this.#buffer.length >= 4) {
      const length = this.#buffer.readUInt32LE(0) & 0x7fffffff;
      if (length > MAX_PACKET) throw new Error(`a packet of ${length} bytes`);
      if (this.#buffer.length < length + 4) break;
      packets.push(this.#buffer.subarray(4, length + 4));
      this.#buffer = this.#buffer.subarray(length + 4);
    }
    return packets;
  }

  write(packet: Buffer): Buffer {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(packet.length);
    return Buffer.concat([head, packet]);
  }
}

class Abridged implements Framing {
  readonly name = 'abridged';
  #buffer = Buffer.alloc(0);

  read(chunk: Buffer): Buffer[] {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    const packets: Buffer[] = [];
    while (this.#buffer.length >= 1) {
      const short = this.#buffer[0]! & 0x7f;
      const head = short === 0x7f ? 4 : 1;
      if (this.#buffer.length < head) break;
      const length = (short === 0x7f ? this.#buffer.readUIntLE(1, 3) : short) * 4;
      if (length > MAX_PACKET) throw new Error(`a packet of ${length} bytes`);
      if (this.#buffer.length < head + length) break;
      packets.push(this.#buffer.subarray(head, head + length));
      this.#buffer = this.#buffer.subarray(head + length);
    }
    return packets;
  }

  write(packet: Buffer): Buffer {
    const words = packet.length / 4;
    const head = words < 0x7f ? Buffer.from([words]) : Buffer.from([0x7f, words & 255, (words >> 8) & 255, words >> 16]);
    return Buffer.concat([head, packet]);
  }
}

/** Another framing under AES-CTR, with the keys in the first 64 bytes. */
class Obfuscated implements Framing {
  readonly name: string;
  readonly #inner: Framing;
  readonly #decrypt: Cipheriv;
  readonly #encrypt: Cipheriv;

  constructor(head: Buffer) {
    const reversed = Buffer.from(head.subarray(8, 56)).reverse();
    this.#decrypt = createCipheriv('aes-256-ctr', head.subarray(8, 40), head.subarray(40, 56));
    this.#encrypt = createCipheriv('aes-256-ctr', reversed.subarray(0, 32), reversed.subarray(32, 48));
    const tag = this.#decrypt.update(head).readUInt32LE(56);
    if (tag === 0xefefefef) this.#inner = new Abridged();
    else if (tag === 0xeeeeeeee) this.#inner = new Intermediate();
    else throw new Error(`an unknown transport ${tag.toString(16)}`);
    this.name = `obfuscated ${this.#inner.name}`;
  }

  read(chunk: Buffer): Buffer[] {
    return this.#inner.read(this.#decrypt.update(chunk));
  }

  write(packet: Buffer): Buffer {
    return this.#encrypt.update(this.#inner.write(packet));
  }
}
