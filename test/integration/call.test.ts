import { describe, expect, it } from 'vitest';
import type { Packet } from '../../src/media/packet.js';
import { fakeCall } from './support/call.js';
import { decode, tone, toneDb } from './support/listen.js';
import { beats, curtain, offline, onStage } from './support/stage.js';

const BED_HZ = 200;
const ANNA_HZ = 700;
const BEN_HZ = 1500;

const ducked = {
  music: { type: 'test.signal', options: { name: 'bed' } },
  room: { type: 'source.participants' },
  duck: { type: 'mix.duck', in: { bed: 'music', voice: 'room' }, options: { depthDb: -12, holdMs: 0, releaseMs: 200 } },
  opus: { type: 'encode.opus', in: { audio: 'duck' }, options: { bitrateKbps: 128 } },
  call: { type: 'sink.call', in: { audio: 'opus' } },
};
const signals = { bed: tone(BED_HZ, 0.3) };

/** Each packet begins where the one before ended. */
function expectContiguous(packets: readonly Packet[]): void {
  packets.forEach(({ ptsUs }, k) => expect(ptsUs).toBe(packets[0]!.ptsUs + 20_000 * k));
}

describe('a bed under voices in a call', () => {
  it('goes down by its depth within the attack, stays while anybody speaks, and comes back', async () => {
    const call = fakeCall();
    const stage = await onStage({ nodes: ducked, signals, gateway: call, debug: false });
    beats(stage, 50);
    const anna = call.join('anna', tone(ANNA_HZ, 0.2));
    beats(stage, 50);
    const ben = call.join('ben', tone(BEN_HZ, 0.2));
    beats(stage, 25);
    call.leave('anna');
    beats(stage, 25);
    ben.speaks = false;
    beats(stage, 100);
    const sound = await decode(call.sent.get('')!);
    const full = toneDb(sound, BED_HZ, 0.2, 0.9);
    expect(full).toBeCloseTo(20 * Math.log10(0.3), 0);
    // 20 ms of attack and 10 of the level's own mean, behind the first sample of speech.
    expect(toneDb(sound, BED_HZ, 1.05, 1.95) - full).toBeCloseTo(-12, 0);
    expect(toneDb(sound, BED_HZ, 2.05, 2.95) - full).toBeCloseTo(-12, 0);
    expect(toneDb(sound, BED_HZ, 3.3, 4.9) - full).toBeCloseTo(0, 0);
    expect(toneDb(sound, ANNA_HZ, 1.1, 2.4)).toBeCloseTo(20 * Math.log10(0.2), 0);
    expect(toneDb(sound, ANNA_HZ, 2.6, 4.9)).toBeLessThan(-50);
    expect(toneDb(sound, BEN_HZ, 2.1, 2.9)).toBeCloseTo(20 * Math.log10(0.2), 0);
    // Once a tick while he is there, and not once more.
    expect(anna.pulls).toBe(75);
    expect(ben.pulls).toBe(150);
    expectContiguous(call.sent.get('')!);
    expect(call.sent.get('')).toHaveLength(250);
    await curtain(stage);
  });

  it('lets nobody hear himself, and changes nothing for the others', async () => {
    const call = fakeCall();
    const stage = await onStage({ nodes: ducked, signals, gateway: call, debug: false });
    beats(stage, 10);
    const anna = call.join('anna', tone(ANNA_HZ, 0.2));
    const ben = call.join('ben', tone(BEN_HZ, 0.2));
    call.personalMixes$.next(new Set(['anna']));
    await stage.clock.settle();
    beats(stage, 50);
    call.personalMixes$.next(new Set(['anna', 'ben']));
    await stage.clock.settle();
    beats(stage, 50);
    call.personalMixes$.next(new Set());
    beats(stage, 10);
    const all = await decode(call.sent.get('')!);
    const forAnna = await decode(call.sent.get('anna')!);
    const forBen = await decode(call.sent.get('ben')!);
    expect(toneDb(all, ANNA_HZ, 0.3, 2.1)).toBeGreaterThan(-15);
    expect(toneDb(all, BEN_HZ, 0.3, 2.1)).toBeGreaterThan(-15);
    expect(toneDb(forAnna, ANNA_HZ, 0.1, 1.9)).toBeLessThan(-60);
    expect(toneDb(forAnna, BEN_HZ, 0.1, 1.9)).toBeGreaterThan(-15);
    expect(toneDb(forBen, BEN_HZ, 0.1, 0.9)).toBeLessThan(-60);
    expect(toneDb(forBen, ANNA_HZ, 0.1, 0.9)).toBeGreaterThan(-15);
    expect(toneDb(forBen, BED_HZ, 0.2, 0.9)).toBeLessThan(20 * Math.log10(0.3) - 11);
    // However many mixes there are, each voice is taken once a tick.
    expect([anna.pulls, ben.pulls]).toEqual([110, 110]);
    expect(call.sent.get('')).toHaveLength(120);
    expect(call.sent.get('anna')).toHaveLength(100);
    expect(call.sent.get('ben')).toHaveLength(50);
    for (const packets of call.sent.values()) expectContiguous(packets);
    expect(stage.events.filter((event) => 'problem' in event)).toEqual([]);
    await curtain(stage);
  });
});

