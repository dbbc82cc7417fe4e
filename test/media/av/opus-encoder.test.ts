import { afterAll, describe, expect, it } from 'vitest';
import {
  createOpusEncoder,
  openAudioFileWriter,
  opusHead,
  type OpusEncoder,
  type OpusOptions,
} from '../../../src/media/av/index.js';
import { goertzelDb } from '../../../src/media/dsp/measure.js';
import { createAudioFrame, type AudioFrame } from '../../../src/media/frame.js';
import type { Packet } from '../../../src/media/packet.js';
import { makeTempDir, readAll, sine, type Signal } from '../../support/media-fixtures.js';

const temp = makeTempDir();
afterAll(() => temp.remove());

function fill(frame: AudioFrame, signal: Signal, at: number): AudioFrame {
  frame.planes.forEach((plane, c) => plane.forEach((_, i) => (plane[i] = signal(at + i, c))));
  return frame;
}

/** Encodes `samples` samples in frames of `step`, and gives copies of the packets. */
function encodeAll(encoder: OpusEncoder, signal: Signal, samples: number, step = 960, channels = 2): Buffer[] {
  const packets: Buffer[] = [];
  const emit = (data: Uint8Array): void => void packets.push(Buffer.from(data));
  for (let at = 0; at < samples; at += step) encoder.encode(fill(createAudioFrame(channels, step), signal, at), emit);
  encoder.flush(emit);
  return packets;
}

/** Puts packets into a file and decodes it. */
async function decode(
  packets: readonly Buffer[],
  encoder: { readonly extradata: Uint8Array; readonly packetSamples: number; readonly channels: 1 | 2 },
): Promise<Float32Array[]> {
  const path = temp.path('packets.ogg');
  const writer = await openAudioFileWriter(path, { packets: { extradata: encoder.extradata }, channels: encoder.channels });
  const durationUs = encoder.packetSamples / 0.048;
  const packet: Packet = { kind: 'packet', codec: 'opus', ptsUs: 0, durationUs, key: true, data: new Uint8Array() };
  packets.forEach((data, n) => writer.writePacket(Object.assign(packet, { data, ptsUs: n * durationUs })));
  await writer.finish();
  return (await readAll(path)).planes;
}

describe('packets', () => {
  it.each([
    [2.5, 120],
    [5, 240],
    [10, 480],
    [20, 960],
    [40, 1920],
    [60, 2880],
  ] as const)('of %d ms hold %d samples and decode to what went in', async (frameMs, packetSamples) => {
    const encoder = await createOpusEncoder({ frameMs, bitrateKbps: 128 });
    // Below 10 ms libopus works in its low-delay mode.
    const lookaheadSamples = frameMs < 10 ? 120 : 312;
    expect(encoder).toMatchObject({ packetSamples, channels: 2, lookaheadSamples });
    const packets = encodeAll(encoder, sine([440, 2000], 0.25), 48_000);
    expect(packets).toHaveLength(Math.ceil((48_000 + lookaheadSamples) / packetSamples));
    const planes = await decode(packets, encoder);
    encoder.close();
    expect(planes[0]!.length).toBeGreaterThanOrEqual(48_000);
    expect(goertzelDb(planes[0]!.subarray(4800, 43_200), 440, 48_000)).toBeCloseTo(-12, 0);
    expect(goertzelDb(planes[1]!.subarray(4800, 43_200), 2000, 48_000)).toBeCloseTo(-12, 0);
  });

  it.each([1, 100, 441, 959, 961, 4000])('do not depend on input frames of %d samples', async (step) => {
    const reference = await createOpusEncoder();
    const expected = encodeAll(reference, sine(440), 960 * 8);
    const encoder = await createOpusEncoder();
    const packets = encodeAll(encoder, (i, c) => (i < 960 * 8 ? sine(440)(i, c) : 0), 960 * 8, step);
    reference.close();
    encoder.close();
    expect(packets.slice(0, 8)).toEqual(expected.slice(0, 8));
  });

  it('are the same every time', async () => {
    const [a, b] = [await createOpusEncoder(), await createOpusEncoder()];
    expect(encodeAll(a, sine(440), 9600)).toEqual(encodeAll(b, sine(440), 9600));
    a.close();
    b.close();
  });

  it('of mono frames fill both channels, and stereo frames mix into mono', async () => {
    const stereo = await createOpusEncoder({ channels: 2 });
    const both = await decode(encodeAll(stereo, sine(500, 0.3), 24_000, 960, 1), stereo);
    stereo.close();
    for (const plane of both) expect(goertzelDb(plane.subarray(4800, 19_200), 500, 48_000)).toBeCloseTo(-10.5, 0);
    const mono = await createOpusEncoder({ channels: 1 });
    const one = await decode(encodeAll(mono, sine([500, 3000], 0.5), 24_000), mono);
    mono.close();
    expect(one).toHaveLength(1);
    expect(goertzelDb(one[0]!.subarray(4800, 19_200), 500, 48_000)).toBeCloseTo(-12, 0);
    expect(goertzelDb(one[0]!.subarray(4800, 19_200), 3000, 48_000)).toBeCloseTo(-12, 0);
  });

  it('survive NaN, infinity and too loud samples, which are counted', async () => {
    const encoder = await createOpusEncoder();
    const clean = sine(440);
    const packets = encodeAll(
      encoder,
      (i, c) => (i % 1000 === 7 ? [NaN, Infinity, -Infinity][i % 3]! : i % 1000 === 9 ? 40 : clean(i, c)),
      24_000,
    );
    const planes = await decode(packets, encoder);
    expect(encoder.badSamples).toBe(48);
    expect(encoder.clippedSamples).toBe(48);
    expect(planes[0]!.every((sample) => Math.abs(sample) < 2)).toBe(true);
    expect(goertzelDb(planes[0]!, 440, 48_000)).toBeGreaterThan(-8);
    encoder.close();
  });

  it('have the header of RFC 7845', async () => {
    const encoder = await createOpusEncoder({ channels: 1 });
    expect(Buffer.from(encoder.extradata)).toEqual(Buffer.from(opusHead(1)));
    encoder.close();
  });
});

