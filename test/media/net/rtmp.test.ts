import { describe, expect, it } from 'vitest';
import { type AmfValue, decodeAmf, encodeAmf } from '../../../src/media/net/rtmp/amf0.js';
import { ChunkReader, chunksOf, RTMP, type RtmpMessage } from '../../../src/media/net/rtmp/chunks.js';
import { isRtmp, rtmpTarget, withRtmpKey } from '../../../src/media/net/rtmp/target.js';

/** The same numbers every time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const message = (length: number, timestampMs: number, type: number = RTMP.video): RtmpMessage => ({
  type,
  streamId: 1,
  timestampMs,
  payload: Buffer.from(Array.from({ length }, (_, i) => i & 255)),
});

describe('AMF', () => {
  it('has the bytes of its specification, and comes back as it was', () => {
    expect(encodeAmf('connect', 1, null, true)).toEqual(
      Buffer.from('02000 7636f6e6e656374 003ff0000000000000 05 0101'.replaceAll(' ', ''), 'hex'),
    );
    const values: AmfValue[] = ['a', -1.5, false, null, undefined, { app: 'live', deep: { x: 1 } }];
    expect(decodeAmf(encodeAmf(...values))).toEqual(values);
    expect(encodeAmf(new Map([['a', 1]]))[0]).toBe(8);
    expect(decodeAmf(encodeAmf(new Map<string, AmfValue>([['a', 1]])))).toEqual([{ a: 1 }]);
  });
});

describe('chunks of RTMP', () => {
  it.each([128, 4096])('of %i bytes come back as the messages they were, however they arrive', (chunkBytes) => {
    const sent = [
      message(0, 0),
      message(1, 5),
      message(128, 7),
      message(129, 7),
      message(10_000, 0xff_ffff),
      message(5000, 0x1_0000_00),
    ];
    const bytes = Buffer.concat(sent.map((one, n) => chunksOf(one, 4 + (n % 3), chunkBytes)));
    for (const step of [1, 7, 1000, bytes.length]) {
      const reader = new ChunkReader();
      reader.chunkBytes = chunkBytes;
      const got: RtmpMessage[] = [];
      for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step), (one) => got.push(one));
      expect(got).toEqual(sent);
    }
  });

  it('may be interleaved, and have headers that leave out what is the same', () => {
    const [one, other] = [chunksOf(message(200, 10), 4, 128), chunksOf(message(200, 10, RTMP.audio), 6, 128)];
    // The head and first piece of each, then the rest of each.
    const mixed = [one.subarray(0, 140), other.subarray(0, 140), one.subarray(140), other.subarray(140)];
    const got: RtmpMessage[] = [];
    const reader = new ChunkReader();
    for (const part of mixed) reader.push(part, (whole) => got.push(whole));
    expect(got.map(({ type, payload }) => [type, payload.length])).toEqual([
      [RTMP.video, 200],
      [RTMP.audio, 200],
    ]);
    // 20 ms later (type 1 of headers), then the same again (type 3).
    reader.push(Buffer.from([0x44, 0, 0, 20, 0, 0, 2, 9, 1, 2, 0xc4, 3, 4]), (whole) => got.push(whole));
    expect(got.slice(2)).toEqual(
      [30, 50].map((timestampMs, n) => ({
        type: 9,
        streamId: 1,
        timestampMs,
        payload: Buffer.from(
          [
            [1, 2],
            [3, 4],
          ][n]!,
        ),
      })),
    );
  });

  it('are refused when they are so many or so small that they would be work without end', () => {
    const told: RtmpMessage[] = [];
    const small = new ChunkReader();
    const size = Buffer.alloc(4);
    size.writeUInt32BE(1);
    const command = { type: RTMP.setChunkSize, streamId: 0, timestampMs: 0, payload: size };
    expect(() => small.push(chunksOf(command, 2, 128), (one) => told.push(one))).toThrow('chunks of 1 bytes');
    const many = new ChunkReader();
    const heads = () => {
      // The first chunk alone of a message that needs two.
      for (let id = 3; id < 200; id++) {
        const head = Buffer.alloc(12 + (id > 63 ? 1 : 0) + 128);
        if (id > 63) head[1] = id - 64;
        else head[0] = id;
        head.writeUIntBE(200, (id > 63 ? 2 : 1) + 3, 3);
        many.push(head, (one) => told.push(one));
      }
    };
    expect(heads).toThrow('too many chunk streams');
    expect(told).toEqual([]);
  });

  it('of 2,000 malformed streams crash nothing', () => {
    const random = seeded(4711);
    let refused = 0;
    for (let n = 0; n < 2000; n++) {
      const bytes = Buffer.from(chunksOf(message(Math.floor(random() * 400), n, RTMP.command), 3, 128));
      for (let hits = 0; hits < 8; hits++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      try {
        new ChunkReader().push(bytes, ({ payload }) => decodeAmf(payload));
      } catch (error) {
        expect((error as Error).message).toMatch(/AMF|chunk|message of/);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});

describe('addresses of RTMP servers', () => {
  it.each([
    ['rtmp://host/live/', 'secret', 'rtmp://host/live/secret'],
    ['rtmp://host/live/own', 'secret', 'rtmp://host/live/own'],
    ['rtmp://host/live/', undefined, 'rtmp://host/live/'],
    ['telegram:https://t.me/group/', 'secret', 'telegram:https://t.me/group/'],
  ])('%s is completed by the key %s', (address, key, wanted) => {
    expect(withRtmpKey(address, key)).toBe(wanted);
  });

  it.each([
    [
      'rtmp://host/live/key',
      undefined,
      { host: 'host', port: 1935, secure: false, app: 'live', key: 'key', shown: 'rtmp://host/live' },
    ],
    ['rtmp://host:1936/app/part/key?token=a/b', undefined, { port: 1936, app: 'app/part', key: 'key?token=a/b' }],
    [
      'rtmps://dc4-1.rtmp.t.me/s/',
      '2:abc',
      { port: 443, secure: true, app: 's', key: '2:abc', shown: 'rtmps://dc4-1.rtmp.t.me/s' },
    ],
    ['rtmp://[::1]:5000/live/key', undefined, { host: '::1', port: 5000 }],
  ])('%s', (address, key, wanted) => {
    expect(rtmpTarget(address, key)).toMatchObject(wanted);
  });

  it.each(['rtmpt://host/app/KEY', 'rtmpe://host/app/KEY', 'RTMPTE://host/app/KEY'])(
    '%s is refused, and not repeated',
    async (address) => {
      expect(isRtmp(address)).toBe(true);
      expect(() => rtmpTarget(address)).toThrow(/^(?!.*KEY).*does not begin with rtmp/);
    },
  );
});