describe('packets for a call', () => {
  const spoken = (options: object) => ({
    voice: { type: 'test.signal', options: { name: 'voice' } },
    opus: { type: 'encode.opus', in: { audio: 'voice' }, options },
    call: { type: 'sink.call', in: { audio: 'opus' } },
  });

  it.each(['offline', 'virtual'])('lack none at the start, hold what went in and say how loud it is (%s)', async (kind) => {
    const call = fakeCall();
    const setup = { nodes: spoken({}), signals: { voice: tone(1000, 0.25) }, gateway: call, debug: false };
    if (kind === 'offline') await offline({ ...setup, durationUs: 2_000_000 });
    else {
      const stage = await onStage(setup);
      beats(stage, 100);
      expect(stage.node('opus').counters).toEqual({ encoded: 100 });
      await curtain(stage);
    }
    const packets = call.sent.get('')!;
    expect(packets[0]!.ptsUs).toBe(0);
    expectContiguous(packets);
    // Offline the end is flushed: the lookahead makes one packet more.
    expect(packets.length).toBeGreaterThanOrEqual(100);
    expect(packets.length).toBeLessThanOrEqual(101);
    const sound = await decode(packets);
    expect(toneDb(sound, 1000, 0.1, 1.9)).toBeCloseTo(20 * Math.log10(0.25), 0);
    // A sine of 0.25 has an RMS of −15.05 dB.
    for (const { levelDbov } of packets.slice(0, 100)) expect(levelDbov).toBe(-15);
    for (const { key, codec, durationUs } of packets)
      expect({ key, codec, durationUs }).toEqual({ key: true, codec: 'opus', durationUs: 20_000 });
  });

  it.each([false, true])('cost next to nothing in silence, and come back with the voice (dtx %s)', async (dtx) => {
    const call = fakeCall();
    const stage = await onStage({
      nodes: {
        voice: { type: 'source.participants' },
        sum: { type: 'mix.sum', in: { audio: 'voice' } },
        opus: { type: 'encode.opus', in: { audio: 'sum' }, options: { dtx } },
        call: { type: 'sink.call', in: { audio: 'opus' } },
      },
      gateway: call,
      debug: false,
    });
    const anna = call.join('anna', tone(1000, 0.25));
    beats(stage, 50);
    anna.speaks = false;
    beats(stage, 100);
    anna.speaks = true;
    beats(stage, 50);
    const packets = call.sent.get('')!;
    const silent = packets.filter(({ levelDbov }) => levelDbov === -127);
    const resting = packets.filter(({ data }) => data.length === 3);
    if (dtx) {
      // 200 ms are encoded, then one packet in each 400 ms.
      expect(resting.length).toBe(5);
      packets.forEach(({ ptsUs }) => expect(ptsUs % 20_000).toBe(0));
    } else {
      expect(packets).toHaveLength(200);
      expectContiguous(packets);
      expect(resting).toHaveLength(90);
      const sound = await decode(packets);
      expect(toneDb(sound, 1000, 1.3, 2.9)).toBeLessThan(-80);
      expect(toneDb(sound, 1000, 3.1, 3.9)).toBeCloseTo(20 * Math.log10(0.25), 0);
    }
    expect(silent.length).toBeGreaterThanOrEqual(resting.length);
    await curtain(stage);
  });

  it('change their bit rate while they flow, with no gap and no step in level', async () => {
    const call = fakeCall();
    const noise = (sample: number) => 0.4 * ((Math.imul(sample + 1, 0x9e3779b1) >>> 8) / 2 ** 23 - 1);
    const stage = await onStage({
      nodes: spoken({ bitrateKbps: 128, vbr: false }),
      signals: { voice: (i) => noise(i) + 0.3 * Math.sin((2 * Math.PI * 400 * i) / 48_000) },
      gateway: call,
      debug: false,
    });
    beats(stage, 50);
    stage.run.setOptions('opus', { bitrateKbps: 32 });
    await stage.clock.settle();
    beats(stage, 100);
    const packets = call.sent.get('')!;
    expect(packets).toHaveLength(150);
    expectContiguous(packets);
    expect(packets[40]!.data.length).toBe(320);
    expect(packets.at(-1)!.data.length).toBe(80);
    const sound = await decode(packets);
    for (let at = 0.2; at < 2.8; at += 0.2) expect(toneDb(sound, 400, at, at + 0.2)).toBeCloseTo(20 * Math.log10(0.3), -0.5);
    await curtain(stage);
  });
});