describe('options', () => {
  const meanBytes = async (options: OpusOptions): Promise<number> => {
    const encoder = await createOpusEncoder(options);
    const packets = encodeAll(encoder, (i, c) => sine([440, 700])(i, c) + sine(5000, 0.1)(i * ((i >> 9) % 7), c), 48_000);
    encoder.close();
    return packets.reduce((sum, packet) => sum + packet.length, 0) / packets.length;
  };

  it('the bit rate is kept, exactly so without vbr', async () => {
    expect(await meanBytes({ bitrateKbps: 32, vbr: false })).toBe(80);
    expect(await meanBytes({ bitrateKbps: 128, vbr: false })).toBe(320);
    const [low, high] = [await meanBytes({ bitrateKbps: 24 }), await meanBytes({ bitrateKbps: 160, vbr: 'constrained' })];
    expect(high).toBeGreaterThan(2 * low);
  });

  it.each([
    { bitrateKbps: 6 },
    { bitrateKbps: 510 },
    { bitrateKbps: 510, channels: 1 },
    { complexity: 0 },
    { application: 'voip', fec: true, packetLossPercent: 20 },
    { application: 'lowdelay', frameMs: 10 },
  ] as OpusOptions[])('take %j', async (options) => {
    expect(await meanBytes(options)).toBeGreaterThan(3);
  });

  it.each([
    { bitrateKbps: 5 },
    { bitrateKbps: 511 },
    { bitrateKbps: NaN },
    { complexity: 11 },
    { packetLossPercent: 101 },
    { frameMs: 15 },
    { channels: 3 },
  ])('refuse %j', async (options) => {
    await expect(createOpusEncoder(options as OpusOptions)).rejects.toMatchObject({ code: 'OPTION_OUT_OF_RANGE' });
  });
});

describe('while running', () => {
  /** Encodes 150 packets of a sine, changing the rate at the 50th. */
  async function changeRate(fromKbps: number, ...toKbps: readonly number[]): Promise<{ sizes: number[]; levels: number[] }> {
    const encoder = await createOpusEncoder({ bitrateKbps: fromKbps, vbr: false });
    const packets: Buffer[] = [];
    const frame = createAudioFrame(2);
    for (let n = 0; n < 150; n++) {
      if (n === 50) {
        await Promise.all(toKbps.map((kbps) => encoder.setBitrate(kbps)));
        expect(encoder.bitrateKbps).toBe(fromKbps);
      }
      encoder.encode(fill(frame, sine(440, 0.25), n * 960), (data) => packets.push(Buffer.from(data)));
    }
    expect(encoder.bitrateKbps).toBe(toKbps.at(-1));
    const [left] = await decode(packets, encoder);
    encoder.close();
    const levels = [];
    for (let at = 40_000; at < 90_000; at += 240) levels.push(goertzelDb(left!.subarray(at, at + 1200), 440, 48_000));
    return { sizes: packets.map((packet) => packet.length), levels };
  }

  it('the bit rate changes unheard, and the last change asked for counts', async () => {
    const { sizes, levels } = await changeRate(64, 32, 96);
    expect(sizes).toEqual([...Array<number>(55).fill(160), ...Array<number>(95).fill(240)]);
    expect(Math.max(...levels)).toBeLessThan(-11.6);
    expect(Math.min(...levels)).toBeGreaterThan(-12.4);
  });

  it('between speech modes it dips for a moment', async () => {
    const { sizes, levels } = await changeRate(128, 16);
    expect(sizes).toEqual([...Array<number>(55).fill(320), ...Array<number>(95).fill(40)]);
    // The window is 25 ms long and moves by 5: ten of them see a dip of 6 ms and its edges.
    expect(levels.filter((level) => level < -13.5 || level > -10.5).length).toBeLessThanOrEqual(10);
  });

  it('refuses a bit rate out of range', async () => {
    const encoder = await createOpusEncoder();
    await expect(encoder.setBitrate(1)).rejects.toMatchObject({ code: 'OPTION_OUT_OF_RANGE' });
    encoder.close();
  });

  it('closing is allowed at any time and twice', async () => {
    const encoder = await createOpusEncoder();
    const changing = encoder.setBitrate(100);
    encoder.close();
    encoder.close();
    await changing;
    const fail = (): void => expect.unreachable();
    encoder.encode(createAudioFrame(2), fail);
    encoder.flush(fail);
    await encoder.setBitrate(90);
    expect(encoder.bitrateKbps).toBe(64);
  });

  it('a listener that throws does not harm the encoder', async () => {
    const encoder = await createOpusEncoder();
    const frame = createAudioFrame(2);
    expect(() =>
      encoder.encode(frame, () => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
    let packets = 0;
    for (let n = 0; n < 5; n++) encoder.encode(frame, () => packets++);
    expect(packets).toBe(5);
    encoder.close();
  });
});
