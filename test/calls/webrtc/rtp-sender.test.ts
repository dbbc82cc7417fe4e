import { describe, expect, it } from 'vitest';
import type { Packet } from '../../../src/media/packet.js';
import { NackRequester } from '../../../src/calls/webrtc/nack-requester.js';
import { ntpFromUs, ntpMiddle } from '../../../src/calls/webrtc/ntp.js';
import { createRtpHeaderView, parseRtpHeader, type RtpHeaderView } from '../../../src/calls/webrtc/rtp.js';
import { RtpSender, type RtpSenderOptions } from '../../../src/calls/webrtc/rtp-sender.js';
import { SrtpCipher } from '../../../src/calls/webrtc/srtp-cipher.js';
import { deriveSessionKeys } from '../../../src/calls/webrtc/srtp-keys.js';
import { SrtpReceiver } from '../../../src/calls/webrtc/srtp-receiver.js';

const keys = deriveSessionKeys('AEAD_AES_128_GCM', Buffer.alloc(16, 1), Buffer.alloc(12, 2));

function setup(options: Partial<RtpSenderOptions> = {}, first = 0x7ff0, base = 0xffff_ff00) {
  const sent: Buffer[] = [];
  const random = [first, base];
  const sender = new RtpSender({
    ssrc: 77,
    payloadType: 111,
    cipher: new SrtpCipher(keys),
    transmit: (datagram) => sent.push(Buffer.from(datagram)),
    random32: () => random.shift() ?? 0,
    ...options,
  });
  return { sender, sent };
}
const packet = (ptsUs: number, text = `at ${ptsUs}`, durationUs = 20_000): Packet => ({
  kind: 'packet',
  codec: 'opus',
  ptsUs,
  durationUs,
  key: true,
  data: Buffer.from(text),
});
const header = (datagram: Buffer): RtpHeaderView => {
  const view = createRtpHeaderView();
  expect(parseRtpHeader(datagram, view)).toBe(true);
  return view;
};

