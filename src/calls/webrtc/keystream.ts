import { createCipheriv, type Cipheriv, type KeyObject } from 'node:crypto';

const BLOCK = 16;

/**
 * AES in counter mode with one key for ever. Making a cipher for each packet costs ten times what encrypting one does; in ECB mode a block
 * depends on no other, so one cipher, made once, turns the counters of a whole packet into its key stream in one call.
 */
export class Keystream {
  readonly #cipher: Cipheriv;
  #blocks = Buffer.alloc(0);
  /** Bytes of each block, before the counter, that differ from packet to packet. */
  readonly #counterBytes: 2 | 4;
  readonly #firstCounter: number;

  /**
   * @param key of 16 bytes.
   * @param counterBytes how many bytes at the end of a block count: 4 for GCM (NIST SP 800-38D), 2 for SRTP's AES-CM (RFC 3711 §4.1.1).
   * @param firstCounter of the first block.
   */
  constructor(key: Buffer | KeyObject, counterBytes: 2 | 4, firstCounter: number) {
    this.#cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
    this.#counterBytes = counterBytes;
    this.#firstCounter = firstCounter;
  }

  /**
   * The key stream of a packet, whole blocks.
   *
   * @param iv what stands before the counter: 12 or 14 bytes, more are ignored.
   */
  make(iv: Buffer, blocks: number): Buffer {
    const size = blocks * BLOCK;
    if (this.#blocks.length < size) this.#grow(blocks);
    const into = this.#blocks;
    const fixed = BLOCK - this.#counterBytes;
    for (let at = 0; at < size; at += BLOCK) for (let i = 0; i < fixed; i++) into[at + i] = iv[i]!;
    return this.#cipher.update(into.subarray(0, size));
  }

  #grow(blocks: number): void {
    this.#blocks = Buffer.alloc(blocks * BLOCK);
    for (let i = 0; i < blocks; i++) {
      const end = (i + 1) * BLOCK;
      this.#blocks.writeUIntBE(this.#firstCounter + i, end - this.#counterBytes, this.#counterBytes);
    }
  }
}

/** `data[from … to) ^= stream[at …]`. */
export function xorInto(data: Buffer, from: number, to: number, stream: Buffer, at: number): void {
  for (let i = from, j = at; i < to; i++, j++) data[i] = data[i]! ^ stream[j]!;
}
