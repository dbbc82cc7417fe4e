import { describe, expect, it } from 'vitest';
import { blankPicture } from '../../../../src/media/av/video/blank.js';
import { VideoEncoder } from '../../../../src/media/av/video/video-encoder.js';
import { VideoPackets } from '../../../../src/media/av/video/video-packets.js';

/** Encodes so many pictures, each fifth a key frame, and hands the packets on. */
async function encode(count: number, packets: VideoPackets): Promise<void> {
  const size = { width: 64, height: 48, frameRate: 25, bitrateKbps: 200, keyFrameSec: 0, effort: 0 } as const;
  const encoder = await VideoEncoder.open({ codec: 'vp8', purpose: 'realtime', ...size });
  const picture = blankPicture(64, 48);
  for (let i = 0; i < count; i++)
    encoder.encodeSync({ picture, ptsUs: i * 40_000, key: i % 5 === 0 }, (packet) => packets.push(packet));
  picture.release();
  encoder.close();
}

/** How many wait, which of them are key frames, and frees them. */
function takeAll(packets: VideoPackets): boolean[] {
  const keys: boolean[] = [];
  for (let next = packets.take(); next && next !== 'seam'; next = packets.take()) {
    keys.push(next.isKeyframe);
    next.free();
  }
  return keys;
}

describe('packets of pictures on their way to a decoder', () => {
  it('begin at a key frame, also behind a loss', async () => {
    const packets = new VideoPackets(true);
    await encode(6, packets);
    expect(takeAll(packets)).toEqual([true, false, false, false, false, true]);
    const lost = new VideoPackets(true);
    await encode(3, lost);
    expect(takeAll(lost)).toHaveLength(3);
    lost.lost();
    await encode(2, lost);
    expect(takeAll(lost)[0]).toBe(true);
  });

  it('are dropped while nobody wants them, and then begin anew', async () => {
    const packets = new VideoPackets(true);
    await encode(3, packets);
    packets.wanted = false;
    expect(packets.clears).toBe(1);
    expect(packets.take()).toBeUndefined();
    await encode(3, packets);
    packets.seam();
    expect(packets.take()).toBeUndefined();
    packets.wanted = true;
    await encode(2, packets);
    expect(takeAll(packets)).toEqual([true, false]);
    packets.end();
    packets.wanted = false;
    expect(packets.ended).toBe(true);
  });

  it('are bounded: what is too much is dropped up to a key frame', async () => {
    const packets = new VideoPackets(true);
    await encode(4200, packets);
    expect(takeAll(packets)).toHaveLength(4000);
  });

  it('wake whoever waits when something has changed', async () => {
    const packets = new VideoPackets(true);
    const woken: string[] = [];
    const wait = (what: string) => void packets.changed().then(() => woken.push(what));
    wait('packet');
    await encode(1, packets);
    await Promise.resolve();
    wait('stands');
    packets.stands = true;
    await Promise.resolve();
    // Not while a packet waits.
    expect(packets.stands).toBe(false);
    takeAll(packets);
    expect(packets.stands).toBe(true);
    wait('cleared');
    packets.clear();
    await Promise.resolve();
    expect(packets.stands).toBe(false);
    wait('ended');
    packets.end();
    await Promise.resolve();
    expect(woken).toEqual(['packet', 'stands', 'cleared', 'ended']);
  });
});
