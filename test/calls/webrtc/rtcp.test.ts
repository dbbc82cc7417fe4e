import { describe, expect, it } from 'vitest';
import { RtcpPacketConverter, RtcpRrPacket, RtcpSourceDescriptionPacket, RtcpSrPacket } from 'werift';
import { ntpFromUs, ntpMiddle } from '../../../src/calls/webrtc/ntp.js';
import {
  buildBye,
  buildNack,
  buildReceiverReport,
  buildSdes,
  buildSenderReport,
  parseRtcp,
  type ReportBlock,
} from '../../../src/calls/webrtc/rtcp.js';

const block: ReportBlock = {
  ssrc: 7,
  fractionLost: 0.25,
  cumulativeLost: -3,
  highestSequence: 70_000,
  jitter: 96,
  lastSr: 0x89abcdef,
  delaySinceLastSr: 65_536,
};
const sender = { ssrc: 0xfeedbeef, ntp: ntpFromUs(1_700_000_000_500_000), rtpTimestamp: 0xfffffff0, packets: 10, octets: 1_000 };

describe('NTP time', () => {
  it('has a true fraction', () => {
    expect(ntpFromUs(1_700_000_000_500_000)).toEqual({ seconds: 1_700_000_000 + 2_208_988_800, fraction: 0x8000_0000 });
    expect(ntpFromUs(250_000)).toEqual({ seconds: 2_208_988_800, fraction: 0x4000_0000 });
    expect(ntpMiddle({ seconds: 0x1234_5678, fraction: 0x9abc_def0 })).toBe(0x5678_9abc);
  });
});

describe('RTCP', () => {
  it('round-trips a compound packet', () => {
    const compound = Buffer.concat([buildSenderReport(sender, [block]), buildSdes(sender.ssrc, 'name'), buildBye([1, 2])]);
    expect(compound.length % 4).toBe(0);
    expect(parseRtcp(compound)).toEqual([
      { type: 'sr', sender, reports: [block] },
      { type: 'bye', ssrcs: [1, 2] },
    ]);
    expect(parseRtcp(buildReceiverReport(5, [block, { ...block, ssrc: 8 }]))).toEqual([
      { type: 'rr', ssrc: 5, reports: [block, { ...block, ssrc: 8 }] },
    ]);
  });

  it.each(['', 'a', 'ab', 'abc', 'abcd', 'x'.repeat(255)])('is understood by werift, with cname %j', (cname) => {
    const [sr, sdes] = RtcpPacketConverter.deSerialize(
      Buffer.concat([buildSenderReport(sender, [block]), buildSdes(9, cname), buildBye([9])]),
    );
    expect(sr).toBeInstanceOf(RtcpSrPacket);
    expect((sr as RtcpSrPacket).reports[0]).toMatchObject({ ssrc: 7, fractionLost: 64, highestSequence: 70_000, jitter: 96 });
    expect(sdes).toBeInstanceOf(RtcpSourceDescriptionPacket);
    expect((sdes as RtcpSourceDescriptionPacket).chunks[0]!.items[0]!.text).toBe(cname);
    const [rr] = RtcpPacketConverter.deSerialize(buildReceiverReport(3, []));
    expect(rr).toBeInstanceOf(RtcpRrPacket);
  });

  it('packs NACKs in masks, across the wrap', () => {
    const asked = [65_530, 65_535, 0, 10, 11, 500];
    const packet = buildNack(1, 2, asked);
    expect(packet).toHaveLength(12 + 3 * 4);
    expect(parseRtcp(packet)).toEqual([{ type: 'nack', mediaSsrc: 2, sequences: asked }]);
  });

  it('leaves out what is cut off or unknown', () => {
    const whole = Buffer.concat([buildReceiverReport(5, [block]), buildBye([5])]);
    for (let length = 0; length < whole.length; length++) expect(parseRtcp(whole.subarray(0, length)).length).toBeLessThan(2);
    expect(parseRtcp(Buffer.from('80ff000100000000', 'hex'))).toEqual([]);
    expect(parseRtcp(Buffer.from('8fce0001', 'hex'))).toEqual([]);
    const lying = Buffer.from(buildBye([1]));
    lying[0] = 0x9f;
    expect(parseRtcp(lying)).toEqual([{ type: 'bye', ssrcs: [1] }]);
  });
});
