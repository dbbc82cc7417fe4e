import { describe, expect, it } from 'vitest';
import { MixRouter } from '../../../src/calls/room/mix-router.js';
import type { Packet } from '../../../src/media/packet.js';

const FRAME_US = 20_000;

function packet(ptsUs: number, mix: string, durationUs = FRAME_US): Packet {
  return { kind: 'packet', codec: 'opus', ptsUs, durationUs, key: true, data: Buffer.from(mix) };
}

function listener(participantId: string) {
  const heard: string[] = [];
  return {
    participantId,
    heard,
    hear: (given: Packet) => void heard.push(`${Buffer.from(given.data).toString()}@${given.ptsUs / 1000}`),
  };
}

describe('the router of mixes', () => {
  it('gives everybody the common mix', () => {
    const router = new MixRouter();
    const [anna, ben] = [listener('anna'), listener('ben')];
    router.update([anna, ben], []);
    router.send(packet(0, 'all'), undefined);
    expect([anna.heard, ben.heard]).toEqual([['all@0'], ['all@0']]);
    expect(router.unheard).toBe(0);
  });

  it('counts what nobody hears', () => {
    const router = new MixRouter();
    router.send(packet(0, 'all'), undefined);
    router.send(packet(0, 'anna'), 'anna');
    expect(router.unheard).toBe(1);
  });

  it('asks for a personal mix only for those who speak and listen, and says so only when that changes', () => {
    const router = new MixRouter();
    const asked: string[][] = [];
    router.personal$.subscribe((ids) => asked.push([...ids]));
    router.update([listener('anna')], ['ben']);
    router.update([listener('anna')], ['ben', 'anna']);
    router.update([listener('anna'), listener('carl')], ['anna']);
    router.update([], ['anna']);
    expect(asked).toEqual([[], ['anna'], []]);
  });

  it('changes over to the personal mix when it flows, and back, without a gap and without hearing anything twice', () => {
    const router = new MixRouter();
    const [anna, ben] = [listener('anna'), listener('ben')];
    router.update([anna, ben], []);
    for (let tick = 0; tick < 8; tick++) {
      if (tick === 1) router.update([anna, ben], ['anna']);
      if (tick === 5) router.update([anna, ben], []);
      router.send(packet(tick * FRAME_US, 'all'), undefined);
      // It takes a tick to begin, and one too many comes at the end.
      if (tick >= 2 && tick <= 5) router.send(packet(tick * FRAME_US, 'anna'), 'anna');
    }
    expect(anna.heard).toEqual(['all@0', 'all@20', 'all@40', 'anna@60', 'anna@80', 'all@100', 'all@120', 'all@140']);
    expect(ben.heard).toEqual([0, 20, 40, 60, 80, 100, 120, 140].map((at) => `all@${at}`));
  });

  it('leaves out the packet that overlaps, when packets of 60 ms begin at different times', () => {
    const router = new MixRouter();
    const anna = listener('anna');
    router.update([anna], ['anna']);
    router.send(packet(0, 'all', 60_000), undefined);
    router.send(packet(40_000, 'anna', 60_000), 'anna');
    router.send(packet(60_000, 'all', 60_000), undefined);
    router.send(packet(100_000, 'anna', 60_000), 'anna');
    expect(anna.heard).toEqual(['all@0', 'anna@100']);
  });

  it('goes back to the common mix when the personal one stands still', () => {
    const router = new MixRouter();
    const anna = listener('anna');
    router.update([anna], ['anna']);
    router.send(packet(0, 'anna'), 'anna');
    for (let tick = 1; tick <= 60; tick++) router.send(packet(tick * FRAME_US, 'all'), undefined);
    expect(anna.heard[0]).toBe('anna@0');
    // One second of patience, since an encoder that rests sends only every 400 ms.
    expect(anna.heard.slice(1)).toEqual(Array.from({ length: 10 }, (_, i) => `all@${(51 + i) * 20}`));
  });

  it('goes on with another graph, whose clock begins anew', () => {
    const router = new MixRouter();
    const anna = listener('anna');
    router.update([anna], ['anna']);
    router.send(packet(9_000_000, 'anna'), 'anna');
    router.send(packet(0, 'all'), undefined);
    router.send(packet(20_000, 'all'), undefined);
    expect(anna.heard).toEqual(['anna@9000', 'all@0', 'all@20']);
  });
});
