import { randomBytes, randomInt } from 'node:crypto';
import { createDecoder, loadLibopus } from 'libopus-wasm';
import { Observable, ReplaySubject, Subject } from 'rxjs';
import { voxError, type Problem } from '../../errors.js';
import type { Packet } from '../../media/packet.js';
import { JitterBuffer } from './jitter-buffer.js';
import type { JitterBufferStats } from './jitter-stats.js';
import type { MediaParams } from './media-params.js';
import { NackRequester } from './nack-requester.js';
import { RtcpReporter } from './rtcp-reporter.js';
import { createRtpHeaderView, isRtcp, parseRtpHeader } from './rtp.js';
import { readAudioLevel } from './rtp-extensions.js';
import { RtpSender, type RtpSenderStats } from './rtp-sender.js';
import { RtpSource, type RtpSourceStats } from './rtp-source.js';
import { agree, writeAnswer } from './sdp-answer.js';
import { parseOffer } from './sdp-offer.js';
import { SecureTransport } from './secure-transport.js';
import type { SecureTransportOptions, SrtpMasterKeys, TransportEnd } from './transport-types.js';
import { SrtpCipher } from './srtp-cipher.js';
import { deriveSessionKeys } from './srtp-keys.js';
import { SrtpReceiver, type SrtpReceiveCounters } from './srtp-receiver.js';
import type { TransportParams } from './transport-params.js';

/** How a peer is set up; the times and addresses are those of the transport. */
export interface PeerOptions extends Omit<SecureTransportOptions, 'iceRole'> {
  /** `answerer` (default): the peer offers, as in WHIP and WHEP. `joiner`: we lead, as towards an ICE-lite server. */
  readonly role?: 'answerer' | 'joiner';
  /** Names it in `IncomingAudio.participantId`; default: the remote SSRC. */
  readonly participantId?: string;
  /** What we are willing to do with the offered audio; default both. */
  readonly send?: boolean;
  readonly receive?: boolean;
  /** Told the level of each packet that carries one (RFC 6464), in dBov. */
  readonly onLevel?: (levelDbov: number) => void;
  /** Channels of incoming audio; default 1. */
  readonly incomingChannels?: 1 | 2;
  /** Most remote SSRCs that are played at once; default 8. */
  readonly maxIncoming?: number;
  /** Names us in RTCP over all our SSRCs; default random. */
  readonly cname?: string;
  /** SSRC of what we send; default random. */
  readonly ssrc?: number;
}

/** How a peer is doing. */
export type PeerState =
  | { readonly type: 'connecting' }
  | { readonly type: 'connected'; readonly joinMs: number }
  | { readonly type: 'closed'; readonly reason: TransportEnd['reason']; readonly problem?: Problem };

/** A remote stream begins or ends. */
export type IncomingChange =
  | { readonly type: 'started'; readonly ssrc: number; readonly audio: JitterBuffer }
  | { readonly type: 'ended'; readonly ssrc: number; readonly reason: 'bye' | 'replaced' | 'closed' };

/** Everything that can be counted of a peer, as plain JSON. */
export interface PeerStats {
  readonly state: PeerState['type'];
  /** From the first call of `answer` or `accept` to connected, milliseconds. */
  readonly joinMs?: number;
  readonly srtpProfile?: string;
  readonly remoteAddress?: string;
  /** Round trip time of ICE's checks, milliseconds. */
  readonly rttMs?: number;
  readonly sent?: RtpSenderStats;
  /** Packets given to `sendAudio` while not connected, or when sending was not agreed on. */
  readonly unsent: number;
  readonly srtp?: SrtpReceiveCounters;
  readonly incoming: readonly (RtpSourceStats & { readonly audio: JitterBufferStats })[];
}

interface Incoming {
  readonly source: RtpSource;
  /** Only when asking again was agreed on. */
  readonly nacks: NackRequester | undefined;
  readonly audio: JitterBuffer;
}

const MAX_INCOMING = 8;
/** A remote stream that has been silent this long makes room for a new one when all places are taken. */
const STALE_US = 2_000_000;

/** One WebRTC peer: a browser that listens or speaks, or a call's server. Made by `createPeer`. */
export class WebRtcPeer {
  /** Its states, the present one first; completes after `closed`. */
  readonly state$: Observable<PeerState>;
  /** Remote streams: those that are there, then every change; completes when the peer is closed. */
  readonly incoming$: Observable<IncomingChange>;
  /** SSRC of what we send. */
  readonly ssrc: number;
  readonly #options: PeerOptions;
  readonly #cname: string;
  readonly #states = new ReplaySubject<PeerState>(1);
  readonly #changes = new Subject<IncomingChange>();
  readonly #incoming = new Map<number, Incoming>();
  readonly #sources = new Map<number, RtpSource>();
  readonly #header = createRtpHeaderView();
  #transport!: SecureTransport;
  #media: MediaParams | undefined;
  #sender: RtpSender | undefined;
  #srtp: SrtpReceiver | undefined;
  #rtcp: RtcpReporter | undefined;
  #state: PeerState = { type: 'connecting' };
  #startedUs = 0;
  #unsent = 0;
  #transportSequence = 0;
  #profile: string | undefined;

