import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildNack, buildReceiverReport, buildSenderReport } from '../../../../src/calls/webrtc/rtcp.js';
import { seeded } from '../../webrtc/support/stream.js';
import { toneDb } from '../../../integration/support/listen.js';
import { type Caller, longestGapMs, Party } from '../support/party.js';

const EACH = 400;
const PEAK_DB = 20 * Math.log10(0.25);

let party: Party;
let anna: Caller;
let bert: Caller;
beforeEach(async () => {
  party = await Party.start();
  [anna, bert] = [await party.join('anna'), await party.join('bert')];
});
afterEach(() => party.end());

/** Bytes that are random, or a packet as it could be with some bytes changed, cut off or doubled, or as it is. */
function malformed(random: () => number, good: Buffer): Buffer {
  const int = (below: number) => Math.floor(random() * below);
  const kind = int(6);
  if (kind === 5) return good;
  if (kind === 0) return Buffer.from(Array.from({ length: int(200) }, () => int(256)));
  const out = Buffer.from(good);
  for (let n = 1 + int(4); n > 0 && out.length > 0; n--) out[int(out.length)] = int(256);
  if (kind === 1) return out.subarray(0, int(out.length + 1));
  return kind === 2 ? Buffer.concat([out, out]) : out;
}

function rtp(source: number, sequence: number): Buffer {
  const out = Buffer.alloc(12 + 8 + 40, 0x55);
  out[0] = 0x90;
  out[1] = 111;
  out.writeUInt16BE(sequence & 0xffff, 2);
  out.writeUInt32BE((sequence * 960) >>> 0, 4);
  out.writeUInt32BE(source, 8);
  out.writeUInt32BE(0xbede_0001, 12);
  out.writeUInt32BE(0x1085_0000, 16);
  return out;
}

/** An SCTP packet whose CRC32c (RFC 9260, appendix A) is right, so that it is looked into. */
function withChecksum(packet: Buffer): Buffer {
  if (packet.length < 12) return packet;
  const out = Buffer.from(packet);
  out.writeUInt32LE(0, 8);
  let crc = 0xffff_ffff;
  for (const byte of out) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1;
  }
  out.writeUInt32LE(~crc >>> 0, 8);
  return out;
}

const block = { fractionLost: 0.1, cumulativeLost: 3, highestSequence: 9, jitter: 4, lastSr: 5, delaySinceLastSr: 6 };

it('2,000 malformed packets of STUN, DTLS, RTP, RTCP and SCTP from the server itself end nothing', async () => {
  const ear = bert.listen();
  await anna.say(1000);
  await ear.sounds('anna', 50);
  const client = party.sfu.client(party.place('bert'))!;
  await party.arrival(() => client.constraints !== undefined);
  const random = seeded(20_26);
  const { source } = bert.info!;
  const stun = Buffer.concat([
    Buffer.from('010100142112a442', 'hex'),
    Buffer.alloc(12, 7),
    Buffer.from('0008001400', 'hex'),
    Buffer.alloc(19),
  ]);
  const record = Buffer.concat([Buffer.from('17fefd000100000000000100', 'hex'), Buffer.from('20', 'hex'), Buffer.alloc(32, 9)]);
  const hello = Buffer.concat([
    Buffer.from('16fefd00000000000000000030', 'hex'),
    Buffer.from('010000240000000000000024fefd', 'hex'),
    Buffer.alloc(34),
  ]);
  const alert = Buffer.from('15fefd000000000000000100020228', 'hex');
  const control = Buffer.concat([
    buildSenderReport({ ssrc: anna.info!.source, ntp: { seconds: 1, fraction: 2 }, rtpTimestamp: 3, packets: 4, octets: 5 }, [
      { ssrc: source, ...block },
    ]),
    buildReceiverReport(1, [{ ssrc: source, ...block }]),
    buildNack(1, source, [1, 2, 3]),
  ]);
  const chunk = Buffer.concat([
    Buffer.from('1388138812345678', 'hex'),
    Buffer.alloc(4),
    Buffer.from('0003001400000001000000000000003361626364', 'hex'),
  ]);
  for (let n = 0; n < EACH; n++) {
    client.raw(malformed(random, stun));
    client.raw(malformed(random, [record, hello, alert][n % 3]!));
    const packet = malformed(random, rtp(n % 2 ? 12_345 : 2 ** 31 + (n % 40), n));
    if (n % 2) client.raw(Buffer.concat([packet, Buffer.alloc(16)]));
    else if (packet.length >= 12) client.rtp(packet, Math.min(packet.length, 20));
    const report = malformed(random, control);
    if (report.length >= 8) client.rtcp(report);
    const association = malformed(random, chunk);
    client.channel!.inject(n % 2 ? association : withChecksum(association));
    if (n % 20 === 0) await party.play(20);
  }
  await party.play(500);
  const from = ear.frames('anna');
  await party.play(2000);
  const pcm = ear.pcm('anna', from);
  expect(toneDb(pcm, 1000, 0, 2)).toBeCloseTo(PEAK_DB, 0);
  expect(longestGapMs(pcm)).toBe(0);
  expect(bert.transportEvents.map(({ type }) => type)).not.toContain('transport.failed');
  // The data channel too goes on.
  client.constraints = undefined;
  await party.until(() => client.constraints !== undefined);
  expect(bert.media.stats().connection).toMatchObject({ state: 'connected' });
});
