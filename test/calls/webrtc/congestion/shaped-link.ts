import { SrtpCipher } from '../../../../src/calls/webrtc/srtp-cipher.js';
import { deriveSessionKeys } from '../../../../src/calls/webrtc/srtp-keys.js';
import { SrtpReceiver } from '../../../../src/calls/webrtc/srtp-receiver.js';
import type { VideoParams } from '../../../../src/calls/webrtc/media-params.js';
import { PtsClock } from '../../../../src/calls/webrtc/pts-clock.js';
import { createRtpHeaderView, isRtcp, parseRtpHeader } from '../../../../src/calls/webrtc/rtp.js';
import { RtcpReporter } from '../../../../src/calls/webrtc/rtcp-reporter.js';
import type { RtpSource } from '../../../../src/calls/webrtc/rtp-source.js';
import { PeerVideo, type PeerVideoStats } from '../../../../src/calls/webrtc/video/peer-video.js';
import type { Packet } from '../../../../src/media/packet.js';
import { createVirtualScheduler } from '../../../../src/time/index.js';
import { seeded } from '../support/stream.js';

/** A link that changes: from each time on, in seconds, so many kbit/s, and so much loss. */
export interface LinkPhase {
  readonly fromSec: number;
  readonly kbps: number;
  /** 0…1; default 0. */
  readonly loss?: number;
}

/** What a run over a link is made of. */
export interface LinkRun {
  readonly phases: readonly LinkPhase[];
  readonly seconds: number;
  /** Most the encoder gives, in kbit/s. */
  readonly encoderKbps?: number;
  /** One way, in milliseconds. */
  readonly delayMs?: number;
  /** What the link's queue holds at most, as time, in milliseconds. */
  readonly queueMs?: number;
  readonly transportCc?: boolean;
  readonly seed?: number;
}

/** A frame that arrived whole. */
export interface SeenFrame {
  readonly atSec: number;
  /** From being encoded to being whole, in milliseconds. */
  readonly delayMs: number;
  readonly bytes: number;
  readonly key: boolean;
}

const FPS = 30;
const KEY_TIMES = 4;

/**
 * Sends a film over a shaped link in virtual time: an encoder that gives what it is asked for, our sender with pacer and estimator, a queue
 * that empties at the link's rate and overflows, our receiver, and a way back for its feedback.
 */
