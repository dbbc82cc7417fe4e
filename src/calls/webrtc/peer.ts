import { randomBytes, randomInt } from 'node:crypto';
import { loadLibopus } from 'libopus-wasm';
import { ReplaySubject, Subject, type Observable } from 'rxjs';
import { voxError } from '../../errors.js';
import type { VideoPurpose } from '../../media/gateway-video.js';
import type { Packet } from '../../media/packet.js';
import { IncomingStreams } from './incoming-streams.js';
import type { MediaParams, VideoParams } from './media-params.js';
import type { IncomingChange, PeerOptions, PeerState, PeerStats } from './peer-types.js';
import { PtsClock } from './pts-clock.js';
import { RtcpReporter } from './rtcp-reporter.js';
import { createRtpHeaderView, isRtcp, parseRtpHeader } from './rtp.js';
import { RtpSender } from './rtp-sender.js';
import type { RtpSource } from './rtp-source.js';
import { agree, agreeVideos, writeAnswer } from './sdp-answer.js';
import { parseOffer } from './sdp-offer.js';
import { SecureTransport } from './secure-transport.js';
import type { SrtpMasterKeys, TransportEnd } from './transport-types.js';
import { SrtpCipher } from './srtp-cipher.js';
import { deriveSessionKeys } from './srtp-keys.js';
import { SrtpReceiver } from './srtp-receiver.js';
import type { TransportParams } from './transport-params.js';
import { PeerVideo, type IncomingVideoChange, type PeerVideoDemand } from './video/peer-video.js';

export type { IncomingChange, PeerOptions, PeerState, PeerStats } from './peer-types.js';

const MAX_INCOMING = 8;
/** What sound with its headers takes of the network, in kbit/s. */
const AUDIO_KBPS = 90;
/** Reports are sent so often where there is video, so that sound and pictures are in step soon. */
const VIDEO_REPORT_MS = 1_000;

/** One WebRTC peer: a browser that listens or speaks, or a call's server. Made by `createPeer`. */
export class WebRtcPeer {
  /** Its states, the present one first; completes after `closed`. */
  readonly state$: Observable<PeerState>;
  /** Remote streams: those that are there, then every change; completes when the peer is closed. */
  readonly incoming$: Observable<IncomingChange>;
  /** Remote videos, as they begin and end; completes when the peer is closed. */
  readonly incomingVideo$: Observable<IncomingVideoChange>;
  /** What the other side wants of the videos it is sent; the first comes when it is connected. */
  readonly videoDemands$: Observable<PeerVideoDemand>;
  /** SSRC of the sound we send. */
  readonly ssrc: number;
  readonly #options: PeerOptions;
  readonly #cname: string;
  readonly #states = new ReplaySubject<PeerState>(1);
  readonly #videoChanges = new Subject<IncomingVideoChange>();
  readonly #videoDemands = new Subject<PeerVideoDemand>();
  readonly #videoSsrcs = new Map<VideoPurpose, { readonly ssrc: number; readonly rtxSsrc: number }>();
  readonly #incoming: IncomingStreams;
  readonly #sources = new Map<number, RtpSource>();
  readonly #header = createRtpHeaderView();
  #transport!: SecureTransport;
  #media: MediaParams | undefined;
  #videoParams: readonly VideoParams[] = [];
  #receiving: readonly VideoParams[] | undefined;
  #video: PeerVideo | undefined;
  #sender: RtpSender | undefined;
  #srtp: SrtpReceiver | undefined;
  #rtcp: RtcpReporter | undefined;
  #state: PeerState = { type: 'connecting' };
  #startedUs = 0;
  #unsent = 0;
  #profile: string | undefined;

