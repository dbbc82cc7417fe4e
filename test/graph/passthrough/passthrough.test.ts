import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { splitOpus } from '../../../src/media/opus/packet-frames.js';
import { heard, packetsOf, same, sendAll, type Script } from './rig.js';

const TUNE = fileURLToPath(new URL('../../../media/tune.opus', import.meta.url));
const original = await packetsOf(TUNE);

const graph = (more: { gain?: object; opus?: object; src?: object } = {}) => ({
  song: { type: 'source.file', options: { src: TUNE, ...more.src } },
  gain: { type: 'effect.gain', in: { audio: 'song' }, options: more.gain ?? {} },
  tee: { type: 'flow.tee', in: { audio: 'gain' } },
  meter: { type: 'meter.level', in: { audio: 'tee.a' } },
  opus: { type: 'encode.opus', in: { audio: 'meter.audio' }, options: more.opus ?? {} },
  call: { type: 'sink.call', in: { audio: 'opus' } },
});

/** Packets from the file at the right place, by index. */
const copied = (sent: readonly { readonly data: Uint8Array }[], from = 0) =>
  sent.map(({ data }, i) => same(data, original[from + i]));

describe('Opus passthrough', () => {
  test('packets reach the call as they stand in the file, and nothing is encoded', async () => {
    const { sent, stats } = await sendAll(graph(), { ms: 2000 });
    expect(sent).toHaveLength(100);
    expect(copied(sent).every(Boolean)).toBe(true);
    expect(sent.map(({ ptsUs, durationUs }) => [ptsUs, durationUs])).toEqual(sent.map((_, i) => [i * 20_000, 20_000]));
    expect(stats.nodes.opus!.counters).toEqual({ copied: 100 });
  });

  test.each([
    ['an active effect', graph({ gain: { gainDb: -6 } })],
    ['the option', graph({ opus: { passthrough: false } })],
    ['mono packets', graph({ opus: { channels: 1 } })],
  ])('%s: everything is encoded', async (_, nodes) => {
    const { sent, stats } = await sendAll(nodes, { ms: 400 });
    expect(sent.length).toBeGreaterThanOrEqual(20);
    expect(copied(sent).some(Boolean)).toBe(false);
    expect(stats.nodes.opus!.counters.copied).toBeUndefined();
  });

  test('in debug mode, where every consumer has a copy, everything is encoded', async () => {
    const { stats } = await sendAll(graph(), { ms: 200, debug: true });
    expect(stats.nodes.opus!.counters.copied).toBeUndefined();
  });

  test('an effect that wakes is heard in the very next packet, and when it rests packets are copied again', async () => {
    const script: Script = [
      [1000, (run) => run.setOptions('gain', { gainDb: -12 })],
      [2000, (run) => run.setOptions('gain', { gainDb: 0 })],
    ];
    const { sent } = await sendAll(graph(), { ms: 4000, script });
    const which = copied(sent);
    const first = which.indexOf(false);
    const again = which.lastIndexOf(false) + 1;
    expect(first * 20).toBeGreaterThanOrEqual(980);
    expect(first * 20).toBeLessThanOrEqual(1020);
    // The ramp back, then ten calm frames.
    expect(again * 20).toBeGreaterThanOrEqual(2200);
    expect(again * 20).toBeLessThanOrEqual(2280);
    expect(which.slice(first, again).some(Boolean)).toBe(false);
    const [out, whole] = await Promise.all([heard(sent.map(({ data }) => data)), heard(original.slice(0, 200))]);
    const level = (from: number, to: number, of: Float32Array) =>
      Math.sqrt(of.subarray(from * 48, to * 48).reduce((sum, x) => sum + x * x, 0) / ((to - from) * 48));
    expect(20 * Math.log10(level(1100, 1900, out) / level(1100, 1900, whole))).toBeCloseTo(-12, 0);
    expect(20 * Math.log10(level(2400, 3900, out) / level(2400, 3900, whole))).toBeCloseTo(0, 0);
  });

  test('to and fro without a gap or a click: the error at the seams is that of encoding again', async () => {
    // A hundredth of a decibel: the sound stays what it is, so that all that differs is the coding.
    const wake: Script = [500, 1000, 1500, 2000, 2500].flatMap((atMs) => [
      [atMs, (run) => run.setOptions('gain', { gainDb: 0.01 })],
      [atMs + 100, (run) => run.setOptions('gain', { gainDb: 0 })],
    ]);
    const [there, always] = await Promise.all([
      sendAll(graph(), { ms: 3000, script: wake }),
      sendAll(graph({ opus: { passthrough: false } }), { ms: 3000 }),
    ]);
    const [switched, encoded, whole] = await Promise.all(
      [there.sent.map(({ data }) => data), always.sent.map(({ data }) => data), original.slice(0, 150)].map(heard),
    );
    const seams = copied(there.sent).flatMap((one, i, all) => (i > 0 && one !== all[i - 1] ? [i] : []));
    expect(seams).toHaveLength(10);
    const worst = (of: Float32Array, from: number, to: number) => {
      let peak = 0;
      for (let i = from; i < to; i++) peak = Math.max(peak, Math.abs(of[i]! - whole![i]!));
      return peak;
    };
    const usual = worst(encoded!, 24_000, 140_000);
    for (const seam of seams) expect(worst(switched!, seam * 960 - 480, (seam + 5) * 960)).toBeLessThan(usual * 1.25);
    // Where packets were copied for a while, they decode to what the file does.
    expect(worst(switched!, (seams[1]! + 12) * 960, seams[2]! * 960)).toBeLessThan(1e-3);
  });

  test('60 ms: three packets are joined without encoding', async () => {
    const { sent, stats } = await sendAll(graph({ opus: { frameMs: 60 } }), { ms: 1200 });
    expect(sent.map(({ ptsUs, durationUs }) => [ptsUs, durationUs])).toEqual(sent.map((_, i) => [i * 60_000, 60_000]));
    expect(sent).toHaveLength(20);
    const frames = sent.flatMap(({ data }) => splitOpus(data)!.frames.map((frame) => [...frame]));
    expect(frames).toEqual(original.slice(0, 60).map((packet) => [...packet.subarray(1)]));
    expect(stats.nodes.opus!.counters).toEqual({ copied: 20 });
    const [joined, whole] = await Promise.all([heard(sent.map(({ data }) => data)), heard(original.slice(0, 60))]);
    expect(joined).toEqual(whole);
  });

  test('what filling a packet costs is measured where it arrives, beside what is declared', async () => {
    const { stats } = await sendAll(graph({ opus: { frameMs: 60 } }), { ms: 1200 });
    expect(stats.nodes.call!.lateMs).toEqual({ audio: 40 });
    expect(stats.nodes.opus).toMatchObject({ latencyMs: 46.5, lateMs: { audio: 0 } });
    expect(stats.nodes.song!.lateMs).toEqual({});
  });

  test('60 ms: a change in the middle of a packet ends it early, and no time is lost', async () => {
    const script: Script = [
      [420, (run) => run.setOptions('gain', { gainDb: -3 })],
      [900, (run) => run.setOptions('gain', { gainDb: 0 })],
    ];
    const { sent } = await sendAll(graph({ opus: { frameMs: 60 } }), { ms: 2400, script });
    let at = 0;
    for (const { ptsUs, durationUs } of sent) {
      expect(ptsUs).toBe(at);
      at += durationUs;
    }
    expect(at).toBeGreaterThanOrEqual(2_400_000);
  });

  test('pause is silence, and going on copies again from where it stopped', async () => {
    const script: Script = [
      [500, (run) => run.command('song', { type: 'pause' })],
      [1500, (run) => run.command('song', { type: 'play' })],
    ];
    const { sent, events } = await sendAll(graph(), { ms: 3000, script });
    expect(sent).toHaveLength(150);
    const out = await heard(sent.map(({ data }) => data));
    const peak = (fromMs: number, toMs: number) =>
      out.subarray(fromMs * 48, toMs * 48).reduce((top, x) => Math.max(top, Math.abs(x)), 0);
    expect(peak(700, 1490)).toBeLessThan(1e-4);
    expect(peak(1600, 2900)).toBeGreaterThan(0.05);
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['stream.paused', 'stream.resumed']));
    const last = sent.at(-1)!.data;
    const at = original.findIndex((packet) => same(packet, last));
    // A second of silence, one frame of which was faded over on both sides.
    expect(149 - at).toBeGreaterThanOrEqual(49);
    expect(149 - at).toBeLessThanOrEqual(51);
  });

  test('seek lands within 10 ms and copies from there', async () => {
    const script: Script = [[500, (run) => run.command('song', { type: 'seek', positionMs: 10_000 })]];
    const { sent } = await sendAll(graph(), { ms: 1500, script });
    const at = original.findIndex((packet) => same(packet, sent.at(-1)!.data));
    // The last packet is 75 − 1 − 25 packets behind the position; packet n of the file begins 6.5 ms before n × 20 ms.
    expect(Math.abs(at - (500 + 49))).toBeLessThanOrEqual(1);
    expect(copied(sent.slice(-30), at - 29).every(Boolean)).toBe(true);
  });

  test('a start position, and an end', async () => {
    const { sent, events } = await sendAll(graph({ src: { startSec: 5, endSec: 6 } }), { ms: 3000 });
    expect(copied(sent.slice(0, 20), 250).every(Boolean)).toBe(true);
    expect(sent.length).toBeGreaterThanOrEqual(50);
    expect(sent.length).toBeLessThanOrEqual(52);
    expect(events.filter(({ type }) => type === 'stream.ended')).toMatchObject([{ reason: 'finished' }]);
  });

  test('a loop goes round without a gap, and is copied again', async () => {
    const { sent, events, stats } = await sendAll(graph({ src: { loop: true, startSec: 1, endSec: 2.005 } }), { ms: 4000 });
    expect(sent).toHaveLength(200);
    expect(events.filter(({ type }) => type === 'stream.looped')).toHaveLength(3);
    expect(stats.nodes.opus!.counters.copied).toBeGreaterThan(140);
    const out = await heard(sent.map(({ data }) => data));
    // Nowhere 5 ms of nothing.
    for (let at = 2400; at + 240 < out.length; at += 240)
      expect(out.subarray(at, at + 240).some((x) => Math.abs(x) > 1e-4)).toBe(true);
  });
});
