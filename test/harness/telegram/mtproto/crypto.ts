import { createCipheriv, createDecipheriv, createDiffieHellman, createHash } from 'node:crypto';

/** SHA-1 of some parts in a row. */
export function sha1(...parts: Buffer[]): Buffer {
  return createHash('sha1').update(Buffer.concat(parts)).digest();
}

/** SHA-256 of some parts in a row. */
export function sha256(...parts: Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

function xor(into: Buffer, a: Buffer, b: Buffer): void {
  for (let i = 0; i < 16; i++) into[i] = a[i]! ^ b[i]!;
}

/** AES-256 in IGE mode (https://core.telegram.org/mtproto/AES-IGE); the length must be a multiple of 16. */
export function ige(mode: 'encrypt' | 'decrypt', data: Buffer, key: Buffer, iv: Buffer): Buffer {
  const cipher = mode === 'encrypt' ? createCipheriv('aes-256-ecb', key, null) : createDecipheriv('aes-256-ecb', key, null);
  cipher.setAutoPadding(false);
  const out = Buffer.alloc(data.length);
  const block = Buffer.alloc(16);
  let before = mode === 'encrypt' ? iv.subarray(0, 16) : iv.subarray(16, 32);
  let behind = mode === 'encrypt' ? iv.subarray(16, 32) : iv.subarray(0, 16);
  for (let at = 0; at < data.length; at += 16) {
    const from = data.subarray(at, at + 16);
    const to = out.subarray(at, at + 16);
    xor(block, from, before);
    xor(to, cipher.update(block), behind);
    before = to;
    behind = from;
  }
  return out;
}

/** Key and initial vector of a message (https://core.telegram.org/mtproto/description#defining-aes-key-and-initialization-vector). */
export function messageKeys(authKey: Buffer, msgKey: Buffer, from: 'client' | 'server'): { key: Buffer; iv: Buffer } {
  const x = from === 'client' ? 0 : 8;
  const a = sha256(msgKey, authKey.subarray(x, x + 36));
  const b = sha256(authKey.subarray(40 + x, 76 + x), msgKey);
  return {
    key: Buffer.concat([a.subarray(0, 8), b.subarray(8, 24), a.subarray(24, 32)]),
    iv: Buffer.concat([b.subarray(0, 8), a.subarray(8, 24), b.subarray(24, 32)]),
  };
}

/** The key of a message: the middle of a digest over a part of the auth key and the padded text. */
export function messageKey(authKey: Buffer, plain: Buffer, from: 'client' | 'server'): Buffer {
  const x = from === 'client' ? 0 : 8;
  return sha256(authKey.subarray(88 + x, 120 + x), plain).subarray(8, 24);
}

/** The id of an auth key: the last 8 bytes of its SHA-1. */
export function keyId(authKey: Buffer): bigint {
  return sha1(authKey).readBigInt64LE(12);
}

/** `base ^ exponent mod prime`, by OpenSSL. */
export function powMod(base: Buffer, exponent: Buffer, prime: Buffer): Buffer {
  const dh = createDiffieHellman(prime, Buffer.from([2]));
  dh.setPrivateKey(exponent);
  return dh.computeSecret(base);
}

/** Some bytes as a number, high byte first. */
export function toBig(bytes: Buffer): bigint {
  return BigInt(`0x0${bytes.toString('hex')}`);
}

/** A number as bytes, high byte first, with zeros before it up to `length`. */
export function fromBig(value: bigint, length = 0): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(Math.max(length * 2, hex.length + (hex.length % 2)), '0'), 'hex');
}
