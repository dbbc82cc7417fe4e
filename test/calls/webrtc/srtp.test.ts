import { describe, expect, it } from 'vitest';
import { SrtpCipher } from '../../../src/calls/webrtc/srtp-cipher.js';
import { deriveSessionKeys, deriveSrtpKey, type SrtpProfile, type SrtpSessionKeys } from '../../../src/calls/webrtc/srtp-keys.js';
import { estimateIndex, SrtpReceiver } from '../../../src/calls/webrtc/srtp-receiver.js';
import { ReplayWindow, REPLAY_WINDOW_PACKETS } from '../../../src/calls/webrtc/replay-window.js';
import { createRtpHeaderView, parseRtpHeader } from '../../../src/calls/webrtc/rtp.js';
import { createSecretKey } from 'node:crypto';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');
const PROFILES: SrtpProfile[] = ['AEAD_AES_128_GCM', 'AES_CM_128_HMAC_SHA1_80'];

describe('key derivation', () => {
  it('gives the values of RFC 3711, B.3', () => {
    const key = hex('E1F97A0D3E018BE0D64FA32C06DE4139');
    const salt = hex('0EC675AD498AFEEBB6960B3AABE6');
    expect(deriveSrtpKey(key, salt, 0, 16)).toEqual(hex('C61E7A93744F39EE10734AFE3FF7A087'));
    expect(deriveSrtpKey(key, salt, 2, 14)).toEqual(hex('30CBBC08863D8C85D49DB34A9AE1'));
    expect(deriveSrtpKey(key, salt, 1, 20)).toEqual(hex('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4'));
  });
});

describe('AES_CM_128_HMAC_SHA1_80', () => {
  it('protects like libsrtp (its validation vector)', () => {
    const cipher = new SrtpCipher(
      deriveSessionKeys('AES_CM_128_HMAC_SHA1_80', hex('e1f97a0d3e018be0d64fa32c06de4139'), hex('0ec675ad498afeebb6960b3aabe6')),
    );
    const plain = hex('800f1234decafbadcafebabe' + 'ab'.repeat(16));
    const packet = Buffer.concat([plain, Buffer.alloc(10)]);
    cipher.protectRtp(packet, 12, 0xcafebabe, 0x1234);
    expect(packet).toEqual(hex('800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb'));
    expect(cipher.unprotectRtp(packet, 12, 0xcafebabe, 0x1234)).toEqual(plain.subarray(12));
  });

  it('encrypts with the key stream of RFC 3711, B.2', () => {
    const keys: SrtpSessionKeys = {
      profile: 'AES_CM_128_HMAC_SHA1_80',
      rtp: {
        cipherKey: createSecretKey(hex('2B7E151628AED2A6ABF7158809CF4F3C')),
        authKey: createSecretKey(Buffer.alloc(20)),
        salt: hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD'),
      },
      rtcp: { cipherKey: createSecretKey(Buffer.alloc(16)), authKey: createSecretKey(Buffer.alloc(20)), salt: Buffer.alloc(14) },
    };
    const packet = Buffer.alloc(12 + 32 + 10);
    new SrtpCipher(keys).protectRtp(packet, 12, 0, 0);
    expect(packet.subarray(12, 44)).toEqual(hex('E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB'));
  });
});

describe('AEAD_AES_128_GCM', () => {
  // RFC 7714, 16 and 17 give session keys, not master keys.
  const set = {
    cipherKey: createSecretKey(hex('000102030405060708090a0b0c0d0e0f')),
    authKey: createSecretKey(Buffer.alloc(20)),
    salt: hex('517569642070726f2071756f'),
  };
  const cipher = new SrtpCipher({ profile: 'AEAD_AES_128_GCM', rtp: set, rtcp: set });

  it('protects RTP as in RFC 7714, 16.1', () => {
    const plain = hex(
      `8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573`,
    );
    const packet = Buffer.concat([plain, Buffer.alloc(16)]);
    cipher.protectRtp(packet, 12, 0x5501a0b2, 0xf17b);
    expect(packet).toEqual(
      hex(
        `8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce`,
      ),
    );
  });

  it('protects RTCP as in RFC 7714, 17.1', () => {
    const plain = hex(
      `81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef deadbeef deadbeef`,
    );
    const expected = hex(
      `81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4`,
    );
    const out = cipher.protectRtcp(plain, 0x5d4);
    expect(out).toEqual(expected);
    expect(cipher.unprotectRtcp(out)).toEqual({ packet: plain, index: 0x5d4 });
  });
});

