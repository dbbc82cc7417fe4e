import type { Cipheriv } from 'node:crypto';
import { gcmKey, GcmSealer, type GcmKey } from './gcm.js';
import { hashUnit, type HmacKey } from './hash-unit.js';
import { blockCipher, Keystream, xored, xorInto } from './keystream.js';
import { writeCounterIv, writeGcmIv } from './srtp-iv.js';
import { SRTP_LENGTHS, type SrtpSessionKeys } from './srtp-keys.js';

const BLOCK = 16;
const SHA1_TAG = SRTP_LENGTHS.AES_CM_128_HMAC_SHA1_80.tag;

/** Protects the RTP packets of one SSRC that is sent, or opens those of one that comes. */
export interface RtpProtector {
  /**
   * Encrypts a packet in place and writes its tag behind.
   *
   * @param headerBytes how much of it is header. @param end where the payload ends and the tag begins.
   * @param index roll-over counter × 65536 + sequence number.
   */
  protect(packet: Buffer, headerBytes: number, end: number, index: number): void;
  /** Checks a packet, which stays as it is; a copy of its payload, or undefined when it is not authentic under this index. */
  open(packet: Buffer, headerBytes: number, end: number, index: number): Buffer | undefined;
}

/** Makes the protectors of streams under the same keys, which are prepared once. */
export function protectorsOf({ profile, rtp }: SrtpSessionKeys): (ssrc: number) => RtpProtector {
  const { cipherKey, authKey, salt } = rtp;
  if (profile === 'AEAD_AES_128_GCM') {
    const key = gcmKey(cipherKey);
    return (ssrc) => new GcmProtector(key, salt, ssrc);
  }
  const cipher = blockCipher(cipherKey);
  const hmacKey = hashUnit.hmacKey(authKey.export());
  return (ssrc) => new CounterModeProtector(cipher, hmacKey, salt, ssrc);
}

/** AES-128-GCM, RFC 7714. */
class GcmProtector implements RtpProtector {
  readonly #sealer: GcmSealer;

  constructor(key: GcmKey, salt: Buffer, ssrc: number) {
    this.#sealer = new GcmSealer(key, (index, into) => writeGcmIv(salt, ssrc, Math.floor(index / 65_536), index % 65_536, into));
  }

  protect(packet: Buffer, headerBytes: number, end: number, index: number): void {
    this.#sealer.seal(packet, headerBytes, end, index);
  }

  open(packet: Buffer, headerBytes: number, end: number, index: number): Buffer | undefined {
    return this.#sealer.open(packet, headerBytes, end, index);
  }
}

/** AES-CM with HMAC-SHA1-80, RFC 3711. */
class CounterModeProtector implements RtpProtector {
  readonly #stream: Keystream;
  readonly #authKey: HmacKey;

  constructor(cipher: Cipheriv, authKey: HmacKey, salt: Buffer, ssrc: number) {
    this.#stream = new Keystream(cipher, 0, (index, into) =>
      writeCounterIv(salt, ssrc, Math.floor(index / 65_536), index % 65_536, into),
    );
    this.#authKey = authKey;
  }

  protect(packet: Buffer, headerBytes: number, end: number, index: number): void {
    const at = this.#stream.make(index, Math.ceil((end - headerBytes) / BLOCK));
    xorInto(packet, headerBytes, end, this.#stream.bytes, at);
    hashUnit.hmacSha1(this.#authKey, packet, end, Math.floor(index / 65_536));
    const { result } = hashUnit;
    for (let i = 0; i < SHA1_TAG; i++) packet[end + i] = result[i]!;
  }

  open(packet: Buffer, headerBytes: number, end: number, index: number): Buffer | undefined {
    hashUnit.hmacSha1(this.#authKey, packet, end, Math.floor(index / 65_536));
    const { result } = hashUnit;
    // All of it is looked at, wherever they differ.
    let different = 0;
    for (let i = 0; i < SHA1_TAG; i++) different |= packet[end + i]! ^ result[i]!;
    if (different !== 0) return undefined;
    const at = this.#stream.make(index, Math.ceil((end - headerBytes) / BLOCK));
    return xored(packet, headerBytes, end, this.#stream.bytes, at);
  }
}
