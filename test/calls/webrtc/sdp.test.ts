import { parse } from 'sdp-transform';
import { describe, expect, it } from 'vitest';
import { VoxError } from '../../../src/errors.js';
import { agree, writeAnswer } from '../../../src/calls/webrtc/sdp-answer.js';
import { parseOffer } from '../../../src/calls/webrtc/sdp-offer.js';
import type { TransportParams } from '../../../src/calls/webrtc/transport-params.js';
import { chromiumOffer, firefoxOffer, whipOffer } from './support/offers.js';

const transport: TransportParams = {
  ufrag: 'ours',
  pwd: 'our-password-of-22-chars',
  fingerprints: [{ hash: 'sha-256', fingerprint: 'AA:BB' }],
  candidates: [
    { foundation: 'f1', component: 1, protocol: 'udp', priority: 2_130_706_431, ip: '127.0.0.1', port: 40_000, type: 'host' },
  ],
};
const both = { send: true, receive: true };

function answer(offerSdp: string, wanted = both, stereoIn = false): ReturnType<typeof parse> {
  const offer = parseOffer(offerSdp);
  const media = agree(offer, wanted);
  return parse(
    writeAnswer({
      offer,
      transport,
      media,
      ...(media.send && { sender: { ssrc: 4_000_000_000, cname: 'c' } }),
      stereoIn,
      sessionId: '1',
    }),
  );
}

describe('an offer', () => {
  it('of Chromium is understood', () => {
    expect(parseOffer(chromiumOffer)).toMatchObject({
      bundle: true,
      transport: {
        ufrag: 'Jx9k',
        pwd: '9wXbZKzZ7JmYJt4kxJcZ0l1m',
        iceLite: false,
        fingerprints: [{ hash: 'sha-256' }],
        candidates: [{ ip: '5f1c7a-1.local', port: 51_234 }],
      },
      audio: {
        index: 0,
        payloadType: 111,
        direction: 'sendrecv',
        extensions: { audioLevel: 1, mid: 4 },
        nack: false,
        stereo: false,
        rtcpReducedSize: true,
      },
    });
  });

  it('of Firefox is understood', () => {
    expect(parseOffer(firefoxOffer)).toMatchObject({
      transport: { ufrag: '4d1f2a3b', candidates: [{ protocol: 'udp', ip: '192.0.2.7' }, { protocol: 'tcp' }] },
      audio: { payloadType: 109, direction: 'recvonly', extensions: { audioLevel: 1, mid: 3 }, nack: true, stereo: true },
    });
  });

  it('of a WHIP client is understood', () => {
    expect(parseOffer(whipOffer)).toMatchObject({
      transport: { ufrag: 'fEw/', pwd: 'jBua8YGWQKc/Vn6Y9EZ9+0', candidates: [] },
      audio: { payloadType: 111, direction: 'sendonly', extensions: {}, stereo: true },
    });
  });

  it.each([
    ['', 'it is no SDP'],
    ['hello', 'it is no SDP'],
    ['v=0\r\n', 'it has no audio'],
    [`v=0\r\n${'x'.repeat(100_001)}`, 'it is too long'],
    [chromiumOffer.replace('m=audio 9', 'm=audio 0'), 'its audio has no Opus'],
    [whipOffer.replace('OPUS/48000', 'PCMU/8000'), 'its audio has no Opus'],
    [whipOffer.replace('a=rtcp-mux\r\n', ''), 'it has no rtcp-mux'],
    [whipOffer.replace('UDP/TLS/RTP/SAVPF', 'RTP/AVP'), 'its audio uses RTP/AVP, not UDP/TLS/RTP/SAVPF'],
    [whipOffer.replace('a=sendonly', 'a=inactive'), 'its audio is inactive'],
    [whipOffer.replace('a=setup:active', 'a=setup:passive'), 'a=setup:passive leaves nobody to be the DTLS client'],
    [whipOffer.replace(/a=ice-pwd.*\r\n/, ''), 'it has no ice-ufrag and ice-pwd'],
    [whipOffer.replace(/a=fingerprint.*\r\n/, ''), 'it has no fingerprint'],
  ])('that cannot be answered is refused with the reason (%#)', (sdp, reason) => {
    expect(() => parseOffer(sdp)).toThrow(VoxError);
    expect(() => parseOffer(sdp)).toThrow(`the SDP offer cannot be answered: ${reason}`);
  });

  it('cut off anywhere never throws anything else', () => {
    for (let length = 0; length < chromiumOffer.length; length += 7) {
      try {
        parseOffer(chromiumOffer.slice(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(VoxError);
      }
    }
  });
});

describe('the answer', () => {
  it('takes the audio and refuses the rest, in place', () => {
    const { media, groups } = answer(chromiumOffer);
    // The parser turns what looks like a number into one.
    expect(groups).toEqual([{ type: 'BUNDLE', mids: 0 }]);
    expect(media.map((m) => [m.type, m.port, m.direction, String(m.mid)])).toEqual([
      ['audio', 40_000, 'sendrecv', '0'],
      ['video', 0, 'inactive', '1'],
      ['application', 0, 'inactive', '2'],
    ]);
    expect(media[2]).toMatchObject({ protocol: 'UDP/DTLS/SCTP', payloads: 'webrtc-datachannel' });
    expect(media[0]).toMatchObject({
      setup: 'passive',
      rtcpMux: 'rtcp-mux',
      rtcpRsize: 'rtcp-rsize',
      iceUfrag: 'ours',
      fingerprint: { type: 'sha-256', hash: 'AA:BB' },
      endOfCandidates: 'end-of-candidates',
      rtp: [{ payload: 111, codec: 'opus', rate: 48_000, encoding: 2 }],
      ext: [
        { value: 1, uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level' },
        { value: 4, uri: 'urn:ietf:params:rtp-hdrext:sdes:mid' },
      ],
      ssrcs: [{ id: 4_000_000_000, attribute: 'cname', value: 'c' }],
    });
    expect(media[0]!.candidates).toMatchObject([{ ip: '127.0.0.1', port: 40_000, type: 'host', component: 1 }]);
    expect(media[0]!.rtcpFb).toBeUndefined();
  });

  it('sends stereo music to who only listens', () => {
    const [audio] = answer(firefoxOffer).media;
    expect(audio).toMatchObject({ direction: 'sendonly', payloads: 109, rtcpFb: [{ payload: 109, type: 'nack' }] });
    expect(audio!.fmtp).toEqual([{ payload: 109, config: 'minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1' }]);
  });

  it('receives from who only speaks, in mono unless stereo is wanted', () => {
    const [mono] = answer(whipOffer).media;
    expect(mono).toMatchObject({ direction: 'recvonly' });
    expect(mono!.ssrcs).toBeUndefined();
    expect(mono!.fmtp[0]!.config).toBe('minptime=10;useinbandfec=1');
    expect(answer(whipOffer, both, true).media[0]!.fmtp[0]!.config).toBe('minptime=10;useinbandfec=1;stereo=1');
  });

  it('does only what both sides want', () => {
    expect(answer(chromiumOffer, { send: false, receive: true }).media[0]!.direction).toBe('recvonly');
    expect(answer(chromiumOffer, { send: true, receive: false }).media[0]!.direction).toBe('sendonly');
    expect(answer(whipOffer, { send: true, receive: false }).media[0]!.direction).toBe('inactive');
  });
});