export async function sendOverLink(
  run: LinkRun,
): Promise<{ frames: SeenFrame[]; stats: PeerVideoStats; told: [number, number][] }> {
  const { phases, seconds, encoderKbps = 2500, delayMs = 25, queueMs = 300, transportCc = true, seed = 21 } = run;
  const timers = createVirtualScheduler();
  const random = seeded(seed);
  const keys = deriveSessionKeys('AEAD_AES_128_GCM', Buffer.alloc(16, 1), Buffer.alloc(12, 2));
  const params = (send: boolean): VideoParams => ({
    purpose: 'camera',
    codecs: [{ codec: 'vp8', payloadType: 96, rtxPayloadType: 97 }],
    extensions: transportCc ? { transportCc: 3 } : {},
    nack: true,
    pli: true,
    fir: true,
    remb: false,
    transportCc,
    send,
    receive: !send,
    ssrcs: [],
  });
  let keyWanted = true;
  let wantedKbps = 300;
  const told: [number, number][] = [];
  const frames: SeenFrame[] = [];
  const phase = () => phases.findLast(({ fromSec }) => fromSec * 1e6 <= timers.nowUs()) ?? phases[0]!;

  // The link: a queue that empties at its rate, and a way back that is never full.
  let freeUs = 0;
  const onLink = (datagram: Buffer) => {
    const { kbps, loss = 0 } = phase();
    const nowUs = timers.nowUs();
    freeUs = Math.max(freeUs, nowUs);
    if (freeUs - nowUs > queueMs * 1000 || random() < loss) return;
    freeUs += ((datagram.length + 28) * 8000) / kbps;
    timers.after((freeUs - nowUs) / 1000 + delayMs, () => receiver.take(datagram));
  };
  const back = (datagram: Buffer) => void timers.after(delayMs, () => sender.take(datagram));

  const end = (send: boolean, transmit: (datagram: Buffer) => void) => {
    const outgoing = new SrtpCipher(keys);
    const incoming = new SrtpReceiver(new SrtpCipher(keys));
    const sources = new Map<number, RtpSource>();
    const header = createRtpHeaderView();
    const video = new PeerVideo({
      timers,
      videos: [params(send)],
      ssrcs: new Map([['camera', { ssrc: 1000, rtxSsrc: 1001 }]]),
      ptsClock: new PtsClock(),
      ssrc: send ? 1000 : 2000,
      participantId: 'ann',
      sources,
      rtcp: () => rtcp,
      rttMs: () => 2 * delayMs,
      heardUs: () => undefined,
      audioKbps: () => 0,
      onIncoming: (change) => {
        if (change.type === 'started') change.video.packets$.subscribe((packet) => seen(packet));
      },
      onDemand: (demand) => {
        if (demand.type === 'key-frame') keyWanted = true;
        else {
          told.push([timers.nowUs() / 1e6, Math.round(demand.bitrateKbps)]);
          wantedKbps = demand.bitrateKbps;
        }
      },
      cipher: outgoing,
      transmit,
      random32: () => Math.floor(random() * 2 ** 32),
    });
    let index = 0;
    const rtcp: RtcpReporter = new RtcpReporter({
      timers,
      ssrc: send ? 1000 : 2000,
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
    const take = (datagram: Buffer) => {
      if (isRtcp(datagram)) {
        const packet = incoming.rtcp(datagram);
        if (packet) rtcp.receive(packet);
        return;
      }
      if (!parseRtpHeader(datagram, header)) return;
      const payload = incoming.rtp(datagram, header);
      if (payload) video.receive(datagram, header, payload, timers.nowUs());
    };
    return { video, rtcp, take };
  };
  const sentUs = new Map<number, number>();
  const seen = ({ data, key }: Packet) => {
    const number = Buffer.from(data).readUInt32BE(1);
    const nowUs = timers.nowUs();
    frames.push({ atSec: nowUs / 1e6, delayMs: (nowUs - sentUs.get(number)!) / 1000, bytes: data.length, key });
  };
  const sender = end(true, onLink);
  const receiver = end(false, back);
  sender.video.start();

  // The encoder: what is asked for, give or take, from the next frame on; a key frame is larger, and those behind it smaller for it.
  let number = 0;
  let debt = 0;
  timers.every({
    periodUs: 1e6 / FPS,
    onTick: () => {
      const key = keyWanted;
      keyWanted = false;
      const mean = (Math.min(encoderKbps, wantedKbps) * 1000) / 8 / FPS;
      const data = Buffer.alloc(Math.max(20, Math.round(mean * (0.8 + 0.4 * random()) * (key ? KEY_TIMES : debt > 0 ? 0.7 : 1))));
      debt = Math.max(0, debt + data.length - mean);
      data[0] = key ? 0x10 : 0x11;
      data.writeUInt32BE(number, 1);
      sentUs.set(number++, timers.nowUs());
      const ptsUs = timers.nowUs();
      sender.video.send({ kind: 'packet', codec: 'vp8', ptsUs, durationUs: 33_333, key, data }, 'camera');
    },
  });
  timers.advanceBy(seconds * 1000);
  const stats = sender.video.stats();
  for (const { video, rtcp } of [sender, receiver]) {
    rtcp.stop();
    video.close();
  }
  timers.close();
  return { frames, stats, told };
}

/** Longest time without a new frame between two times, in seconds. */
export function longestFreezeSec(frames: readonly SeenFrame[], fromSec: number, toSec: number): number {
  const times = [fromSec, ...frames.map(({ atSec }) => atSec).filter((at) => at > fromSec && at < toSec), toSec];
  return Math.max(...times.slice(1).map((at, i) => at - times[i]!));
}

/** Mean rate of what arrived between two times, in kbit/s. */
export function rateKbps(frames: readonly SeenFrame[], fromSec: number, toSec: number): number {
  const bytes = frames.filter(({ atSec }) => atSec >= fromSec && atSec < toSec).reduce((sum, frame) => sum + frame.bytes, 0);
  return Math.round((bytes * 8) / 1000 / (toSec - fromSec));
}
