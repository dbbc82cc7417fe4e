import { createCipheriv, createSecretKey, type KeyObject } from 'node:crypto';

/** The SRTP protection profiles that are offered in the DTLS handshake (RFC 5764, RFC 7714). */
export type SrtpProfile = 'AEAD_AES_128_GCM' | 'AES_CM_128_HMAC_SHA1_80';

/** Lengths in bytes that go with a profile. */
export const SRTP_LENGTHS: Readonly<Record<SrtpProfile, { readonly key: number; readonly salt: number; readonly tag: number }>> =
  {
    AEAD_AES_128_GCM: { key: 16, salt: 12, tag: 16 },
    AES_CM_128_HMAC_SHA1_80: { key: 16, salt: 14, tag: 10 },
  };

/** Session keys of one direction, derived from the master key of the DTLS exporter. */
export interface SrtpSessionKeys {
  readonly profile: SrtpProfile;
  readonly rtp: SrtpKeySet;
  readonly rtcp: SrtpKeySet;
}

/** Cipher key, authentication key (unused by AES-GCM) and salt for RTP or for RTCP. */
export interface SrtpKeySet {
  /** As KeyObjects: Node 24 spends 10–16 µs more on every cipher that is given a raw key. */
  readonly cipherKey: KeyObject;
  readonly authKey: KeyObject;
  readonly salt: Buffer;
}

/**
 * One derived value of RFC 3711, 4.3.1 with AES-CM as pseudo-random function and a key derivation rate of 0.
 *
 * @param label 0 cipher key, 1 authentication key, 2 salt; plus 3 for RTCP.
 */
export function deriveSrtpKey(masterKey: Buffer, masterSalt: Buffer, label: number, bytes: number): Buffer {
  // RFC 7714, 11: a 96-bit salt is padded with zeros to the 112 bits of the derivation.
  const iv = Buffer.alloc(16);
  masterSalt.copy(iv);
  iv[7]! ^= label;
  const cipher = createCipheriv('aes-128-ctr', masterKey, iv);
  return cipher.update(Buffer.alloc(bytes));
}

/** Derives everything one direction needs. */
export function deriveSessionKeys(profile: SrtpProfile, masterKey: Buffer, masterSalt: Buffer): SrtpSessionKeys {
  const keySet = (first: number): SrtpKeySet => ({
    cipherKey: createSecretKey(deriveSrtpKey(masterKey, masterSalt, first, SRTP_LENGTHS[profile].key)),
    authKey: createSecretKey(deriveSrtpKey(masterKey, masterSalt, first + 1, 20)),
    salt: deriveSrtpKey(masterKey, masterSalt, first + 2, SRTP_LENGTHS[profile].salt),
  });
  return { profile, rtp: keySet(0), rtcp: keySet(3) };
}
