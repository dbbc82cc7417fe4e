import { describe, expect, it } from 'vitest';
import { decodeBroadcastPart } from '../../../src/media/av/broadcast-part.js';
import { makeFilmPart, makePart, makeUnifiedPart, second } from '../../harness/telegram/broadcast/make-part.js';
import { toneDb } from '../../integration/support/listen.js';

const PEAK_DB = 20 * Math.log10(0.25);

describe('a part of a broadcast', () => {
  it('has a channel for each who speaks, and says from when on', async () => {
    const talkers = [
      { source: 4_000_000_001, channel: 0, fromFrame: 0 },
      { source: 77, channel: 1, fromFrame: 0 },
      { source: 78, channel: 1, fromFrame: 50 },
    ];
    const { planes, channels } = await decodeBroadcastPart(await makePart([second(500, 0), second(900, 0)], talkers), false);
    expect(channels).toEqual(talkers.map(({ source, channel, fromFrame }) => ({ source, channel, atSample: fromFrame * 480 })));
    expect(planes).toHaveLength(2);
    for (const [n, hz] of [500, 900].entries()) {
      expect(planes[n]!.length).toBe(48_000);
      expect(toneDb(planes[n]!, hz, 0.1, 0.9)).toBeCloseTo(PEAK_DB, 0);
      expect(toneDb(planes[n]!, 1400 - hz, 0.1, 0.9)).toBeLessThan(-50);
    }
  });

  it('has a head and a container, where the call is fed by RTMP', async () => {
    const { planes, channels } = await decodeBroadcastPart(await makeUnifiedPart([second(500, 0), second(500, 0)]), true);
    expect(channels).toEqual([]);
    expect(toneDb(planes[0]!, 500, 0.1, 0.9)).toBeCloseTo(PEAK_DB, 0);
  });

  it('has its pictures as they are encoded, for who asks', async () => {
    const part = await makeFilmPart(500, '100');
    expect((await decodeBroadcastPart(part, true)).pictures).toEqual([]);
    const { planes, pictures } = await decodeBroadcastPart(part, true, true);
    expect(toneDb(planes[0]!, 500, 0.1, 0.9)).toBeCloseTo(PEAK_DB, 0);
    // In the order of decoding, which is another where pictures refer to later ones.
    expect(pictures.map(({ atUs }) => atUs).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, n) => n * 40_000));
    expect(pictures.map(({ decodeUs }) => decodeUs)).toEqual(pictures.map(({ decodeUs }) => decodeUs).toSorted((a, b) => a - b));
    expect(pictures.every(({ atUs, decodeUs }) => decodeUs <= atUs)).toBe(true);
    expect(pictures.map(({ key }) => key)).toEqual([true, ...Array.from({ length: 24 }, () => false)]);
    // Annex B, with parameter sets before the key frame.
    const [first] = pictures;
    expect(first).toMatchObject({ codec: 'h264', durationUs: 40_000 });
    expect(first!.data.readUInt32BE(0)).toBe(1);
    expect(first!.data.includes(Buffer.from([0, 0, 0, 1, 0x68]))).toBe(true);
    // A container without any.
    expect((await decodeBroadcastPart(await makeUnifiedPart([second(500, 0)]), true, true)).pictures).toEqual([]);
  });

  it.each([
    ['nothing', Buffer.alloc(0), false, 'it is no Ogg stream'],
    ['text', Buffer.from('hello there, this is nothing'), false, 'it is no Ogg stream'],
    ['an Ogg without sound', Buffer.from('OggS hello'), false, 'no sound that can be played'],
    [
      'a part of the other kind',
      Buffer.from('OggS hello, and more than a head'),
      true,
      'it does not begin as parts with pictures do',
    ],
    ['a head that is cut off', Buffer.from([0x0d, 0x81, 0x2e, 0xa1, 3, 0x6d]), true, 'its head is cut off'],
    [
      'an unknown container',
      Buffer.concat([Buffer.from([0x0d, 0x81, 0x2e, 0xa1, 3]), Buffer.from('xyz'), Buffer.alloc(24)]),
      true,
      'its container is "xyz"',
    ],
  ])('is refused with its reason: %s', async (_what, data, unified, reason) => {
    const error = await decodeBroadcastPart(data, unified).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'TELEGRAM_BROADCAST_FORMAT' });
    expect((error as Error).message).toContain(reason);
  });
});
