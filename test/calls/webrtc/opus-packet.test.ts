import { Application, Bandwidth, createDecoder, createEncoder, getPacketInfo } from 'libopus-wasm';
import { describe, expect, it } from 'vitest';
import { isOpusDtx, opusHasFec, opusSamples } from '../../../src/calls/webrtc/opus-packet.js';
import { encodeStream, seeded } from './support/stream.js';

describe('opusSamples', () => {
  it('agrees with libopus for every TOC byte and frame count', async () => {
    for (let toc = 0; toc < 256; toc++) {
      for (const rest of [
        [1, 0, 0, 0],
        [3, 0, 0, 0, 0, 0, 0],
      ]) {
        const packet = Uint8Array.from([toc, ...rest]);
        const expected = await getPacketInfo(packet).then(
          (info) => info.samples,
          () => undefined,
        );
        if (expected !== undefined) expect(opusSamples(packet), `${toc} ${rest}`).toBe(expected);
      }
    }
    expect(opusSamples(new Uint8Array(0))).toBe(0);
    expect(opusSamples(Uint8Array.from([3, 60]))).toBe(0);
  });
});

describe('opusHasFec', () => {
  const random = seeded(1);
  const noise = (): number => (random() - 0.5) * 0.5;

  it.each([20, 40, 60])('agrees with what the decoder does, for packets of %d ms', async (packetMs) => {
    // Short loud bursts keep the encoder's voice activity detection changing its mind.
    const bursts = (sample: number): number => (Math.floor(sample / 7_000) % 2 ? noise() : 0.001 * noise());
    const sent = await encodeStream(bursts, 2, {
      packetMs,
      application: Application.Voip,
      bitrate: 32_000,
      maxBandwidth: Bandwidth.Wideband,
      fec: true,
      packetLossPercent: 30,
    });
    const found = new Set<boolean>();
    for (let n = 1; n < sent.length; n++) {
      using withFec = await createDecoder({ channels: 1, sampleRate: 48_000 });
      using concealing = await createDecoder({ channels: 1, sampleRate: 48_000 });
      for (let i = Math.max(0, n - 4); i < n; i++)
        for (const decoder of [withFec, concealing]) decoder.decodeFloat(sent[i]!.payload);
      const frameSize = packetMs * 48;
      const repaired = withFec.decodeFloat(sent[n]!.payload, { decodeFec: true, frameSize });
      const concealed = concealing.decodePacketLossFloat(frameSize);
      const differs = repaired.some((sample, i) => sample !== concealed[i]);
      expect(opusHasFec(sent[n]!.payload), `packet ${n}`).toBe(differs);
      found.add(differs);
    }
    expect(found).toEqual(new Set([true, false]));
  });

  it('finds none where the encoder was not asked for it', async () => {
    const sent = await encodeStream(noise, 2, { bitrate: 32_000, fec: false });
    expect(sent.filter((p) => opusHasFec(p.payload))).toEqual([]);
  });

  it('is false for music and for anything cut off', async () => {
    using encoder = await createEncoder({
      channels: 2,
      application: Application.Audio,
      bitrate: 128_000,
      fec: true,
      packetLossPercent: 30,
      frameSize: 960,
    });
    expect(opusHasFec(encoder.encodeFloat(Float32Array.from({ length: 1920 }, noise)))).toBe(false);
    for (const bytes of [[], [0], [1], [2], [2, 0], [3], [3, 0x81], [3, 0xc2, 255, 255]])
      expect(opusHasFec(Uint8Array.from(bytes)), `${bytes}`).toBe(false);
  });
});

it('isOpusDtx tells packets without audio', () => {
  expect(isOpusDtx(Uint8Array.from([0x78]))).toBe(true);
  expect(isOpusDtx(Uint8Array.from([0x78, 1, 2]))).toBe(false);
});
