import { createWasmMemory, instantiateWasm } from '../../media/wasm.js';
import { HASHES } from './hashes.generated.js';

// Where wasm/hashes.ts expects things, in bytes.
const HASH_AT = 1024;
const INNER_AT = HASH_AT + 64;
const OUTER_AT = INNER_AT + 64;
const DATA_AT = 4096;
/** UDP carries at most 64 KiB, which are there twice: as they are, and in whole blocks. */
const PAGES = 3;
const SHA1_BLOCK = 64;
const SHA1_WORDS = 5;

/** The operations of wasm/hashes.ts. */
interface Hashes {
  ghash(from: number, to: number): void;
  sha1Block(): void;
  hmacSha1(bytes: number): void;
}

const memory = createWasmMemory(PAGES);
const hashes = instantiateWasm(HASHES, memory) as Hashes;
const DATA = new Uint8Array(memory.buffer, DATA_AT);
const HASH = new Uint8Array(memory.buffer, HASH_AT, 20);
const HASH_WORDS = new Uint32Array(memory.buffer, HASH_AT, SHA1_WORDS);
const INNER = new Uint32Array(memory.buffer, INNER_AT, SHA1_WORDS);
const OUTER = new Uint32Array(memory.buffer, OUTER_AT, SHA1_WORDS);

/** The two states of SHA-1 that an HMAC key comes down to (RFC 2104, 4). */
export interface HmacKey {
  readonly inner: Uint32Array;
  readonly outer: Uint32Array;
}

/**
 * The hashes of SRTP by WebAssembly, for packets that are too short for what a hash object of Node's costs to make. One unit for the whole
 * thread: an operation is complete within a call, so nobody finds another's data.
 */
export const hashUnit = {
  /** What was computed last: 16 bytes of GHASH, 20 of HMAC-SHA-1. Written into by the next operation. */
  result: HASH as Readonly<Uint8Array>,

  /**
   * GHASH of a packet (NIST SP 800-38D, 6.4).
   *
   * @param key the hash key, 16 bytes.
   * @param packet what is authenticated only, up to `from`, and what is encrypted, up to `to`; what lies behind does not count.
   */
  ghash(key: Uint8Array, packet: Uint8Array, from: number, to: number): void {
    HASH.set(key);
    DATA.set(packet);
    hashes.ghash(from, to);
  },

  /** Prepares a key of at most 64 bytes. */
  hmacKey(key: Uint8Array): HmacKey {
    const half = (pad: number): Uint32Array => {
      for (let i = 0; i < SHA1_BLOCK; i++) DATA[i] = (key[i] ?? 0) ^ pad;
      hashes.sha1Block();
      return HASH_WORDS.slice();
    };
    return { inner: half(0x36), outer: half(0x5c) };
  },

  /**
   * HMAC-SHA-1 of the first `bytes` of a packet and the word behind them.
   *
   * @param packet at least `bytes` long; what lies behind does not count.
   * @param word 32 bits that are hashed behind the packet, big-endian: SRTP's roll-over counter.
   */
  hmacSha1({ inner, outer }: HmacKey, packet: Uint8Array, bytes: number, word: number): void {
    INNER.set(inner);
    OUTER.set(outer);
    DATA.set(packet);
    for (let i = 0; i < 4; i++) DATA[bytes + i] = word >>> (24 - 8 * i);
    hashes.hmacSha1(bytes + 4);
  },
};
