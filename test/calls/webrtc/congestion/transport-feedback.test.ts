import { describe, expect, it } from 'vitest';
import { ArrivalLog } from '../../../../src/calls/webrtc/congestion/arrival-log.js';
import {
  buildTransportFeedback,
  parseTransportFeedback,
  type PacketArrival,
} from '../../../../src/calls/webrtc/congestion/transport-feedback.js';
import { buildFir, buildPli, buildRemb } from '../../../../src/calls/webrtc/rtcp-feedback.js';
import { parseRtcp } from '../../../../src/calls/webrtc/rtcp.js';
import { seeded } from '../support/stream.js';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

describe('transport-wide feedback', () => {
  it('is read as the draft draws it: a run, a vector of one bit, a vector of two, small and large deltas', () => {
    // Base 153, 4 + 14 + 7 packets, reference time 1; runs as in section 3.1.
    const data = hex(`
      8fcd 0008 00000001 00000002 0099 0019 000001 07
      2004 a000 e000
      04 08 ff 00 01  fff8 000000`);
    const feedback = parseTransportFeedback(data)!;
    expect(feedback.count).toBe(7);
    expect(feedback.packets).toHaveLength(25);
    const came = feedback.packets.flatMap(({ sequence, arrivalUs }) => (arrivalUs === undefined ? [] : [[sequence, arrivalUs]]));
    expect(came).toEqual([
      [153, 65_000],
      [154, 67_000],
      [155, 130_750],
      [156, 130_750],
      [157, 131_000],
      [171, 129_000],
    ]);
  });

  it('that is written says the same when it is read', () => {
    const random = seeded(11);
    for (let round = 0; round < 300; round++) {
      let at = Math.floor(random() * 1e9);
      const start = Math.floor(random() * 65_536);
      const packets: PacketArrival[] = Array.from({ length: 1 + Math.floor(random() * 200) }, (_, i) => {
        at += Math.round((random() < 0.1 ? random() * 400_000 - 100_000 : random() * 5000) / 250) * 250;
        const came = i === 0 || random() > (round % 3) * 0.2;
        return { sequence: (start + i) & 0xffff, arrivalUs: came ? Math.round(at / 250) * 250 : undefined };
      });
      const data = buildTransportFeedback(1, 2, round, packets);
      expect(data.length % 4).toBe(0);
      expect(parseTransportFeedback(data)).toEqual({ count: round & 0xff, packets });
      const [item] = parseRtcp(data);
      expect(item).toMatchObject({ type: 'transport-cc' });
    }
  });

  it('that is cut off or random never throws', () => {
    const random = seeded(5);
    const whole = buildTransportFeedback(1, 2, 3, [
      { sequence: 1, arrivalUs: 1000 },
      { sequence: 2, arrivalUs: undefined },
      { sequence: 3, arrivalUs: 900_000 },
    ]);
    for (let length = 0; length < whole.length - 3; length++)
      expect(() => parseTransportFeedback(whole.subarray(0, length))).not.toThrow();
    for (let n = 0; n < 3000; n++) {
      const data = Buffer.from(Array.from({ length: 20 + Math.floor(random() * 40) }, () => Math.floor(random() * 256)));
      data[0] = 0x8f;
      data[1] = 205;
      data.writeUInt16BE(Math.floor(data.length / 4) - 1, 2);
      parseRtcp(data);
      parseTransportFeedback(data);
    }
  });

  it('tells of every packet once, and again of those that came late', () => {
    const log = new ArrivalLog();
    for (const n of [65_534, 65_535, 1]) log.arrived(n, n === 1 ? 3000 : (n - 65_533) * 1000);
    const told = () => parseTransportFeedback(log.take(1, 2) ?? Buffer.alloc(0))?.packets.map((p) => [p.sequence, p.arrivalUs]);
    expect(told()).toEqual([
      [65_534, 1000],
      [65_535, 2000],
      [0, undefined],
      [1, 3000],
    ]);
    expect(told()).toBeUndefined();
    log.arrived(0, 5000);
    log.arrived(2, 6000);
    expect(told()).toEqual([
      [0, 5000],
      [1, undefined],
      [2, 6000],
    ]);
  });
});

describe('requests for key frames, and bit rates', () => {
  it('are read as they are written', () => {
    expect(parseRtcp(buildPli(1, 0xffff_fffe))).toEqual([{ type: 'pli', mediaSsrc: 0xffff_fffe }]);
    expect(parseRtcp(buildFir(1, 77, 258))).toEqual([{ type: 'fir', entries: [{ ssrc: 77, count: 2 }] }]);
    for (const bps of [0, 30_000, 262_143, 1_000_000, 123_456_789]) {
      const [remb] = parseRtcp(buildRemb(1, bps, [5, 6]));
      expect(remb).toMatchObject({ type: 'remb', ssrcs: [5, 6] });
      const said = (remb as { bitrateBps: number }).bitrateBps;
      expect(said).toBeLessThanOrEqual(bps);
      expect(said).toBeGreaterThanOrEqual(bps * 0.9999 - 1);
    }
  });
});
