import { createCipheriv, type KeyObject } from 'node:crypto';
import { hashUnit } from './hash-unit.js';
import { Keystream, xorInto, type WriteIv } from './keystream.js';

const BLOCK = 16;

/**
 * AES-128-GCM for many small packets under one key, as NIST SP 800-38D has it; the same bytes as OpenSSL's, at a tenth of what a new
 * cipher object for each packet costs. AES is OpenSSL's, GHASH is {@link hashUnit}'s; neither looks anything up by a secret.
 */
export class GcmSealer {
  readonly #stream: Keystream;
  readonly #hashKey: Buffer;

  /** @param key of 16 bytes. @param writeIv gives 12 bytes that no two packets have in common, and leaves two that are 0. */
  constructor(key: Buffer | KeyObject, writeIv: WriteIv) {
    this.#stream = new Keystream(key, 1, writeIv);
    this.#hashKey = createCipheriv('aes-128-ecb', key, null).update(Buffer.alloc(BLOCK));
  }

  /**
   * Encrypts in place and writes the tag of 16 bytes behind.
   *
   * @param data what is authenticated, from 0; what is encrypted, from `from` to `to`; and room for the tag from there.
   * @param index of the packet, never used twice with this key.
   */
  seal(data: Buffer, from: number, to: number, index: number): void {
    const at = this.#stream.make(index, 1 + Math.ceil((to - from) / BLOCK));
    const stream = this.#stream.bytes;
    xorInto(data, from, to, stream, at + BLOCK);
    hashUnit.ghash(this.#hashKey, data, from, to);
    const hash = hashUnit.result;
    for (let i = 0; i < BLOCK; i++) data[to + i] = hash[i]! ^ stream[at + i]!;
  }
}
