import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { GcmSealer } from '../../../src/calls/webrtc/gcm.js';
import { Keystream, xorInto } from '../../../src/calls/webrtc/keystream.js';

/** What OpenSSL makes of it: header, encrypted payload, tag. */
function openssl(key: Buffer, iv: Buffer, header: Buffer, payload: Buffer): Buffer {
  const cipher = createCipheriv('aes-128-gcm', key, iv);
  cipher.setAAD(header);
  const sealed = Buffer.concat([cipher.update(payload), cipher.final()]);
  return Buffer.concat([header, sealed, cipher.getAuthTag()]);
}

function ours(sealer: GcmSealer, iv: Buffer, header: Buffer, payload: Buffer): Buffer {
  const packet = Buffer.concat([header, payload, Buffer.alloc(16)]);
  sealer.seal(packet, header.length, header.length + payload.length, iv);
  return packet;
}

describe('AES-GCM', () => {
  test('test case 4 of the GCM specification (McGrew and Viega)', () => {
    const hex = (text: string) => Buffer.from(text, 'hex');
    const header = hex('feedfacedeadbeeffeedfacedeadbeefabaddad2');
    const payload = hex(
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    );
    const packet = ours(new GcmSealer(hex('feffe9928665731c6d6a8f9467308308')), hex('cafebabefacedbaddecaf888'), header, payload);
    expect(packet.subarray(-16).toString('hex')).toBe('5bc94fbc3221a5db94fae95ae7121a47');
    expect(packet.subarray(20, 36).toString('hex')).toBe('42831ec2217774244b7221b784d0d49c');
  });

  test('is OpenSSL, byte for byte, at every length and under many keys', () => {
    for (let round = 0; round < 8; round++) {
      const key = randomBytes(16);
      const sealer = new GcmSealer(key);
      for (let length = 0; length <= 130; length++) {
        const iv = randomBytes(12);
        const header = randomBytes(12 + ((length * 7) % 29));
        const payload = randomBytes(length);
        expect(ours(sealer, iv, header, payload).equals(openssl(key, iv, header, payload))).toBe(true);
      }
      const long = randomBytes(1400);
      const iv = randomBytes(12);
      expect(ours(sealer, iv, Buffer.alloc(0), long).equals(openssl(key, iv, Buffer.alloc(0), long))).toBe(true);
    }
  });
});

describe('key stream', () => {
  test('is AES-CTR, long after short and short after long', () => {
    const key = randomBytes(16);
    const stream = new Keystream(key, 2, 0);
    for (const length of [1, 300, 16, 1400, 33]) {
      const iv = Buffer.concat([randomBytes(14), Buffer.alloc(2)]);
      const data = randomBytes(length);
      const expected = createCipheriv('aes-128-ctr', key, iv).update(data);
      xorInto(data, 0, length, stream.make(iv, Math.ceil(length / 16)), 0);
      expect(data.equals(expected)).toBe(true);
    }
  });
});
