import { GcmSealer } from './gcm.js';
import { hashUnit, type HmacKey } from './hash-unit.js';
import { Keystream, xorInto } from './keystream.js';
import { writeCounterIv, writeGcmIv } from './srtp-iv.js';
import { SRTP_LENGTHS, type SrtpKeySet } from './srtp-keys.js';

const BLOCK = 16;

/** Protects the RTP packets of one SSRC. */
export interface RtpProtector {
  /**
   * Encrypts a packet in place and writes its tag behind.
   *
   * @param headerBytes how much of it is header. @param end where the payload ends and the tag begins.
   * @param index roll-over counter × 65536 + sequence number.
   */
  protect(packet: Buffer, headerBytes: number, end: number, index: number): void;
}

/** AES-128-GCM, RFC 7714. */
export class GcmProtector implements RtpProtector {
  readonly #sealer: GcmSealer;

  /** @param keys of RTP. */
  constructor({ cipherKey, salt }: SrtpKeySet, ssrc: number) {
    this.#sealer = new GcmSealer(cipherKey, (index, into) =>
      writeGcmIv(salt, ssrc, Math.floor(index / 65_536), index % 65_536, into),
    );
  }

  protect(packet: Buffer, headerBytes: number, end: number, index: number): void {
    this.#sealer.seal(packet, headerBytes, end, index);
  }
}

/** AES-CM with HMAC-SHA1-80, RFC 3711. */
export class CounterModeProtector implements RtpProtector {
  readonly #stream: Keystream;
  readonly #authKey: HmacKey;

  /** @param keys of RTP. */
  constructor({ cipherKey, authKey, salt }: SrtpKeySet, ssrc: number) {
    this.#stream = new Keystream(cipherKey, 0, (index, into) =>
      writeCounterIv(salt, ssrc, Math.floor(index / 65_536), index % 65_536, into),
    );
    this.#authKey = hashUnit.hmacKey(authKey.export());
  }

  protect(packet: Buffer, headerBytes: number, end: number, index: number): void {
    const at = this.#stream.make(index, Math.ceil((end - headerBytes) / BLOCK));
    xorInto(packet, headerBytes, end, this.#stream.bytes, at);
    hashUnit.hmacSha1(this.#authKey, packet, end, Math.floor(index / 65_536));
    const { result } = hashUnit;
    for (let i = 0; i < SRTP_LENGTHS.AES_CM_128_HMAC_SHA1_80.tag; i++) packet[end + i] = result[i]!;
  }
}
