import { describe, expect, it } from 'vitest';
import { GeneratedPictures } from '../../../../src/media/av/video/generated.js';
import type { VideoEncoderOptions } from '../../../../src/media/av/video/open-encoder.js';
import { livePictures } from '../../../../src/media/av/video/picture.js';
import { VideoEncoder } from '../../../../src/media/av/video/video-encoder.js';

const live: VideoEncoderOptions = {
  codec: 'vp8',
  width: 320,
  height: 180,
  frameRate: 30,
  bitrateKbps: 400,
  keyFrameSec: 0,
  purpose: 'realtime',
  effort: 4,
};

/** What came out, second by second: kbit/s and where key frames were. */
async function encode(options: VideoEncoderOptions, seconds: number, before: (frame: number, encoder: VideoEncoder) => boolean) {
  const encoder = await VideoEncoder.open(options);
  const pictures = new GeneratedPictures('testsrc2=s=320x180:r=30,noise=alls=8:allf=t:all_seed=1');
  const kbps: number[] = [];
  const keys: number[] = [];
  const times: number[] = [];
  let bytes = 0;
  for (let frame = 0; frame < seconds * 30; frame++) {
    const key = before(frame, encoder);
    const picture = (await pictures.next())!;
    const ptsUs = Math.round((frame * 1e6) / 30);
    await encoder.encode({ picture, ptsUs, key }, (packet, at) => {
      bytes += packet.size;
      times.push(at);
      if (packet.isKeyframe) keys.push(frame);
    });
    picture.release();
    if (frame % 30 === 29) {
      kbps.push(Math.round((bytes * 8) / 1000));
      bytes = 0;
    }
  }
  encoder.close();
  pictures.close();
  expect(livePictures()).toBe(0);
  return { kbps, keys, times };
}

describe('VideoEncoder', () => {
  for (const codec of ['vp8', 'h264'] as const) {
    it(`${codec}: the bit rate follows within two seconds, without a key frame, and times stay what they were`, async () => {
      const { kbps, keys, times } = await encode({ ...live, codec }, 12, (frame, encoder) => {
        if (frame === 120) encoder.setBitrate(200);
        if (frame === 240) encoder.setBitrate(800);
        return false;
      });
      expect(keys).toEqual([0]);
      expect(times).toEqual(Array.from({ length: 360 }, (_, i) => Math.round((i * 1e6) / 30)));
      for (const [second, wanted] of [
        [3, 400],
        [6, 200],
        [7, 200],
        [10, 800],
        [11, 800],
      ] as const) {
        expect(Math.abs(kbps[second]! / wanted - 1), `second ${second}: ${kbps[second]} of ${wanted} kbit/s`).toBeLessThan(0.25);
      }
    });

    it(`${codec}: a key frame comes where it is asked for, and only there`, async () => {
      const { keys } = await encode({ ...live, codec }, 2, (frame) => frame === 17 || frame === 40);
      expect(keys).toEqual([0, 17, 40]);
    });
  }

  it('VP8 is opened anew when the bit rate leaves what its pacing can bear, with a key frame', async () => {
    const { keys, kbps } = await encode(live, 6, (frame, encoder) => {
      if (frame === 60) encoder.setBitrate(2000);
      return false;
    });
    expect(keys).toEqual([0, 60]);
    expect(kbps[5]).toBeGreaterThan(1200);
  });

  it('refuses odd sizes', async () => {
    await expect(VideoEncoder.open({ ...live, height: 181 })).rejects.toThrow('even number');
  });
});