describe.each(PROFILES)('receiving %s', (profile) => {
  const salt = Buffer.alloc(profile === 'AEAD_AES_128_GCM' ? 12 : 14, 7);
  const keys = deriveSessionKeys(profile, Buffer.alloc(16, 5), salt);
  const sender = new SrtpCipher(keys);
  const view = createRtpHeaderView();

  function packet(index: number, text = `packet ${index}`): Buffer {
    const out = Buffer.alloc(12 + text.length + sender.tagBytes);
    out[0] = 0x80;
    out[1] = 111;
    out.writeUInt16BE(index % 65_536, 2);
    out.writeUInt32BE(index * 960, 4);
    out.writeUInt32BE(4242, 8);
    out.write(text, 12);
    sender.protectRtp(out, 12, 4242, index);
    return out;
  }
  function receive(receiver: SrtpReceiver, data: Buffer): string | undefined {
    expect(parseRtpHeader(data, view)).toBe(true);
    return receiver.rtp(data, view)?.toString();
  }

  it('goes on after a gap of 30,000 packets across the sequence wrap', () => {
    const receiver = new SrtpReceiver(new SrtpCipher(keys));
    for (let i = 60_000; i < 60_010; i++) expect(receive(receiver, packet(i))).toBe(`packet ${i}`);
    for (let i = 90_000; i < 90_010; i++) expect(receive(receiver, packet(i))).toBe(`packet ${i}`);
    for (const i of [122_000, 154_000, 184_536, 3 * 65_536 - 1, 3 * 65_536])
      expect(receive(receiver, packet(i)), `${i}`).toBe(`packet ${i}`);
  });

  it('takes packets reordered around the wrap', () => {
    const receiver = new SrtpReceiver(new SrtpCipher(keys));
    for (const i of [65_533, 65_536, 65_534, 65_538, 65_535, 65_537]) expect(receive(receiver, packet(i))).toBe(`packet ${i}`);
    expect(receiver.counters).toEqual({ accepted: 6, replayed: 0, unauthentic: 0, refusedSsrcs: 0 });
  });

  it('joins a stream whose sequence number has gone around once already', () => {
    const receiver = new SrtpReceiver(new SrtpCipher(keys));
    expect(receive(receiver, packet(65_540))).toBe('packet 65540');
    expect(receive(receiver, packet(65_541))).toBe('packet 65541');
  });

  it('refuses replays and what is older than the window', () => {
    const receiver = new SrtpReceiver(new SrtpCipher(keys));
    for (let i = 1_000; i < 1_300; i += 2) receive(receiver, packet(i));
    expect(receive(receiver, packet(1_298))).toBeUndefined();
    expect(receive(receiver, packet(1_290))).toBeUndefined();
    expect(receive(receiver, packet(1_291))).toBe('packet 1291');
    expect(receive(receiver, packet(1_291))).toBeUndefined();
    expect(receive(receiver, packet(1_298 - REPLAY_WINDOW_PACKETS))).toBeUndefined();
    expect(receiver.counters.replayed).toBe(4);
  });

  it('refuses what was changed on the way, without losing its place', () => {
    const receiver = new SrtpReceiver(new SrtpCipher(keys));
    receive(receiver, packet(10));
    for (const at of [1, 5, 13, -1]) {
      const bad = packet(40_000);
      bad[at < 0 ? bad.length - 1 : at]! ^= 1;
      expect(receive(receiver, bad), `byte ${at}`).toBeUndefined();
    }
    expect(receive(receiver, packet(11))).toBe('packet 11');
    expect(receiver.counters.accepted).toBe(2);
  });

  it('opens streams as single packets are opened, in any order and of any length, whatever is forged between', () => {
    const receiving = new SrtpCipher(keys);
    const single = new SrtpCipher(keys);
    const streams = new Map([4242, 99].map((ssrc) => [ssrc, receiving.stream(ssrc)]));
    let random = 1;
    const next = (below: number) => (random = (random * 48_271) % 2_147_483_647) % below;
    for (let n = 0; n < 600; n++) {
      const ssrc = next(2) === 0 ? 4242 : 99;
      const index = next(8) === 0 ? next(200_000) : 65_400 + n + next(3);
      const data = Buffer.alloc(12 + next(9) * next(40) + sender.tagBytes, n);
      data.writeUInt16BE(index % 65_536, 2);
      data.writeUInt32BE(ssrc, 8);
      sender.protectRtp(data, 12, ssrc, index);
      if (next(4) === 0) data[next(data.length)]! ^= 1 << next(8);
      const before = Buffer.from(data);
      const opened = streams.get(ssrc)!.open(data, 12, data.length - sender.tagBytes, index);
      expect(opened, `packet ${n}`).toEqual(single.unprotectRtp(data, 12, ssrc, index));
      expect(data.equals(before)).toBe(true);
    }
  });

  it('takes no packet that is shorter than its tag', () => {
    const receiver = new SrtpReceiver(new SrtpCipher(keys));
    receive(receiver, packet(10));
    for (let length = 12; length < 12 + sender.tagBytes; length++)
      expect(receive(receiver, packet(11).subarray(0, length))).toBeUndefined();
    expect(receive(receiver, packet(11))).toBe('packet 11');
  });

  it('takes off padding and refuses impossible padding', () => {
    const receiver = new SrtpReceiver(new SrtpCipher(keys));
    const padded = (index: number, text: string): Buffer => {
      const out = Buffer.alloc(12 + text.length + sender.tagBytes);
      out[0] = 0xa0;
      out[1] = 111;
      out.writeUInt16BE(index, 2);
      out.writeUInt32BE(4242, 8);
      out.write(text, 12, 'latin1');
      sender.protectRtp(out, 12, 4242, index);
      return out;
    };
    expect(receive(receiver, padded(1, 'abc\0\0\x03'))).toBe('abc');
    expect(receive(receiver, padded(2, 'abc\x09'))).toBeUndefined();
    expect(receive(receiver, padded(3, 'abc\0'))).toBeUndefined();
  });

  it('refuses more SSRCs than it was told to', () => {
    const receiver = new SrtpReceiver(new SrtpCipher(keys), 1);
    receive(receiver, packet(1));
    const other = Buffer.alloc(20 + sender.tagBytes);
    other[0] = 0x80;
    other.writeUInt32BE(99, 8);
    sender.protectRtp(other, 12, 99, 0);
    expect(receive(receiver, other)).toBeUndefined();
    expect(receiver.counters.refusedSsrcs).toBe(1);
  });

  it('round-trips RTCP and refuses its replay', () => {
    const receiver = new SrtpReceiver(new SrtpCipher(keys));
    const rr = hex('80c9000100001092');
    const sr = Buffer.concat([hex('80c8000600001092'), Buffer.alloc(20, 3)]);
    expect(receiver.rtcp(sender.protectRtcp(rr, 1))).toEqual(rr);
    const second = sender.protectRtcp(sr, 2);
    expect(receiver.rtcp(second)).toEqual(sr);
    expect(receiver.rtcp(second)).toBeUndefined();
    second[9]! ^= 1;
    expect(receiver.rtcp(second)).toBeUndefined();
    expect(receiver.rtcp(Buffer.from('80c90001', 'hex'))).toBeUndefined();
  });
});

describe('estimateIndex', () => {
  it('is the index nearest to the newest one', () => {
    for (const newest of [0, 5, 32_767, 32_768, 65_535, 65_536, 200_000, 2 ** 40]) {
      for (const delta of [-32_767, -100, -1, 0, 1, 100, 32_767]) {
        const index = newest + delta;
        if (index < 0) continue;
        expect(estimateIndex(newest, index % 65_536), `${newest} + ${delta}`).toBe(index);
      }
    }
  });
});

describe('ReplayWindow', () => {
  it('knows new, duplicate and too old', () => {
    const window = new ReplayWindow();
    expect(window.check(0)).toBe('new');
    window.accept(1_000);
    expect(window.check(1_000)).toBe('duplicate');
    expect(window.check(1_000 - 127)).toBe('new');
    expect(window.check(1_000 - 128)).toBe('too-old');
    window.accept(1_000 - 127);
    expect(window.check(1_000 - 127)).toBe('duplicate');
    expect(window.check(1_001)).toBe('new');
  });
});
