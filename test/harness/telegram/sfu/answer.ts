/** Where a client reaches the SFU, and by what it knows it. */
export interface SfuAddress {
  readonly ufrag: string;
  readonly pwd: string;
  readonly fingerprint: string;
  readonly ip: string;
  readonly port: number;
  /** Probing sources of the server, unsigned. */
  readonly serverSources: readonly number[];
  readonly endpoint: string;
}

/** Payload types and extensions of the answer; from 100 upward for video, as native clients have them. */
export const PAYLOAD = { opus: 111, vp8: 100, vp8Rtx: 101, h264: 104, h264Rtx: 105 } as const;
export const EXTENSION = { audioLevel: 1, absSendTime: 2, transportCc: 3, orientation: 13 } as const;

const URI = {
  audioLevel: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  absSendTime: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  transportCc: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  orientation: 'urn:3gpp:video-orientation',
};

const VIDEO_FEEDBACK = [
  { type: 'goog-remb' },
  { type: 'transport-cc' },
  { type: 'ccm', subtype: 'fir' },
  { type: 'nack' },
  { type: 'nack', subtype: 'pli' },
];

/**
 * The answer to a join, in the form that the parsers of public clients read (tgcalls GroupJoinPayloadInternal.cpp; ntgcalls
 * response_payload.cpp; telegram-tt secret-sauce/types.ts): every value of a candidate is a string; `parameters` may be an empty list; the
 * answer for a presentation has no `audio`. ntgcalls 3.0.5 connects by it (test/interop/ntgcalls.test.ts), and sends H.264 since it is listed.
 */
export function answerJson(at: SfuAddress, presentation: boolean): string {
  const transport = {
    ufrag: at.ufrag,
    pwd: at.pwd,
    // The opposite of the client's "passive": the server begins the handshake.
    fingerprints: [{ hash: 'sha-256', setup: 'active', fingerprint: at.fingerprint }],
    candidates: [
      // Servers offer TCP too; clients of ours pass it over.
      candidate(at, 'tcp', 1),
      candidate(at, 'udp', 2),
    ],
    xmlns: 'urn:xmpp:jingle:transports:ice-udp:1',
    'rtcp-mux': true,
  };
  const audio = {
    'payload-types': [
      {
        id: PAYLOAD.opus,
        name: 'opus',
        clockrate: 48_000,
        channels: 2,
        parameters: { minptime: 10, useinbandfec: 1 },
        'rtcp-fbs': [{ type: 'transport-cc' }],
      },
      { id: 126, name: 'telephone-event', clockrate: 8000, channels: 1, parameters: [] },
    ],
    'rtp-hdrexts': [
      { id: EXTENSION.audioLevel, uri: URI.audioLevel },
      { id: EXTENSION.absSendTime, uri: URI.absSendTime },
      { id: EXTENSION.transportCc, uri: URI.transportCc },
    ],
  };
  const codec = (id: number, name: string, parameters: object) => ({
    id,
    name,
    clockrate: 90_000,
    parameters,
    'rtcp-fbs': VIDEO_FEEDBACK,
  });
  const rtx = (id: number, apt: number) => ({ id, name: 'rtx', clockrate: 90_000, parameters: { apt } });
  const video = {
    endpoint: at.endpoint,
    'payload-types': [
      codec(PAYLOAD.vp8, 'VP8', []),
      rtx(PAYLOAD.vp8Rtx, PAYLOAD.vp8),
      codec(PAYLOAD.h264, 'H264', {
        'profile-level-id': '42e01f',
        'packetization-mode': 1,
        'level-asymmetry-allowed': 1,
      }),
      rtx(PAYLOAD.h264Rtx, PAYLOAD.h264),
    ],
    'rtp-hdrexts': [
      { id: EXTENSION.absSendTime, uri: URI.absSendTime },
      { id: EXTENSION.transportCc, uri: URI.transportCc },
      { id: EXTENSION.orientation, uri: URI.orientation },
    ],
    server_sources: at.serverSources.map((source) => source | 0),
  };
  return JSON.stringify(presentation ? { transport, video } : { transport, audio, video });
}

function candidate({ ip, port }: SfuAddress, protocol: 'udp' | 'tcp', id: number): object {
  return {
    generation: '0',
    component: '1',
    protocol,
    port: String(port),
    ip,
    foundation: String(id),
    id: String(id),
    priority: String(2_130_706_431 - id),
    type: 'host',
    network: '0',
    ...(protocol === 'tcp' && { tcptype: 'passive' }),
  };
}
