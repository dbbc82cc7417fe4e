import { Observable, Subject } from 'rxjs';
import type {
  GatewayVideo,
  IncomingVideo,
  VideoChange,
  VideoDemand,
  VideoPurpose,
  VideoSize,
} from '../../../media/gateway-video.js';
import type { Packet } from '../../../media/packet.js';
import type { IncomingVideoChange, PeerVideoDemand, Timers } from '../../webrtc/index.js';
import type { RemoteVideo } from './video-sources.js';

/** What the videos of a call need of its connection. */
export interface VideoConnection {
  /** Sends one frame of one of the sizes. Its bytes must stay as they are. */
  sendVideo(packet: Packet, layer: number): void;
  /** Asks the server for these, each with at most so many lines, and for no others. */
  setVideos(videos: readonly RemoteVideo[], lines: number): void;
  /** Codecs the server takes. */
  readonly videoCodecs: readonly ('vp8' | 'h264')[];
}

/** Full, medium and thumb, as native clients ask; the more there are, the smaller. */
const LINES: readonly (readonly [most: number, lines: number])[] = [
  [4, 720],
  [9, 360],
  [Infinity, 180],
];

/** A video of which nothing came for so long is over; encoders repeat a picture that stands still every second. */
const OVER_US = 5_000_000;
/** A screen that has no connection asks for one so often. */
const AGAIN_US = 5_000_000;
const WATCH_MS = 1000;
const SIZES: readonly VideoSize[] = ['quarter', 'half', 'full'];
/** What each size gets of the network where all are sent, as native clients share it: 60, 110 and 900 kbit/s. */
const SHARES: Readonly<Record<VideoSize, number>> = { quarter: 60, half: 110, full: 900 };

/** The pictures of a group call: ours go out once, and those of the others come as soon as somebody looks at any. */
export class GroupVideo implements GatewayVideo {
  readonly videos$: Observable<VideoChange>;
  readonly demands$: Observable<VideoDemand>;
  /** Frames that nobody could see. */
  unseen = 0;
  readonly #timers: Timers;
  readonly #tell: (type: 'video.began' | 'video.ended', purpose: VideoPurpose) => void;
  readonly #remotes = new Map<string, RemoteVideo>();
  readonly #incoming = new Map<string, IncomingVideo>();
  readonly #changes = new Subject<VideoChange>();
  readonly #demands = new Subject<VideoDemand>();
  /** When the last frame of each video that is sent came, and when its beginning was told. */
  readonly #sending = new Map<VideoPurpose, { lastUs: number; toldUs: number }>();
  /** Which sizes of our picture there are. */
  readonly #sizes = new Set<VideoSize>();
  #connection: VideoConnection | undefined;
  #screen: VideoConnection | undefined;
  #cancelWatch: (() => void) | undefined;
  #lookers = 0;
  #kbps: number | undefined;
  /** What nobody looks at. */
  readonly #unwanted = new Set<VideoPurpose>();

