import { randomInt } from 'node:crypto';
import type { VideoPurpose } from '../../../media/gateway-video.js';
import type { Packet } from '../../../media/packet.js';
import { callFailure, type CallFailure } from '../../../machines/failure.js';
import type { TransportAnswer, TransportEvent, TransportParams } from '../../../machines/transport.js';
import {
  createPeer,
  type IncomingChange,
  type IncomingVideoChange,
  type PeerStats,
  type PeerVideoDemand,
  type Timers,
  type VideoParams,
  type WebRtcPeer,
} from '../../webrtc/index.js';
import { agreeOn } from './agreement.js';
import { Colibri } from './colibri.js';
import { IdleSound } from './idle-sound.js';
import type { VideoConnection } from './group-video.js';
import { NetworkWatch } from './network-watch.js';
import { LAYERS, layerSources, sourceGroups, type LayerSources, type RemoteVideo, type VideoAgreement } from './video-sources.js';

/** Without a path for so long it has failed: what tweb and ntgcalls take; tgcalls waits for 20 s. */
const ICE_TIMEOUT_MS = 10_000;
const DTLS_TIMEOUT_MS = 10_000;
/** The call's machine gives up a connection that is lost before this. */
const SILENCE_TIMEOUT_MS = 20_000;
/** Voices played at once, and how many are told apart in a call's life. */
const [MOST_VOICES, MOST_SOURCES] = [128, 8192];

/** What a connection tells; nothing after `close`. */
export interface ConnectionEvents {
  readonly transport: (event: TransportEvent) => void;
  /** A remote sound begins or ends. */
  readonly incoming: (change: IncomingChange) => void;
  /** How loud a remote packet is, in dBov. */
  readonly level: (levelDbov: number, source: number) => void;
  /** A remote picture begins or ends. */
  readonly incomingVideo: (change: IncomingVideoChange) => void;
  /** The server wants something of our picture. */
  readonly videoDemand: (demand: PeerVideoDemand) => void;
  /** So many lines of our picture are wanted. */
  readonly wantedLines: (lines: number) => void;
}

/** How a connection is made. */
export interface ConnectionOptions extends ConnectionEvents {
  readonly timers: Timers;
  readonly addresses: readonly string[];
  readonly stereo: boolean;
  /** `camera`: sound, and the camera. `screen`: the second connection, which only shows a screen. */
  readonly purpose: VideoPurpose;
  /** The source of a participant's sound, which his pictures are to be in step with. */
  readonly soundOf: (participantId: string) => number | undefined;
}

/** Of nobody: no source has this number. */
const NO_SOURCE = -1;

/** One connection to the server of a group call: of one join, never used again. */
export class GroupConnection implements VideoConnection {
  readonly #options: ConnectionOptions;
  readonly #peer: WebRtcPeer;
  readonly #colibri: Colibri;
  #idle: IdleSound | undefined;
  #watch: NetworkWatch | undefined;
  readonly #layers: readonly LayerSources[];
  #video: VideoAgreement | undefined;
  #videos = new Map<string, VideoParams>();
  #endpoints = new Set<string>();
  #closed = false;