describe('RtpSender', () => {
  it('numbers and stamps packets, and its receiver can read them across the sequence wrap', () => {
    const { sender, sent } = setup({}, 0x7fff);
    const receiver = new SrtpReceiver(new SrtpCipher(keys));
    for (let n = 0; n < 40_000; n += n < 10 || n > 32_700 ? 1 : 100) {
      sent.length = 0;
      sender.send(packet(n * 20_000), n * 20_000);
      const view = header(sent[0]!);
      expect(receiver.rtp(sent[0]!, view)?.toString()).toBe(`at ${n * 20_000}`);
    }
    expect(sender.stats.packets).toBe(receiver.counters.accepted);
  });

  it('copies what it sends', () => {
    const { sender, sent } = setup();
    const one = packet(0, 'first');
    sender.send(one, 0);
    (one.data as Buffer).write('XXXXX');
    sender.resend([header(sent[0]!).sequence]);
    expect(new SrtpReceiver(new SrtpCipher(keys)).rtp(sent[1]!, header(sent[1]!))?.toString()).toBe('first');
  });

  it('follows the packets’ clock, also through pauses, with a marker at each talk spurt', () => {
    const { sender, sent } = setup();
    for (const ptsUs of [1_000_000, 1_020_000, 1_040_000, 2_000_000, 2_020_000]) sender.send(packet(ptsUs), ptsUs + 5_000);
    const views = sent.map(header);
    expect(views.map((v) => v.marker)).toEqual([true, false, false, true, false]);
    expect(views.map((v) => (v.timestamp - views[0]!.timestamp) >>> 0)).toEqual([0, 960, 1_920, 48_000, 48_960]);
    expect(views.map((v) => (v.sequence - views[0]!.sequence) & 0xffff)).toEqual([0, 1, 2, 3, 4]);
  });

  it.each([0, 3_600_000_000_000])('goes on smoothly when the packets’ clock begins anew at %d', (ptsUs) => {
    const { sender, sent } = setup();
    sender.send(packet(100_000_000), 50_000_000);
    sender.send(packet(100_020_000), 50_020_000);
    sender.send(packet(ptsUs), 50_060_000);
    sender.send(packet(ptsUs + 20_000), 50_080_000);
    const at = sent.map((d) => header(d).timestamp);
    expect(at.map((t) => (t - at[0]!) >>> 0)).toEqual([0, 960, 960 + 1_920, 960 + 1_920 + 960]);
  });

  it('reports an RTP time that fits the NTP time', () => {
    const { sender, sent } = setup();
    for (let n = 0; n < 100; n++) sender.send(packet(n * 20_000), 700_000 + n * 20_000 + (n % 3) * 1_000);
    const nowUs = 700_000 + 99 * 20_000 + 12_345;
    const report = sender.report(nowUs);
    expect(report).toMatchObject({ ssrc: 77, packets: 100, ntp: ntpFromUs(nowUs) });
    // Media time now: 12.345 ms after the start of packet 99, give or take the jitter of sending.
    const sinceMs = ((report.rtpTimestamp - header(sent[99]!).timestamp) | 0) / 48;
    expect(sinceMs).toBeGreaterThan(12.345 - 1.5);
    expect(sinceMs).toBeLessThan(12.345 + 0.5);
  });

  it('answers NACKs with the very same packet, as far back as 512', () => {
    const { sender, sent } = setup();
    for (let n = 0; n < 600; n++) sender.send(packet(n * 20_000), n * 20_000);
    const original = [...sent];
    const sequence = (n: number): number => header(original[n]!).sequence;
    sender.resend([sequence(599), sequence(600 - 512), sequence(600 - 513), (sequence(599) + 1) & 0xffff]);
    expect(sent.slice(600)).toEqual([original[599], original[600 - 512]]);
    expect(sender.stats).toMatchObject({ nacked: 4, retransmitted: 2 });
  });

  it('answers NACKs with RTX when that was agreed on (RFC 4588)', () => {
    const { sender, sent } = setup({ rtx: { ssrc: 78, payloadType: 97 }, extensions: { audioLevel: 1 } });
    sender.send(packet(0, 'lost'), 0);
    sender.send(packet(20_000, 'next'), 20_000);
    const { sequence, timestamp } = header(sent[0]!);
    sender.resend([sequence]);
    const view = header(sent[2]!);
    expect(view).toMatchObject({ ssrc: 78, payloadType: 97, timestamp });
    const payload = new SrtpReceiver(new SrtpCipher(keys)).rtp(sent[2]!, view)!;
    expect(payload.readUInt16BE()).toBe(sequence);
    expect(payload.subarray(2).toString()).toBe('lost');
  });

  it('learns loss, jitter and round trip from reports', () => {
    const { sender } = setup();
    const nowUs = 10_000_000;
    const block = {
      ssrc: 77,
      fractionLost: 0.5,
      cumulativeLost: 4,
      highestSequence: 0,
      jitter: 480,
      lastSr: ntpMiddle(ntpFromUs(nowUs - 150_000)),
      delaySinceLastSr: 6_554,
    };
    sender.reported(block, nowUs);
    expect(sender.stats).toMatchObject({ fractionLost: 0.5, lost: 4, jitterMs: 10 });
    expect(sender.stats.rttMs).toBeCloseTo(50, 0);
  });
});

describe('NackRequester', () => {
  it('asks at once, again after the interval, and gives up', () => {
    const nacks = new NackRequester();
    expect(nacks.arrived(65_534, 0)).toEqual([]);
    expect(nacks.arrived(65_538, 0)).toEqual([65_535, 0, 1]);
    expect(nacks.arrived(65_539, 10_000)).toEqual([]);
    expect(nacks.arrived(65_536, 15_000)).toEqual([]);
    expect(nacks.arrived(65_540, 20_000)).toEqual([65_535, 1]);
    expect(nacks.arrived(65_541, 40_000)).toEqual([65_535, 1]);
    expect(nacks.arrived(65_542, 60_000)).toEqual([]);
    expect(nacks.arrived(65_543, 300_000)).toEqual([]);
    expect(nacks.waiting).toBe(0);
  });

  it('waits for a round trip, and for a bounded number', () => {
    const nacks = new NackRequester({ maxMissing: 4 });
    nacks.arrived(1, 0);
    expect(nacks.arrived(1_000, 0, 100)).toEqual([996, 997, 998, 999]);
    expect(nacks.arrived(1_001, 50_000, 100)).toEqual([]);
    expect(nacks.arrived(1_002, 100_000, 100)).toEqual([996, 997, 998, 999]);
    nacks.arrived(1_010, 110_000, 100);
    expect(nacks.waiting).toBe(4);
  });
});