  /** @param tell told when frames of a video begin and cease to come; again and again while a screen has no connection. */
  constructor(timers: Timers, tell: (type: 'video.began' | 'video.ended', purpose: VideoPurpose) => void) {
    this.#timers = timers;
    this.#tell = tell;
    this.videos$ = new Observable((observer) => {
      for (const video of this.#incoming.values()) observer.next({ type: 'joined', video });
      const subscription = this.#changes.subscribe(observer);
      if (this.#lookers++ === 0) this.#ask();
      return () => {
        subscription.unsubscribe();
        if (--this.#lookers === 0) this.#ask();
      };
    });
    this.demands$ = new Observable((observer) => {
      for (const demand of this.#rates()) observer.next(demand);
      return this.#demands.subscribe(observer);
    });
  }

  /** Whether anybody looks at any video. */
  get watched(): boolean {
    return this.#lookers > 0;
  }

  /** Another connection carries the call from now on; undefined: none. */
  connected(connection: VideoConnection | undefined): void {
    this.#connection = connection;
    this.#unwanted.delete('camera');
    this.#ask();
  }

  /** Another connection shows our screen from now on; undefined: none. */
  presenting(connection: VideoConnection | undefined): void {
    this.#screen = connection;
    this.#unwanted.delete('screen');
  }

  /** What somebody shows; undefined: nothing. */
  set(participantId: string, purpose: VideoPurpose, remote: RemoteVideo | undefined): void {
    const key = `${purpose} ${participantId}`;
    const known = this.#remotes.get(key);
    if (JSON.stringify(known) === JSON.stringify(remote)) return;
    if (remote) this.#remotes.set(key, remote);
    else this.#remotes.delete(key);
    this.#ask();
  }

  /** A video of the connection begins or ends. */
  stream({ type, video }: IncomingVideoChange): void {
    const { participantId, purpose } = video;
    const key = `${purpose} ${participantId}`;
    if (type === 'started') {
      if (this.#incoming.has(key)) this.#changes.next({ type: 'left', participantId, purpose });
      this.#incoming.set(key, video);
      this.#changes.next({ type: 'joined', video });
    } else if (this.#incoming.get(key) === video) {
      this.#incoming.delete(key);
      this.#changes.next({ type: 'left', participantId, purpose });
    }
  }

  /** What the server wants of our picture. */
  demand(demand: PeerVideoDemand, purpose: VideoPurpose): void {
    if (demand.type === 'key-frame') return this.#demands.next(demand);
    if (purpose === 'screen') return this.#demands.next({ ...demand, purpose });
    this.#kbps = demand.bitrateKbps;
    for (const rate of this.#rates()) this.#demands.next(rate);
  }

  /** So many lines of a picture of ours are wanted. */
  wanted(lines: number, purpose: VideoPurpose): void {
    if (lines === 0) this.#unwanted.add(purpose);
    else if (this.#unwanted.delete(purpose)) this.#demands.next({ type: 'key-frame', purpose });
  }

  send(packet: Packet, purpose: VideoPurpose, size: VideoSize = 'full'): void {
    this.#note(purpose);
    const connection = purpose === 'screen' ? this.#screen : this.#connection;
    const takes = connection?.videoCodecs.some((codec) => codec === packet.codec) ?? false;
    if (!takes || this.#unwanted.has(purpose)) {
      this.unseen++;
      return;
    }
    // Paced packets are views of it.
    const copy = { ...packet, data: Uint8Array.from(packet.data), native: undefined };
    if (purpose === 'screen') return connection!.sendVideo(copy, 0);
    if (!this.#sizes.has(size)) {
      this.#sizes.add(size);
      for (const rate of this.#rates()) this.#demands.next(rate);
    }
    // The smallest that there is goes first: who sends but one sends that (a server may forward nothing without it).
    const layer = SIZES.filter((one) => this.#sizes.has(one)).indexOf(size);
    connection!.sendVideo(copy, layer);
  }

  codecs(purpose: VideoPurpose): readonly ('vp8' | 'h264')[] {
    return (purpose === 'screen' ? this.#screen : this.#connection)?.videoCodecs ?? [];
  }

  /** Nothing more comes. */
  close(): void {
    this.#cancelWatch?.();
    this.#changes.complete();
    this.#demands.complete();
  }

  #note(purpose: VideoPurpose): void {
    const nowUs = this.#timers.nowUs();
    const known = this.#sending.get(purpose);
    if (known) known.lastUs = nowUs;
    const waits = purpose === 'screen' && !this.#screen && known && nowUs - known.toldUs >= AGAIN_US;
    if (known && !waits) return;
    this.#sending.set(purpose, { lastUs: nowUs, toldUs: nowUs });
    this.#tell('video.began', purpose);
    this.#cancelWatch ??= this.#watch();
  }

  #watch(): () => void {
    return this.#timers.after(WATCH_MS, () => {
      this.#cancelWatch = undefined;
      for (const [purpose, { lastUs }] of this.#sending) {
        if (this.#timers.nowUs() - lastUs < OVER_US) continue;
        this.#sending.delete(purpose);
        this.#tell('video.ended', purpose);
      }
      if (this.#sending.size > 0) this.#cancelWatch = this.#watch();
    });
  }

  /** What each size may take of what the network takes. */
  #rates(): VideoDemand[] {
    const kbps = this.#kbps;
    if (kbps === undefined) return [];
    const sizes = this.#sizes.size === 0 ? (['full'] as const) : [...this.#sizes];
    const whole = sizes.reduce((sum, size) => sum + SHARES[size], 0);
    return sizes.map((size) => ({
      type: 'bitrate',
      purpose: 'camera',
      size,
      bitrateKbps: Math.round((kbps * SHARES[size]) / whole),
    }));
  }

  #ask(): void {
    const videos = this.#lookers > 0 ? [...this.#remotes.values()] : [];
    const [, lines = 0] = LINES.find(([most]) => videos.length <= most) ?? [];
    this.#connection?.setVideos(videos, lines);
  }
}
