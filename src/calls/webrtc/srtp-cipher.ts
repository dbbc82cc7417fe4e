import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { protectorsOf, type RtpProtector } from './rtp-protector.js';
import { writeCounterIv, writeGcmIv } from './srtp-iv.js';
import { SRTP_LENGTHS, type SrtpKeySet, type SrtpProfile, type SrtpSessionKeys } from './srtp-keys.js';

/** The flag in the SRTCP index word that tells that the packet is encrypted. */
const RTCP_ENCRYPTED = 0x8000_0000;
/** Bytes of an RTCP header that stay in the clear. */
const RTCP_CLEAR_BYTES = 8;

/**
 * SRTP and SRTCP of one direction: RFC 3711 (AES-CM with HMAC-SHA1-80) and RFC 7714 (AES-128-GCM). It knows nothing about
 * sequence numbers going around; the caller gives the full packet index.
 */
export class SrtpCipher {
  /** Bytes that protection adds to an RTP packet. */
  readonly tagBytes: number;
  readonly #profile: SrtpProfile;
  readonly #keys: SrtpSessionKeys;
  readonly #iv: Buffer;
  /** By SSRC, made with its first packet. */
  readonly #protectors = new Map<number, RtpProtector>();
  #makeProtector: ((ssrc: number) => RtpProtector) | undefined;
  readonly #word = Buffer.alloc(4);
  readonly #rtcpAad = Buffer.alloc(RTCP_CLEAR_BYTES + 4);

  /** @param keys session keys of this direction, see `deriveSessionKeys`. */
  constructor(keys: SrtpSessionKeys) {
    this.#keys = keys;
    this.#profile = keys.profile;
    this.tagBytes = SRTP_LENGTHS[keys.profile].tag;
    this.#iv = Buffer.alloc(keys.profile === 'AEAD_AES_128_GCM' ? 12 : 16);
  }

  /**
   * Encrypts an RTP packet in place and appends its tag.
   *
   * @param packet header, payload, and `tagBytes` of room behind them.
   * @param headerBytes how much of it is header.
   * @param index roll-over counter × 65536 + sequence number.
   */
  protectRtp(packet: Buffer, headerBytes: number, ssrc: number, index: number): void {
    let protector = this.#protectors.get(ssrc);
    if (!protector) this.#protectors.set(ssrc, (protector = this.stream(ssrc)));
    protector.protect(packet, headerBytes, packet.length - this.tagBytes, index);
  }

  /**
   * What protects or opens the packets of one SSRC. It remembers where the stream is and makes key streams ahead, and so costs a fraction of
   * {@link unprotectRtp} for each packet, but memory for as long as it is kept.
   */
  stream(ssrc: number): RtpProtector {
    this.#makeProtector ??= protectorsOf(this.#keys);
    return this.#makeProtector(ssrc);
  }

