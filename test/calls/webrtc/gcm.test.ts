import { createCipheriv, createHmac, randomBytes, randomInt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { GcmSealer } from '../../../src/calls/webrtc/gcm.js';
import { hashUnit } from '../../../src/calls/webrtc/hash-unit.js';
import { Keystream, xorInto } from '../../../src/calls/webrtc/keystream.js';

const hex = (text: string) => Buffer.from(text, 'hex');

/** What OpenSSL makes of it: header, encrypted payload, tag. */
function openssl(key: Buffer, iv: Buffer, header: Buffer, payload: Buffer): Buffer {
  const cipher = createCipheriv('aes-128-gcm', key, iv);
  cipher.setAAD(header);
  const sealed = Buffer.concat([cipher.update(payload), cipher.final()]);
  return Buffer.concat([header, sealed, cipher.getAuthTag()]);
}

function ours(sealer: GcmSealer, index: number, header: Buffer, payload: Buffer): Buffer {
  const packet = Buffer.concat([header, payload, Buffer.alloc(16)]);
  sealer.seal(packet, header.length, header.length + payload.length, index);
  return packet;
}

/** IVs that differ in every byte, made from the index. */
function ivOf(seed: Buffer, index: number): Buffer {
  const iv = Buffer.from(seed);
  for (let i = 0; i < 12; i++) iv[i] = (iv[i]! + index * (2 * i + 1)) & 0xff;
  return iv;
}

describe('AES-GCM', () => {
  test('test case 4 of the GCM specification (McGrew and Viega)', () => {
    const header = hex('feedfacedeadbeeffeedfacedeadbeefabaddad2');
    const payload = hex(
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    );
    const sealer = new GcmSealer(hex('feffe9928665731c6d6a8f9467308308'), (_index, into) =>
      hex('cafebabefacedbaddecaf888').copy(into),
    );
    const packet = ours(sealer, 0, header, payload);
    expect(packet.subarray(-16).toString('hex')).toBe('5bc94fbc3221a5db94fae95ae7121a47');
    expect(packet.subarray(20, 36).toString('hex')).toBe('42831ec2217774244b7221b784d0d49c');
  });

  test('is OpenSSL, byte for byte, at every length and under many keys', () => {
    for (let round = 0; round < 8; round++) {
      const key = randomBytes(16);
      const seed = randomBytes(12);
      const sealer = new GcmSealer(key, (index, into) => void ivOf(seed, index).copy(into));
      for (let length = 0; length <= 130; length++) {
        const header = randomBytes(12 + ((length * 7) % 29));
        const payload = randomBytes(length);
        expect(ours(sealer, length, header, payload).equals(openssl(key, ivOf(seed, length), header, payload))).toBe(true);
      }
      for (const length of [1400, 65_000]) {
        const payload = randomBytes(length);
        const expected = openssl(key, ivOf(seed, length), Buffer.alloc(0), payload);
        expect(ours(sealer, length, Buffer.alloc(0), payload).equals(expected)).toBe(true);
      }
    }
  });

  test('opens what OpenSSL sealed, leaves the packet as it is, and nothing with a bit changed', () => {
    const key = randomBytes(16);
    const seed = randomBytes(12);
    const sealer = new GcmSealer(key, (index, into) => void ivOf(seed, index).copy(into));
    for (let length = 0; length <= 70; length++) {
      const header = randomBytes(12 + ((length * 7) % 29));
      const payload = randomBytes(length);
      const packet = openssl(key, ivOf(seed, length), header, payload);
      const before = Buffer.from(packet);
      const open = (data: Buffer, index = length) => sealer.open(data, header.length, header.length + length, index);
      expect(open(packet)?.equals(payload)).toBe(true);
      expect(packet.equals(before)).toBe(true);
      for (let bit = 0; bit < packet.length * 8; bit += 5) {
        const bad = Buffer.from(packet);
        bad[bit >> 3]! ^= 1 << (bit & 7);
        expect(open(bad), `length ${length}, bit ${bit}`).toBeUndefined();
      }
      expect(open(packet, length + 1)).toBeUndefined();
    }
  });
});

describe('HMAC-SHA-1', () => {
  /** The key's first word behind the message is what SRTP calls the roll-over counter. */
  function tag(key: Buffer, message: Buffer): string {
    const bytes = message.length - 4;
    hashUnit.hmacSha1(hashUnit.hmacKey(key), message, bytes, message.readUInt32BE(bytes));
    return Buffer.from(hashUnit.result).toString('hex');
  }

  test('test cases 1, 2, 3 and 5 of RFC 2202', () => {
    expect(tag(Buffer.alloc(20, 0x0b), Buffer.from('Hi There'))).toBe('b617318655057264e28bc0b6fb378c8ef146be00');
    expect(tag(Buffer.from('Jefe'), Buffer.from('what do ya want for nothing?'))).toBe(
      'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
    );
    expect(tag(Buffer.alloc(20, 0xaa), Buffer.alloc(50, 0xdd))).toBe('125d7342b9ac11cd91a39af48aa17b4f63f175d3');
    expect(tag(Buffer.alloc(20, 0x0c), Buffer.from('Test With Truncation'))).toBe('4c1a03424b55e07fe7f27be1d58bb9324a9a5a04');
  });

  test('is OpenSSL at every length', () => {
    for (let length = 4; length <= 300; length++) {
      const key = randomBytes(1 + (length % 64));
      const message = randomBytes(length);
      expect(tag(key, message)).toBe(createHmac('sha1', key).update(message).digest('hex'));
    }
    const long = randomBytes(65_000);
    expect(tag(Buffer.alloc(20, 7), long)).toBe(createHmac('sha1', Buffer.alloc(20, 7)).update(long).digest('hex'));
  });
});

describe('key stream', () => {
  test('is AES-CTR in whatever order packets of whatever length come', () => {
    for (const first of [0, 1]) {
      const key = randomBytes(16);
      const seed = randomBytes(12);
      const stream = new Keystream(key, first, (index, into) => void ivOf(seed, index).copy(into));
      const indices = [
        ...Array.from({ length: 70 }, (_, i) => i),
        5,
        6,
        7,
        1e9,
        1e9 + 1,
        1e9 + 2,
        1e9 + 1,
        1e9 + 9,
        3,
        2,
        1,
        0,
        1,
        2,
      ];
      for (const index of indices) {
        const length = randomInt(10) === 0 ? randomInt(1400) : 150 + randomInt(40);
        const data = randomBytes(length);
        const iv = Buffer.concat([ivOf(seed, index), Buffer.from([0, 0, 0, first])]);
        const expected = createCipheriv('aes-128-ctr', key, iv).update(data);
        const at = stream.make(index, Math.ceil(length / 16));
        xorInto(data, 0, length, stream.bytes, at);
        expect(data.equals(expected), `packet ${index} of ${length} bytes`).toBe(true);
      }
    }
  });
});