  private constructor(options: PeerOptions) {
    this.#options = options;
    this.ssrc = options.ssrc ?? randomSsrc();
    this.#cname = options.cname ?? randomBytes(12).toString('base64url');
    this.#states.next(this.#state);
    this.state$ = this.#states.asObservable();
    this.incoming$ = new Observable((observer) => {
      for (const [ssrc, { audio }] of this.#incoming) observer.next({ type: 'started', ssrc, audio });
      return this.#changes.subscribe(observer);
    });
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
      const media = agree(offer, { send: this.#options.send ?? true, receive: this.#options.receive ?? true });
      if (!media.send && !media.receive)
        throw voxError('BAD_OFFER', { reason: `its audio is ${offer.audio.direction}, which is of no use here` });
      const sdp = writeAnswer({
        offer,
        transport: this.localParams(),
        media,
        ...(media.send && { sender: { ssrc: this.ssrc, cname: this.#cname } }),
        stereoIn: this.#options.incomingChannels === 2,
        sessionId: String(randomInt(2 ** 47)),
      });
      this.accept(offer.transport, media);
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
  accept(remote: TransportParams, media: MediaParams): void {
    if (this.#media || this.#state.type === 'closed') return;
    this.#media = media;
    this.#startedUs = this.#options.timers.nowUs();
    this.#transport.connect(remote);
  }

  /** Sends one Opus packet, if connected and agreed on; its bytes are copied. */
  sendAudio(packet: Packet): void {
    if (!this.#sender) {
      this.#unsent++;
      return;
    }
    this.#sender.send(packet, this.#options.timers.nowUs(), this.#transportSequence++);
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
      incoming: [...this.#incoming.values()].map(({ source, audio }) => ({ ...source.stats, audio: { ...audio.stats } })),
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
    this.#srtp = new SrtpReceiver(new SrtpCipher(deriveSessionKeys(keys.profile, keys.remoteKey, keys.remoteSalt)));
    const transmit = (datagram: Buffer): void => void this.#transport.send(datagram);
    if (media.send) {
      this.#sender = new RtpSender({
        ssrc: this.ssrc,
        payloadType: media.payloadType,
        extensions: media.extensions,
        ...(media.mid !== undefined && { mid: media.mid }),
        ...(media.rtxPayloadType !== undefined && { rtx: { ssrc: randomSsrc(), payloadType: media.rtxPayloadType } }),
        cipher: outgoing,
        transmit,
        random32: () => randomInt(2 ** 32),
      });
    }
    let srtcpIndex = 0;
    this.#rtcp = new RtcpReporter({
      timers,
      ssrc: this.ssrc,
      cname: this.#cname,
      sender: this.#sender,
      sources: this.#sources,
      transmit: (packet) => transmit(outgoing.protectRtcp(packet, ++srtcpIndex)),
      onBye: (ssrcs) => ssrcs.forEach((ssrc) => this.#endIncoming(ssrc, 'bye')),
      random: Math.random,
    });
    this.#setState({ type: 'connected', joinMs: (timers.nowUs() - this.#startedUs) / 1000 });
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
    if (!payload || payload.length === 0 || !this.#media?.receive || header.payloadType !== this.#media.payloadType) return;
    const incoming = this.#incoming.get(header.ssrc) ?? this.#startIncoming(header.ssrc);
    if (!incoming) return;
    const { source, audio, nacks } = incoming;
    const nowUs = this.#options.timers.nowUs();
    const sequence = source.receive(header.sequence, header.timestamp, payload.length, nowUs);
    if (sequence === undefined) return;
    if (nacks) this.#rtcp?.nack(header.ssrc, nacks.arrived(sequence, nowUs, this.#transport.rttMs));
    const level = readAudioLevel(datagram, header, this.#media.extensions.audioLevel);
    if (level !== undefined) {
      source.stats.levelDbov = level;
      this.#options.onLevel?.(level);
    }
    audio.insert(payload, sequence, header.timestamp);
  }

  #startIncoming(ssrc: number): Incoming | undefined {
    const { timers, participantId, incomingChannels = 1, maxIncoming = MAX_INCOMING } = this.#options;
    if (this.#incoming.size >= maxIncoming && !this.#dropStale(timers.nowUs())) return undefined;
    const audio = new JitterBuffer({
      participantId: participantId ?? String(ssrc),
      channels: incomingChannels,
      nowUs: () => timers.nowUs(),
    });
    createDecoder({ channels: incomingChannels, sampleRate: 48_000 }).then(
      (decoder) => audio.attach(decoder),
      // Out of memory inside the decoder's module: this stream stays silent, the call goes on.
      () => {},
    );
    const incoming = { source: new RtpSource(ssrc), audio, nacks: this.#media?.nack ? new NackRequester() : undefined };
    this.#incoming.set(ssrc, incoming);
    this.#sources.set(ssrc, incoming.source);
    this.#changes.next({ type: 'started', ssrc, audio });
    return incoming;
  }

  /** A sender that keeps changing its SSRC must not lock itself out. */
  #dropStale(nowUs: number): boolean {
    for (const [ssrc, { source }] of this.#incoming) {
      if (nowUs - source.lastPacketUs > STALE_US) {
        this.#endIncoming(ssrc, 'replaced');
        return true;
      }
    }
    return false;
  }

  #endIncoming(ssrc: number, reason: 'bye' | 'replaced' | 'closed'): void {
    const incoming = this.#incoming.get(ssrc);
    if (!incoming) return;
    this.#incoming.delete(ssrc);
    this.#sources.delete(ssrc);
    incoming.audio.close();
    this.#changes.next({ type: 'ended', ssrc, reason });
  }

  #ended(end: TransportEnd): void {
    this.#rtcp?.stop();
    this.#sender = undefined;
    for (const ssrc of [...this.#incoming.keys()]) this.#endIncoming(ssrc, 'closed');
    this.#changes.complete();
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
