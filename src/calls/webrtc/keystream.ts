import { createCipheriv, type Cipheriv, type KeyObject } from 'node:crypto';

const BLOCK = 16;
const WORDS = 4;
/** Key streams of so many packets are made at once, where packets follow each other. */
const MOST_AHEAD = 16;
/** So many blocks more than any packet of the last batch needed: packets of one stream are of about one size. */
const SPARE_BLOCKS = 2;

/** Writes the 14 bytes that stand before the counter of a packet's blocks at the start of `into`. @param index of the packet. */
export type WriteIv = (index: number, into: Buffer) => void;

/** AES with a key of 16 bytes that turns each block into another, whatever came before: any number of key streams may share it. */
export function blockCipher(key: Buffer | KeyObject): Cipheriv {
  return createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
}

/**
 * AES in counter mode with one key for ever. Making a cipher for each packet costs ten times what encrypting one does; in ECB mode a block
 * depends on no other, so one cipher, made once, turns the counters of many packets into their key streams in one call. The counters
 * of an RTP stream are known in advance: while packets come in order, the streams of up to 16 are made with the first of them.
 */
export class Keystream {
  /** Where the key stream is after {@link make}. */
  bytes: Buffer = Buffer.alloc(0);
  readonly #cipher: Cipheriv;
  readonly #writeIv: WriteIv;
  readonly #firstCounter: number;
  readonly #ivWords = new Uint32Array(WORDS);
  readonly #iv = Buffer.from(this.#ivWords.buffer);
  #counters = Buffer.alloc(0);
  #counterWords = new Uint32Array(0);
  /** Blocks that each packet of a batch has. */
  #blocks = 0;
  /** The most blocks that were asked for in this batch. */
  #needed = 0;
  /** The packets of the batch: the first, and how many. */
  #first = 0;
  #count = 0;

  /**
   * @param key of 16 bytes, or the {@link blockCipher} made of it.
   * @param firstCounter of the first block. It counts in two bytes, as SRTP's AES-CM does (RFC 3711 §4.1.1); those of GCM (NIST SP
   * 800-38D) are four, of which a packet never needs the upper two.
   */
  constructor(key: Buffer | KeyObject | Cipheriv, firstCounter: number, writeIv: WriteIv) {
    this.#cipher = 'update' in key ? key : blockCipher(key);
    this.#firstCounter = firstCounter;
    this.#writeIv = writeIv;
  }

  /**
   * Makes the key stream of a packet, at least so many whole blocks.
   *
   * @returns where in {@link bytes} it begins. Valid until the next call.
   */
  make(index: number, blocks: number): number {
    let at = index - this.#first;
    if (at < 0 || at >= this.#count || blocks > this.#blocks) {
      this.#fill(index, blocks);
      at = 0;
    }
    if (blocks > this.#needed) this.#needed = blocks;
    return at * this.#blocks * BLOCK;
  }

  #fill(index: number, blocks: number): void {
    // Twice as many as last time when those were used up in order; a stream that jumps about gets one by one.
    const inOrder = this.#count > 0 && index > this.#first && index <= this.#first + this.#count;
    const count = inOrder ? Math.min(MOST_AHEAD, this.#count * 2) : 1;
    this.#blocks = count === 1 ? blocks : Math.max(blocks, this.#needed + SPARE_BLOCKS);
    this.#needed = 0;
    this.#first = index;
    this.#count = count;
    this.#reserve(count * this.#blocks * BLOCK);
    const counters = this.#counters;
    const words = this.#counterWords;
    const iv = this.#ivWords;
    let at = 0;
    for (let packet = 0; packet < count; packet++) {
      this.#writeIv(index + packet, this.#iv);
      for (let block = 0; block < this.#blocks; block++, at += BLOCK) {
        for (let i = 0; i < WORDS; i++) words[at / 4 + i] = iv[i]!;
        const counter = this.#firstCounter + block;
        counters[at + 14] = counter >>> 8;
        counters[at + 15] = counter;
      }
    }
    this.bytes = this.#cipher.update(counters.length === at ? counters : counters.subarray(0, at));
  }

  #reserve(bytes: number): void {
    if (this.#counters.length >= bytes) return;
    this.#counterWords = new Uint32Array(bytes / 4);
    this.#counters = Buffer.from(this.#counterWords.buffer);
  }
}

/** `data[from … to) ^= stream[at …]`. */
export function xorInto(data: Buffer, from: number, to: number, stream: Buffer, at: number): void {
  for (let i = from, j = at; i < to; i++, j++) data[i] = data[i]! ^ stream[j]!;
}

/** A copy of `data[from … to)` XOR `stream[at …]`. */
export function xored(data: Buffer, from: number, to: number, stream: Buffer, at: number): Buffer {
  const out = Buffer.allocUnsafe(to - from);
  for (let i = from, j = at, k = 0; i < to; i++, j++, k++) out[k] = data[i]! ^ stream[j]!;
  return out;
}