  /**
   * Checks and decrypts a single RTP packet; remembers nothing.
   *
   * @returns the payload (padding included), or undefined when it is not authentic under this index.
   */
  unprotectRtp(packet: Buffer, headerBytes: number, ssrc: number, index: number): Buffer | undefined {
    const end = packet.length - this.tagBytes;
    if (end < headerBytes) return undefined;
    const roc = Math.floor(index / 65_536);
    const { cipherKey, salt } = this.#keys.rtp;
    if (this.#profile === 'AEAD_AES_128_GCM') {
      const decipher = createDecipheriv('aes-128-gcm', cipherKey, this.#gcmRtpIv(salt, ssrc, roc, index % 65_536));
      decipher.setAAD(packet.subarray(0, headerBytes));
      decipher.setAuthTag(packet.subarray(end));
      const payload = decipher.update(packet.subarray(headerBytes, end));
      return finished(decipher) ? payload : undefined;
    }
    const tag = this.#rtpTag(packet.subarray(0, end), roc);
    if (!timingSafeEqual(tag.subarray(0, this.tagBytes), packet.subarray(end))) return undefined;
    const decipher = createDecipheriv('aes-128-ctr', cipherKey, this.#counterIv(salt, ssrc, roc, index % 65_536));
    return decipher.update(packet.subarray(headerBytes, end));
  }

  /**
   * Encrypts a compound RTCP packet.
   *
   * @param index SRTCP index, 31 bits; must never repeat for this key.
   */
  protectRtcp(packet: Buffer, index: number): Buffer {
    const ssrc = packet.readUInt32BE(4);
    const word = (index | RTCP_ENCRYPTED) >>> 0;
    const { cipherKey, salt } = this.#keys.rtcp;
    const out = Buffer.allocUnsafe(packet.length + this.tagBytes + 4);
    packet.copy(out, 0, 0, RTCP_CLEAR_BYTES);
    const body = packet.subarray(RTCP_CLEAR_BYTES);
    if (this.#profile === 'AEAD_AES_128_GCM') {
      const cipher = createCipheriv('aes-128-gcm', cipherKey, this.#gcmRtcpIv(salt, ssrc, index));
      cipher.setAAD(this.#rtcpAssociated(packet, word));
      cipher.update(body).copy(out, RTCP_CLEAR_BYTES);
      cipher.final();
      cipher.getAuthTag().copy(out, packet.length);
      out.writeUInt32BE(word, packet.length + this.tagBytes);
      return out;
    }
    const cipher = createCipheriv('aes-128-ctr', cipherKey, this.#counterIv(salt, ssrc, index >>> 16, index & 0xffff));
    cipher.update(body).copy(out, RTCP_CLEAR_BYTES);
    out.writeUInt32BE(word, packet.length);
    createHmac('sha1', this.#keys.rtcp.authKey)
      .update(out.subarray(0, packet.length + 4))
      .digest()
      .copy(out, packet.length + 4, 0, this.tagBytes);
    return out;
  }

  /** Checks and decrypts a compound RTCP packet: the plain packet and its SRTCP index, or undefined when it is not authentic. */
  unprotectRtcp(packet: Buffer): { readonly packet: Buffer; readonly index: number } | undefined {
    const end = packet.length - this.tagBytes - 4;
    if (end < RTCP_CLEAR_BYTES) return undefined;
    const gcm = this.#profile === 'AEAD_AES_128_GCM';
    const word = packet.readUInt32BE(gcm ? packet.length - 4 : end);
    // Unencrypted SRTCP is legal but nobody negotiates it over DTLS.
    if (word < RTCP_ENCRYPTED) return undefined;
    const index = word - RTCP_ENCRYPTED;
    const ssrc = packet.readUInt32BE(4);
    const { cipherKey, salt } = this.#keys.rtcp;
    const out = Buffer.allocUnsafe(end);
    packet.copy(out, 0, 0, RTCP_CLEAR_BYTES);
    const body = packet.subarray(RTCP_CLEAR_BYTES, end);
    if (gcm) {
      const decipher = createDecipheriv('aes-128-gcm', cipherKey, this.#gcmRtcpIv(salt, ssrc, index));
      decipher.setAAD(this.#rtcpAssociated(packet, word));
      decipher.setAuthTag(packet.subarray(end, end + this.tagBytes));
      decipher.update(body).copy(out, RTCP_CLEAR_BYTES);
      return finished(decipher) ? { packet: out, index } : undefined;
    }
    const tag = createHmac('sha1', this.#keys.rtcp.authKey)
      .update(packet.subarray(0, end + 4))
      .digest();
    if (!timingSafeEqual(tag.subarray(0, this.tagBytes), packet.subarray(end + 4))) return undefined;
    const decipher = createDecipheriv('aes-128-ctr', cipherKey, this.#counterIv(salt, ssrc, index >>> 16, index & 0xffff));
    decipher.update(body).copy(out, RTCP_CLEAR_BYTES);
    return { packet: out, index };
  }

  #rtpTag(signed: Buffer, roc: number): Buffer {
    this.#word.writeUInt32BE(roc >>> 0);
    return createHmac('sha1', this.#keys.rtp.authKey).update(signed).update(this.#word).digest();
  }

  #counterIv(salt: SrtpKeySet['salt'], ssrc: number, high: number, low: number): Buffer {
    writeCounterIv(salt, ssrc, high, low, this.#iv);
    return this.#iv.fill(0, 14);
  }

  #gcmRtpIv(salt: Buffer, ssrc: number, roc: number, sequence: number): Buffer {
    writeGcmIv(salt, ssrc, roc, sequence, this.#iv);
    return this.#iv;
  }

  /** RFC 7714, 9.1. */
  #gcmRtcpIv(salt: Buffer, ssrc: number, index: number): Buffer {
    const iv = this.#iv;
    iv.writeUInt16BE(0, 0);
    iv.writeUInt32BE(ssrc, 2);
    iv.writeUInt16BE(0, 6);
    iv.writeUInt32BE(index, 8);
    for (let i = 0; i < 12; i++) iv[i]! ^= salt[i]!;
    return iv;
  }

  #rtcpAssociated(packet: Buffer, word: number): Buffer {
    packet.copy(this.#rtcpAad, 0, 0, RTCP_CLEAR_BYTES);
    this.#rtcpAad.writeUInt32BE(word, RTCP_CLEAR_BYTES);
    return this.#rtcpAad;
  }
}

function finished(decipher: { final(): Buffer }): boolean {
  try {
    decipher.final();
    return true;
  } catch {
    return false;
  }
}
