import { RtcpReporter } from '../../../../src/calls/webrtc/rtcp-reporter.js';
import type { VideoCodecParams, VideoParams } from '../../../../src/calls/webrtc/media-params.js';
import { PtsClock } from '../../../../src/calls/webrtc/pts-clock.js';
import { createRtpHeaderView, isRtcp, parseRtpHeader } from '../../../../src/calls/webrtc/rtp.js';
import type { RtpSource } from '../../../../src/calls/webrtc/rtp-source.js';
import { SrtpCipher } from '../../../../src/calls/webrtc/srtp-cipher.js';
import { deriveSessionKeys } from '../../../../src/calls/webrtc/srtp-keys.js';
import { SrtpReceiver } from '../../../../src/calls/webrtc/srtp-receiver.js';
import { PeerVideo, type IncomingVideoChange, type PeerVideoDemand } from '../../../../src/calls/webrtc/video/peer-video.js';
import type { VideoPurpose } from '../../../../src/media/gateway-video.js';
import type { Timers } from '../../../../src/calls/webrtc/timers.js';

/** What one end of a connection is made of. */
export interface VideoEndOptions {
  readonly timers: Timers;
  /** It sends; the other end receives. */
  readonly send: boolean;
  readonly transmit: (datagram: Buffer) => void;
  readonly random: () => number;
  readonly onIncoming?: (change: IncomingVideoChange) => void;
  readonly onDemand?: (demand: PeerVideoDemand) => void;
  /** Default: the camera in VP8. */
  readonly videos?: readonly { readonly purpose: VideoPurpose; readonly codec: VideoCodecParams['codec'] }[];
  /** Default true. */
  readonly transportCc?: boolean;
  /** There and back, in milliseconds; default 0. */
  readonly rttMs?: number;
}

/** One end of a connection. */
export interface VideoEnd {
  readonly video: PeerVideo;
  readonly rtcp: RtcpReporter;
  /** Takes a datagram of the other end's. */
  take(datagram: Buffer): void;
  close(): void;
}

const SSRCS = { camera: 1000, screen: 1100 } as const;

/** One end of a connection that carries videos one way, without ICE and DTLS: keys are the same always. */
export function videoEnd(options: VideoEndOptions): VideoEnd {
  const { timers, send, transmit, random, transportCc = true, rttMs = 0 } = options;
  const { videos = [{ purpose: 'camera', codec: 'vp8' }] } = options;
  const keys = deriveSessionKeys('AEAD_AES_128_GCM', Buffer.alloc(16, 1), Buffer.alloc(12, 2));
  const outgoing = new SrtpCipher(keys);
  const incoming = new SrtpReceiver(new SrtpCipher(keys));
  const sources = new Map<number, RtpSource>();
  const header = createRtpHeaderView();
  const ssrc = send ? SSRCS.camera : 2000;
  const params = videos.map(({ purpose, codec }, i): VideoParams => {
    const own = SSRCS[purpose];
    return {
      purpose,
      codecs: [{ codec, payloadType: 96 + 2 * i, rtxPayloadType: 97 + 2 * i }],
      extensions: transportCc ? { transportCc: 3 } : {},
      nack: true,
      pli: true,
      fir: true,
      remb: false,
      transportCc,
      send,
      receive: !send,
      ssrcs: videos.length > 1 && !send ? [own, own + 1] : [],
    };
  });
  const video = new PeerVideo({
    timers,
    videos: params,
    ssrcs: new Map(videos.map(({ purpose }) => [purpose, { ssrc: SSRCS[purpose], rtxSsrc: SSRCS[purpose] + 1 }])),
    ptsClock: new PtsClock(),
    ssrc,
    participantId: 'ann',
    sources,
    rtcp: () => rtcp,
    rttMs: () => rttMs,
    heardUs: () => undefined,
    audioKbps: () => 0,
    onIncoming: (change) => options.onIncoming?.(change),
    onDemand: (demand) => options.onDemand?.(demand),
    cipher: outgoing,
    transmit,
    random32: () => Math.floor(random() * 2 ** 32),
  });
  let index = 0;
  const rtcp: RtcpReporter = new RtcpReporter({
    timers,
    ssrc,
    cname: 'c',
    senders: video.senders.map(({ rtp }) => rtp),
    sources,
    transmit: (packet) => transmit(outgoing.protectRtcp(packet, ++index)),
    onBye: () => {},
    onNack: (rtp, sequences) => void video.nacked(rtp, sequences),
    onFeedback: (item, nowUs) => video.feedback(item, nowUs),
    onLoss: (rtp, fraction, nowUs) => video.lossReported(rtp, fraction, nowUs),
    intervalMs: 1000,
    random,
  });
  return {
    video,
    rtcp,
    take(datagram) {
      if (isRtcp(datagram)) {
        const packet = incoming.rtcp(datagram);
        if (packet) rtcp.receive(packet);
        return;
      }
      if (!parseRtpHeader(datagram, header)) return;
      const payload = incoming.rtp(datagram, header);
      if (payload) video.receive(datagram, header, payload, timers.nowUs());
    },
    close() {
      rtcp.stop();
      video.close();
    },
  };
}