  private constructor(options: ConnectionOptions, peer: WebRtcPeer, colibri: Colibri) {
    this.#options = options;
    this.#peer = peer;
    this.#colibri = colibri;
    // A screen has one size.
    this.#layers = layerSources(peer.ssrc, options.purpose === 'screen' ? 1 : LAYERS);
    peer.state$.subscribe((state) => {
      if (state.type === 'connected') this.#connected();
      else if (state.type === 'closed') this.#failed(failureOf(state));
    });
    peer.incoming$.subscribe((change) => {
      if (!this.#closed) options.incoming(change);
    });
    peer.incomingVideo$.subscribe((change) => options.incomingVideo(change));
    peer.videoDemands$.subscribe((demand) => {
      if (!this.#closed) options.videoDemand(demand);
    });
  }

  /** Opens its sockets; nothing is sent yet. @throws VoxError `ADDRESS_UNAVAILABLE`. */
  static async open(options: ConnectionOptions): Promise<GroupConnection> {
    const { timers, addresses, stereo, level, soundOf, wantedLines: onHeight } = options;
    const colibri: Colibri = new Colibri({ timers, send: (text) => peer.sendText(text), onHeight });
    const peer: WebRtcPeer = await createPeer({
      role: 'joiner',
      timers,
      addresses,
      // As native clients choose it: what is negative when signed is never seen from them.
      ssrc: randomInt(1, 2 ** 31 - 16),
      incomingChannels: stereo ? 2 : 1,
      maxIncoming: MOST_VOICES,
      maxSsrcs: MOST_SOURCES,
      iceTimeoutMs: ICE_TIMEOUT_MS,
      dtlsTimeoutMs: DTLS_TIMEOUT_MS,
      silenceTimeoutMs: SILENCE_TIMEOUT_MS,
      onLevel: level,
      soundOf: (participantId) => soundOf(participantId ?? '') ?? NO_SOURCE,
      // tgcalls SctpDataChannelProviderInterfaceImpl: this label, stream 0, opened by the client.
      dataChannel: {
        label: 'data',
        streamId: 0,
        open: () => colibri.opened(),
        message: (text) => colibri.receive(text),
      },
    });
    return new GroupConnection(options, peer, colibri);
  }

  /** What it is for. */
  get purpose(): VideoPurpose {
    return this.#options.purpose;
  }

  /** What to offer the server. */
  params(): TransportParams {
    const { ufrag, pwd, fingerprints } = this.#peer.localParams();
    const sha256 = fingerprints.filter(({ hash }) => hash === 'sha-256');
    return {
      source: this.#peer.ssrc,
      // Always: under loss a handshake that we begin fails far more often (measured), and with some clients it hangs (tweb).
      ice: { ufrag, pwd, fingerprints: sha256.map((one) => ({ ...one, setup: 'passive' })) },
      sourceGroups: sourceGroups(this.#layers),
    };
  }

  /** Starts to connect. @throws VoxError `TELEGRAM_ANSWER_UNREADABLE`. */
  apply(answer: TransportAnswer): void {
    const { purpose } = this.#options;
    const { remote, audio, video } = agreeOn(answer, purpose);
    this.#video = video;
    const own = video.codecs.length === 0 ? [] : this.#layers;
    const sending = own.map((sources, layer): VideoParams => ({
      ...video,
      purpose,
      send: true,
      receive: false,
      ssrcs: [],
      own: sources,
      layer,
    }));
    this.#peer.accept(remote, audio, sending);
  }

  get videoCodecs(): readonly ('vp8' | 'h264')[] {
    return this.#peer.videoCodecs(this.#options.purpose);
  }

  sendVideo(packet: Packet, layer: number): void {
    this.#peer.sendVideo(packet, this.#options.purpose, layer);
  }

  setVideos(videos: readonly RemoteVideo[], lines: number): void {
    const video = this.#video;
    if (!video || video.codecs.length === 0) return;
    const before = this.#videos;
    // What is the same goes on: the connection tells by the object.
    this.#videos = new Map(
      videos.map(({ participantId, purpose, sources }) => {
        const key = JSON.stringify([participantId, purpose, sources]);
        return [key, before.get(key) ?? { ...video, participantId, purpose, send: false, receive: true, ssrcs: sources }];
      }),
    );
    this.#peer.receiveVideos([...this.#videos.values()]);
    const wanted = new Set(videos.map(({ endpoint }) => endpoint));
    for (const endpoint of this.#endpoints) if (!wanted.has(endpoint)) this.#colibri.want(endpoint, undefined);
    for (const endpoint of wanted) this.#colibri.want(endpoint, lines);
    this.#endpoints = wanted;
  }

  /** Sends a packet of the graph. */
  sendAudio(packet: Packet): void {
    this.#peer.sendAudio(packet);
    this.#idle?.sent(packet);
  }

  /** A source is known to have ended. */
  forget(source: number): void {
    this.#peer.endIncoming(source);
  }

  /** Figures of this moment. */
  stats(): PeerStats {
    return this.#peer.stats();
  }

  /** Says goodbye and gives everything back. Idempotent. */
  async close(): Promise<void> {
    this.#end();
    await this.#peer.close();
  }

  #end(): void {
    this.#closed = true;
    this.#idle?.stop();
    this.#watch?.stop();
    this.#colibri.close();
  }

  #connected(): void {
    if (this.#closed) return;
    const { timers, transport, purpose } = this.#options;
    if (purpose === 'camera') this.#idle = new IdleSound(timers, (packet) => this.#peer.sendAudio(packet));
    const look = () => ({ lastHeardUs: this.#peer.lastHeardUs, fractionLost: this.#peer.stats().sent?.fractionLost });
    this.#watch = new NetworkWatch(timers, look, transport);
    transport({ type: 'transport.connected' });
  }

  #failed(failure: CallFailure): void {
    if (this.#closed) return;
    this.#end();
    this.#options.transport({ type: 'transport.failed', failure });
  }
}

function failureOf({ reason, problem }: Extract<WebRtcPeer['state'], { type: 'closed' }>): CallFailure {
  // No path, no handshake, and dropped are three things that a person does something different about.
  if (problem) return { code: problem.code, message: problem.message, retry: 'backoff' };
  const why = reason === 'peer-closed' ? 'the server closed it' : 'it was closed';
  return callFailure('CALL_CONNECTION_LOST', { reason: why }, 'backoff');
}
