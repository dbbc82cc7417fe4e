import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openDevice } from '../../../src/media/av/open-device.js';
import { createAudioFrame } from '../../../src/media/frame.js';
import { device } from '../../../src/nodes/sources/device.js';
import { renderNode } from '../../../src/testing/index.js';
import { largestDifference, sine } from '../support/signals.js';

describe('source.device', () => {
  it.each(['avfoundation', 'dshow'].filter((_, i) => process.platform !== ['darwin', 'win32'][i]))(
    'says plainly that there are no %s devices here',
    async (format) => {
      const { outputs } = await renderNode(device, { options: { format, device: 'x' } });
      expect(outputs.audio!.end!.error).toMatchObject({
        code: 'DEVICE_UNAVAILABLE',
        message: `no sound can be taken from the ${format} device "x": this build of FFmpeg has none of that kind.`,
      });
    },
  );

  // Where there is a sound card the usual device may well be there.
  it.skipIf(process.platform !== 'linux' || existsSync('/dev/snd'))('says plainly that there is no device', async () => {
    const { outputs, problems } = await renderNode(device, {});
    expect(outputs.audio!.end!.error).toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: expect.stringContaining('there is none of that name, or another program holds it') as string,
    });
    expect(problems).toEqual([]);
  });
});

describe('openDevice', () => {
  it('reads what a device gives, only so far ahead, and lets go of it', async () => {
    // FFmpeg's own signal generator stands in for a microphone.
    const reader = await openDevice('lavfi', 'sine=frequency=440:sample_rate=48000:samples_per_frame=960');
    expect(reader.remote).toMatchObject({ live: true, seekable: false });
    const frame = createAudioFrame(reader.channels);
    const heard: number[] = [];
    for (let i = 0; i < 100; i++) {
      while (!reader.approach(Infinity)) await reader.remote!.arrived();
      expect(reader.read(frame)).toBe(960);
      heard.push(...frame.planes[0]!);
    }
    expect(largestDifference(Float32Array.from(heard), sine(96_000, 440, 0.125))).toBeLessThan(0.001);
    reader.close();
    reader.close();
    expect(reader.read(frame)).toBe(0);
  });
});
