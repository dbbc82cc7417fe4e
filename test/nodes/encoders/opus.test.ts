import { describe, expect, it } from 'vitest';
import { opus } from '../../../src/nodes/encoders/opus.js';
import { opusSilence } from '../../../src/media/opus-silence.js';
import { marbles, renderNode } from '../../../src/testing/index.js';
import { sine } from '../support/signals.js';

const SECOND = 48_000;

describe('encode.opus', () => {
  it('gives a packet for each 20 ms, with time, duration and loudness', async () => {
    const { outputs, counters } = await renderNode(opus, { inputs: { audio: sine(SECOND, 1000, 0.5) } });
    const { packets, end } = outputs.audio!;
    expect(packets.length).toBeGreaterThanOrEqual(50);
    packets.forEach((packet, i) => expect([packet.ptsUs, packet.durationUs, packet.codec]).toEqual([i * 20_000, 20_000, 'opus']));
    for (const packet of packets.slice(0, 50)) expect(packet.levelDbov).toBe(-9);
    expect(counters.encoded).toBe(packets.length);
    expect(end).toEqual({ tick: 50 });
    const bytes = packets.reduce((sum, packet) => sum + packet.data.length, 0);
    expect(bytes).toBeGreaterThan(2000);
    expect(bytes).toBeLessThan(20_000);
  });

  it.each([40, 60] as const)('makes packets of %i ms', async (frameMs) => {
    const { outputs } = await renderNode(opus, { inputs: { audio: sine(SECOND / 2, 440) }, options: { frameMs, channels: 1 } });
    const { packets } = outputs.audio!;
    packets.forEach((packet, i) => expect([packet.ptsUs, packet.durationUs]).toEqual([i * frameMs * 1000, frameMs * 1000]));
    expect(packets.length).toBeGreaterThanOrEqual(Math.ceil(500 / frameMs));
    const whole = packets.slice(0, Math.floor(500 / frameMs));
    for (const packet of whole) expect(packet.levelDbov).toBe(whole[0]!.levelDbov);
    expect(whole[0]!.levelDbov).toBeGreaterThan(-20);
  });

  it('rests in silence after 200 ms, and wakes with the sound', async () => {
    const drawing = 'aaaaa' + '0'.repeat(30) + 'aaaaa';
    for (const frameMs of [20, 40, 60] as const) {
      const { outputs } = await renderNode(opus, { inputs: { audio: marbles(drawing + '|') }, options: { frameMs } });
      const { packets } = outputs.audio!;
      const nothing = opusSilence(frameMs * 1000, 2);
      const resting = packets.filter(
        ({ data }) => data.length === nothing.length && data.every((byte, i) => byte === nothing[i]),
      );
      expect(resting.length).toBeGreaterThanOrEqual(Math.floor((17 * 20) / frameMs));
      expect(resting.length).toBeLessThanOrEqual(Math.ceil((20 * 20) / frameMs));
      for (const packet of resting) expect(packet.levelDbov).toBe(-127);
      packets.forEach((packet, i) => expect(packet.ptsUs).toBe(i * frameMs * 1000));
      expect(packets.length * frameMs).toBeGreaterThanOrEqual(800);
    }
  });

  it('with dtx sends one packet each 400 ms of silence', async () => {
    const { outputs, counters } = await renderNode(opus, {
      inputs: { audio: marbles('0'.repeat(110) + '|') },
      options: { dtx: true },
    });
    const { packets } = outputs.audio!;
    // Ten are encoded, the hundred that rest are one in twenty.
    expect(packets.map((packet) => packet.ptsUs / 20_000)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 30, 50, 70, 90]);
    expect(counters.encoded).toBe(15);
  });

  it('changes its bit rate while it runs', async () => {
    const { outputs } = await renderNode(opus, {
      inputs: { audio: (i) => 0.3 * Math.sin(i * i * 1e-6) },
      options: { bitrateKbps: 32 },
      optionChanges: [{ atMs: 500, options: { bitrateKbps: 256 } }],
      durationMs: 1000,
    });
    const { packets } = outputs.audio!;
    const size = (from: number, to: number) => packets.slice(from, to).reduce((sum, packet) => sum + packet.data.length, 0);
    expect(size(30, 50)).toBeGreaterThan(2 * size(5, 25));
    packets.forEach((packet, i) => expect(packet.ptsUs).toBe(i * 20_000));
  });

  it('ends with nothing for nothing, and fails with its input', async () => {
    const empty = await renderNode(opus, { inputs: { audio: marbles('|') } });
    expect(empty.outputs.audio!.end).toEqual({ tick: 0 });
    const failed = await renderNode(opus, { inputs: { audio: marbles('aa#') } });
    expect(failed.outputs.audio!.packets).toHaveLength(2);
    expect(failed.outputs.audio!.end!.error).toBeInstanceOf(Error);
  });
});
