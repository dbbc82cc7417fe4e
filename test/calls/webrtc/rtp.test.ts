import { describe, expect, it } from 'vitest';
import { absSendTime, readAudioLevel, RtpHeaderWriter } from '../../../src/calls/webrtc/rtp-extensions.js';
import {
  createRtpHeaderView,
  isMedia,
  isRtcp,
  parseRtpHeader,
  sequenceDelta,
  timestampDelta,
} from '../../../src/calls/webrtc/rtp.js';
import { RtpHeader, RtpPacket } from 'werift';

const fields = {
  sequence: 65_535,
  timestamp: 0xffff_fff0,
  marker: true,
  levelDbov: -42,
  wallUs: 65_500_000,
  transportSequence: 70_000,
};

describe('an RTP header', () => {
  it('is written with all extensions and read back, by us and by werift', () => {
    const writer = new RtpHeaderWriter(
      { payloadType: 111, ssrc: 0xfeed_beef },
      { audioLevel: 1, absSendTime: 2, transportCc: 3, mid: 14 },
      'audio',
    );
    const packet = Buffer.concat([Buffer.alloc(writer.bytes), Buffer.from('payload')]);
    writer.write(packet, fields);
    const view = createRtpHeaderView();
    expect(parseRtpHeader(packet, view)).toBe(true);
    expect(view).toMatchObject({
      payloadType: 111,
      marker: true,
      sequence: 65_535,
      timestamp: 0xffff_fff0,
      ssrc: 0xfeed_beef,
      padding: false,
      payloadOffset: writer.bytes,
    });
    expect(readAudioLevel(packet, view, 1)).toBe(-42);
    expect(readAudioLevel(packet, view, 9)).toBeUndefined();
    const other = RtpPacket.deSerialize(packet);
    expect(other.payload.toString()).toBe('payload');
    const extension = (id: number): Buffer => other.header.extensions.find((e) => e.id === id)!.payload;
    expect(extension(1)).toEqual(Buffer.from([0x80 | 42]));
    expect(extension(2).readUIntBE(0, 3)).toBe(absSendTime(65_500_000));
    expect(extension(3).readUInt16BE()).toBe(70_000 & 0xffff);
    expect(extension(14).toString()).toBe('audio');
  });

  it('is 12 bytes without extensions', () => {
    const writer = new RtpHeaderWriter({ payloadType: 96, ssrc: 1 });
    const packet = Buffer.alloc(writer.bytes);
    writer.write(packet, { ...fields, marker: false });
    expect(packet).toHaveLength(12);
    const other = RtpHeader.deSerialize(packet);
    expect(other).toMatchObject({ payloadType: 96, marker: false, extension: false, sequenceNumber: 65_535 });
  });

  it('carries levels from −127 to 0, marks voice, and does not call an unknown level silence', () => {
    const writer = new RtpHeaderWriter({ payloadType: 111, ssrc: 1 }, { audioLevel: 1 });
    const level = (levelDbov: number | undefined): [number | undefined, boolean] => {
      const packet = Buffer.alloc(writer.bytes);
      writer.write(packet, { ...fields, levelDbov });
      const view = createRtpHeaderView();
      parseRtpHeader(packet, view);
      return [readAudioLevel(packet, view, 1), (packet[17]! & 0x80) !== 0];
    };
    expect(level(-127)).toEqual([-127, false]);
    expect(level(-200)).toEqual([-127, false]);
    expect(level(-59.6)).toEqual([-60, false]);
    expect(level(-30)).toEqual([-30, true]);
    expect(level(3)).toEqual([-0, true]);
    expect(level(undefined)).toEqual([-20, true]);
  });

  it('is refused when cut off or of another version', () => {
    const view = createRtpHeaderView();
    const whole = Buffer.from('90 6f 0001 00000001 00000002 bede 0001 10ff 0000'.replace(/ /g, ''), 'hex');
    expect(parseRtpHeader(whole, view)).toBe(true);
    for (let length = 0; length < whole.length; length++)
      expect(parseRtpHeader(whole.subarray(0, length), view), `${length}`).toBe(false);
    whole[0] = 0x50;
    expect(parseRtpHeader(whole, view)).toBe(false);
  });

  it('skips padding between elements and stops at id 15', () => {
    const view = createRtpHeaderView();
    const packet = Buffer.from('90 6f 0001 00000001 00000002 bede 0002 00 00 10 99 f0 20 88 00'.replace(/ /g, ''), 'hex');
    expect(parseRtpHeader(packet, view)).toBe(true);
    expect(readAudioLevel(packet, view, 1)).toBe(-0x19);
    expect(readAudioLevel(packet, view, 2)).toBeUndefined();
  });
});

it('tells RTCP from RTP and both from STUN and DTLS', () => {
  expect([0x80, 0xbf].map((b) => isMedia(Buffer.from([b])))).toEqual([true, true]);
  expect([0x00, 0x16, 0x7f, 0xc0].map((b) => isMedia(Buffer.from([b])))).toEqual([false, false, false, false]);
  expect([200, 201, 206].map((t) => isRtcp(Buffer.from([0x80, t])))).toEqual([true, true, true]);
  expect([111, 111 | 0x80, 96].map((t) => isRtcp(Buffer.from([0x80, t])))).toEqual([false, false, false]);
});

it('counts on circles', () => {
  expect(sequenceDelta(2, 65_534)).toBe(4);
  expect(sequenceDelta(65_534, 2)).toBe(-4);
  expect(timestampDelta(0x10, 0xffff_fff0)).toBe(0x20);
  expect(timestampDelta(0xffff_fff0, 0x10)).toBe(-0x20);
});