  private constructor(options: PeerOptions) {
    this.#options = options;
    this.ssrc = options.ssrc ?? randomSsrc();
    this.#cname = options.cname ?? randomBytes(12).toString('base64url');
    for (const purpose of ['camera', 'screen'] as const)
      this.#videoSsrcs.set(purpose, { ssrc: randomSsrc(), rtxSsrc: randomSsrc() });
    this.incomingVideo$ = this.#videoChanges.asObservable();
    this.videoDemands$ = this.#videoDemands.asObservable();
    this.#states.next(this.#state);
    this.state$ = this.#states.asObservable();
    const { timers, participantId, incomingChannels: channels = 1, maxIncoming: most = MAX_INCOMING, onLevel } = options;
    this.#incoming = new IncomingStreams({
      timers,
      channels,
      most,
      sources: this.#sources,
      ...(participantId !== undefined && { participantId }),
      ...(onLevel && { onLevel }),
    });
    this.incoming$ = this.#incoming.changes$;
  }

  /** See {@link createPeer}. */
  static async create(options: PeerOptions): Promise<WebRtcPeer> {
    await loadLibopus();
    const peer = new WebRtcPeer(options);
    peer.#transport = await SecureTransport.open(
      { ...options, iceRole: options.role === 'joiner' ? 'controlling' : 'controlled' },
      {
        connected: (keys) => peer.#connected(keys),
        media: (datagram) => peer.#receive(datagram),
        ended: (end) => peer.#ended(end),
      },
    );
    return peer;
  }

  /** The present state. */
  get state(): PeerState {
    return this.#state;
  }

  /** What was agreed on, once it was. */
  get media(): MediaParams | undefined {
    return this.#media;
  }

  /**
   * Answers an SDP offer and starts to connect.
   *
   * @returns the SDP answer with all our candidates.
   * @throws VoxError BAD_OFFER; the peer is then closed.
   */
  async answer(offerSdp: string): Promise<string> {
    try {
      const offer = parseOffer(offerSdp);
      const { send = true, receive = true, video = false } = this.#options;
      const media = agree(offer, { send, receive });
      const videos = video ? agreeVideos(offer, { send, receive }) : [];
      if (![media, ...videos].some((one) => one.send || one.receive)) {
        const what = offer.audio ? `its audio is ${offer.audio.direction}, which is of no use here` : 'it has no audio';
        throw voxError('BAD_OFFER', { reason: what });
      }
      const sdp = writeAnswer({
        offer,
        transport: this.localParams(),
        media,
        videos,
        ...(media.send && { sender: { ssrc: this.ssrc, cname: this.#cname } }),
        videoSenders: this.#videoSsrcs,
        cname: this.#cname,
        stereoIn: this.#options.incomingChannels === 2,
        sessionId: String(randomInt(2 ** 47)),
      });
      this.accept(offer.transport, media, videos);
      return sdp;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Our side of the connection, for any notation but SDP. */
  localParams(): TransportParams {
    return this.#transport.localParams();
  }

  /** Starts to connect to a peer whose parameters are known, however they were told. Once. */
  accept(remote: TransportParams, media: MediaParams, videos: readonly VideoParams[] = []): void {
    if (this.#media || this.#state.type === 'closed') return;
    this.#media = media;
    this.#videoParams = videos;
    this.#startedUs = this.#options.timers.nowUs();
    this.#transport.connect(remote);
  }

  /** Sends one Opus packet, if connected and agreed on; its bytes are copied. */
  sendAudio(packet: Packet): void {
    if (!this.#sender) {
      this.#unsent++;
      return;
    }
    this.#sender.send(packet, this.#options.timers.nowUs());
  }

  /** Sends one frame of a video, of one of its sizes, if connected and agreed on. Its bytes must stay as they are. */
  sendVideo(packet: Packet, purpose: VideoPurpose, layer = 0): void {
    this.#video?.send(packet, purpose, layer);
  }

  /** Takes these videos from now on, besides none; for a connection that was made with a video. */
  receiveVideos(videos: readonly VideoParams[]): void {
    this.#receiving = videos;
    this.#video?.setReceiving(videos);
  }

  /** The codecs in which the other side takes a video, the best first; empty: not at all. */
  videoCodecs(purpose: VideoPurpose): readonly ('vp8' | 'h264')[] {
    const params = this.#videoParams.find((one) => one.purpose === purpose && one.send);
    return params?.codecs.map(({ codec }) => codec) ?? [];
  }

  /** Sends a text over the data channel; before that is open it waits. */
  sendText(text: string): void {
    this.#transport.channel?.send(text);
  }

  /** A remote stream is known to be over. */
  endIncoming(ssrc: number): void {
    this.#incoming.end(ssrc, 'replaced');
  }

  /** When anything was heard of the other side last, in microseconds of the timers' clock. */
  get lastHeardUs(): number {
    return this.#transport.lastHeardUs;
  }

  /** Figures of this moment. */
  stats(): PeerStats {
    const { rttMs, remoteAddress } = this.#transport;
    return {
      state: this.#state.type,
      ...(this.#state.type === 'connected' && { joinMs: this.#state.joinMs }),
      ...(this.#profile !== undefined && { srtpProfile: this.#profile }),
      ...(remoteAddress && { remoteAddress: `${remoteAddress.ip}:${remoteAddress.port}` }),
      ...(rttMs !== undefined && { rttMs }),
      ...(this.#sender && { sent: { ...this.#sender.stats } }),
      unsent: this.#unsent,
      ...(this.#srtp && { srtp: { ...this.#srtp.counters } }),
      incoming: this.#incoming.stats(),
      ...(this.#video && { video: this.#video.stats() }),
    };
  }

  /** Says goodbye (RTCP BYE, DTLS close_notify) and releases everything. Idempotent. */
  async close(): Promise<void> {
    this.#rtcp?.stop();
    await this.#transport.close();
  }

  #connected(keys: SrtpMasterKeys): void {
    const media = this.#media;
    if (!media) return;
    const { timers } = this.#options;
    this.#profile = keys.profile;
    const outgoing = new SrtpCipher(deriveSessionKeys(keys.profile, keys.localKey, keys.localSalt));
    const remote = new SrtpCipher(deriveSessionKeys(keys.profile, keys.remoteKey, keys.remoteSalt));
    this.#srtp = new SrtpReceiver(remote, this.#options.maxSsrcs);
    const transmit = (datagram: Buffer): void => void this.#transport.send(datagram);
    const random32 = () => randomInt(2 ** 32);
    const ptsClock = new PtsClock();
    if (media.send) {
      this.#sender = new RtpSender({
        ssrc: this.ssrc,
        payloadType: media.payloadType,
        extensions: media.extensions,
        ...(media.mid !== undefined && { mid: media.mid }),
        ...(media.rtxPayloadType !== undefined && { rtx: { ssrc: randomSsrc(), payloadType: media.rtxPayloadType } }),
        cipher: outgoing,
        transmit,
        random32,
        ptsClock,
      });
    }
    if (this.#videoParams.length > 0) {
      this.#video = new PeerVideo({
        timers,
        videos: this.#videoParams,
        ssrcs: this.#videoSsrcs,
        ssrc: this.ssrc,
        participantId: this.#options.participantId,
        sources: this.#sources,
        rtcp: () => this.#rtcp,
        rttMs: () => this.#transport.rttMs,
        heardUs: (participantId) => this.#incoming.heardUs(this.#options.soundOf?.(participantId)),
        audioKbps: () => (this.#sender ? AUDIO_KBPS : 0),
        onIncoming: (change) => this.#videoChanges.next(change),
        onDemand: (demand) => this.#videoDemands.next(demand),
        ...(this.#options.limits && { limits: this.#options.limits }),
        cipher: outgoing,
        transmit,
        random32,
        ptsClock,
      });
    }
    const video = this.#video;
    if (this.#receiving) video?.setReceiving(this.#receiving);
    let srtcpIndex = 0;
    this.#rtcp = new RtcpReporter({
      timers,
      ssrc: this.ssrc,
      cname: this.#cname,
      senders: [...(this.#sender ? [this.#sender] : []), ...(video?.senders ?? []).map(({ rtp }) => rtp)],
      sources: this.#sources,
      transmit: (packet) => transmit(outgoing.protectRtcp(packet, ++srtcpIndex)),
      onBye: (ssrcs) => {
        for (const ssrc of ssrcs) {
          this.#incoming.end(ssrc, 'bye');
          video?.bye(ssrc);
        }
      },
      ...(video && {
        intervalMs: VIDEO_REPORT_MS,
        onNack: (sender, sequences, nowUs) => {
          if (!video.nacked(sender, sequences)) sender.resend(sequences, nowUs);
        },
        onFeedback: (item, nowUs) => video.feedback(item, nowUs),
        onLoss: (sender, fraction, nowUs) => video.lossReported(sender, fraction, nowUs),
      }),
      random: Math.random,
    });
    this.#setState({ type: 'connected', joinMs: (timers.nowUs() - this.#startedUs) / 1000 });
    video?.start();
  }

  #receive(datagram: Buffer): void {
    const srtp = this.#srtp;
    if (!srtp) return;
    if (isRtcp(datagram)) {
      const packet = srtp.rtcp(datagram);
      if (packet) this.#rtcp?.receive(packet);
      return;
    }
    const header = this.#header;
    if (!parseRtpHeader(datagram, header)) return;
    const payload = srtp.rtp(datagram, header);
    const nowUs = this.#options.timers.nowUs();
    if (!payload || !this.#media) return;
    if (header.payloadType !== this.#media.payloadType) return this.#video?.receive(datagram, header, payload, nowUs);
    if (payload.length === 0 || !this.#media.receive) return;
    const { nack, extensions, numberedBy } = this.#media;
    // One numbering for all streams: what is left out of the report would count as lost.
    if (numberedBy !== undefined) this.#video?.arrived(datagram, header, numberedBy, nowUs);
    const agreed = { nack, audioLevelId: extensions.audioLevel, rttMs: this.#transport.rttMs };
    const missing = this.#incoming.receive(datagram, header, payload, nowUs, agreed);
    if (missing && missing.length > 0) this.#rtcp?.nack(header.ssrc, missing);
  }

  #ended(end: TransportEnd): void {
    this.#rtcp?.stop();
    this.#sender = undefined;
    this.#video?.close();
    this.#videoChanges.complete();
    this.#videoDemands.complete();
    this.#incoming.close();
    this.#setState({ type: 'closed', ...end });
    this.#states.complete();
  }

  #setState(state: PeerState): void {
    this.#state = state;
    this.#states.next(state);
  }
}

/**
 * Opens a peer on the given addresses; nothing is sent before `answer` or `accept`.
 *
 * @throws VoxError ADDRESS_UNAVAILABLE, PORT_TAKEN.
 */
export function createPeer(options: PeerOptions): Promise<WebRtcPeer> {
  return WebRtcPeer.create(options);
}

function randomSsrc(): number {
  return randomInt(1, 2 ** 31);
}
