import { Observable, Subject } from 'rxjs';
import type {
  GatewayVideo,
  IncomingVideo,
  VideoChange,
  VideoDemand,
  VideoPurpose,
  VideoSize,
} from '../../media/gateway-video.js';
import type { Packet } from '../../media/packet.js';
import type { WebRtcPeer } from '../webrtc/peer.js';

/** A peer, as far as its videos are concerned. */
export type VideoPeer = Pick<WebRtcPeer, 'sendVideo' | 'videoCodecs' | 'videoDemands$'>;

interface Watcher {
  readonly peer: VideoPeer;
  /** What its network takes for all videos together, in kbit/s; undefined: not told yet. */
  kbps: number | undefined;
}

const PURPOSES: readonly VideoPurpose[] = ['camera', 'screen'];
/** Nobody lowers everybody's picture below this, in kbit/s: who takes less skips pictures. */
const FLOOR_KBPS = 150;
/** A video that was not sent for so long needs no share of the network, in microseconds. */
const REST_US = 2_000_000;
/** Many who come at once are served by one key frame, in microseconds. */
const KEY_EVERY_US = 250_000;

/**
 * The pictures of a room: what is sent goes to everybody who watches, in one encoding whose bit rate follows the one who takes least, and
 * everybody's camera and screen come in.
 */
export class RoomVideo implements GatewayVideo {
  readonly demands$: Observable<VideoDemand>;
  readonly videos$: Observable<VideoChange>;
  /** Frames that nobody saw. */
  unseen = 0;
  readonly #demands = new Subject<VideoDemand>();
  readonly #changes = new Subject<VideoChange>();
  readonly #watchers = new Set<Watcher>();
  readonly #incoming = new Map<string, IncomingVideo>();
  readonly #sentUs = new Map<VideoPurpose, number>();
  readonly #keyUs = new Map<VideoPurpose, number>();
  readonly #toldKbps = new Map<VideoPurpose, number>();
  readonly #nowUs: () => number;
  readonly #after: (delayMs: number, run: () => void) => () => void;
  readonly #keysDue = new Map<VideoPurpose, () => void>();
  #copy: Packet | undefined;

  /** @param timers the room's clock. */
  constructor(timers: { nowUs(): number; after(delayMs: number, run: () => void): () => void }) {
    this.#nowUs = () => timers.nowUs();
    this.#after = (delayMs, run) => timers.after(delayMs, run);
    this.demands$ = new Observable((observer) => {
      for (const [purpose, bitrateKbps] of this.#toldKbps) observer.next({ type: 'bitrate', purpose, bitrateKbps });
      return this.#demands.subscribe(observer);
    });
    this.videos$ = new Observable((observer) => {
      for (const video of this.#incoming.values()) observer.next({ type: 'joined', video });
      return this.#changes.subscribe(observer);
    });
  }

  /** Somebody may be sent videos; it counts from when it wants something of them. @returns ends that. */
  watch(peer: VideoPeer): () => void {
    const watcher: Watcher = { peer, kbps: undefined };
    const subscription = peer.videoDemands$.subscribe((demand) => {
      this.#watchers.add(watcher);
      if (demand.type === 'key-frame') return this.#wantKey(demand.purpose);
      watcher.kbps = demand.bitrateKbps;
      this.#retune();
    });
    return () => {
      subscription.unsubscribe();
      this.#watchers.delete(watcher);
      this.#retune();
    };
  }

  /** A participant shows something. */
  joined(video: IncomingVideo): void {
    const key = keyOf(video);
    if (this.#incoming.has(key)) this.left(this.#incoming.get(key)!);
    this.#incoming.set(key, video);
    this.#changes.next({ type: 'joined', video });
  }

  /** And shows it no more. */
  left(video: IncomingVideo): void {
    const key = keyOf(video);
    // Another connection of the same participant may have taken its place.
    if (this.#incoming.get(key) !== video) return;
    this.#incoming.delete(key);
    this.#changes.next({ type: 'left', participantId: video.participantId, purpose: video.purpose });
  }

  /** Whether a participant shows anything. */
  shows(participantId: string): boolean {
    return [...this.#incoming.values()].some((video) => video.participantId === participantId);
  }

  codecs(purpose: VideoPurpose): readonly ('vp8' | 'h264')[] {
    const taken = [...this.#watchers].map(({ peer }) => peer.videoCodecs(purpose)).filter((codecs) => codecs.length > 0);
    const [first = [], ...others] = taken;
    return first.filter((codec) => others.every((codecs) => codecs.includes(codec)));
  }

  send(packet: Packet, purpose: VideoPurpose, size: VideoSize = 'full'): void {
    // Everybody is sent the same here.
    if (size !== 'full') return;
    const nowUs = this.#nowUs();
    const rested = nowUs - (this.#sentUs.get(purpose) ?? -Infinity) > REST_US;
    this.#sentUs.set(purpose, nowUs);
    if (rested) this.#retune();
    let seen = false;
    // Paced packets are views of it: one copy serves everybody.
    this.#copy = undefined;
    for (const { peer } of this.#watchers) {
      if (!peer.videoCodecs(purpose).some((codec) => codec === packet.codec)) continue;
      this.#copy ??= { ...packet, data: Uint8Array.from(packet.data), native: undefined };
      peer.sendVideo(this.#copy, purpose);
      seen = true;
    }
    if (!seen) this.unseen++;
  }

  /** Nothing more comes. */
  close(): void {
    for (const cancel of this.#keysDue.values()) cancel();
    this.#keysDue.clear();
    this.#changes.complete();
    this.#demands.complete();
  }

  #wantKey(purpose: VideoPurpose): void {
    if (this.#keysDue.has(purpose)) return;
    const ask = () => {
      this.#keysDue.delete(purpose);
      this.#keyUs.set(purpose, this.#nowUs());
      this.#demands.next({ type: 'key-frame', purpose });
    };
    const waitUs = (this.#keyUs.get(purpose) ?? -Infinity) + KEY_EVERY_US - this.#nowUs();
    if (waitUs <= 0) ask();
    else this.#keysDue.set(purpose, this.#after(waitUs / 1000, ask));
  }

  /** Tells each video its bit rate: an equal share of what the one who takes least can take. */
  #retune(): void {
    const nowUs = this.#nowUs();
    const active = PURPOSES.filter((purpose) => nowUs - (this.#sentUs.get(purpose) ?? -Infinity) <= REST_US);
    for (const purpose of PURPOSES) {
      const shares = Math.max(1, active.includes(purpose) ? active.length : active.length + 1);
      const rates = [...this.#watchers].flatMap(({ peer, kbps }) =>
        kbps === undefined || peer.videoCodecs(purpose).length === 0 ? [] : [kbps / shares],
      );
      if (rates.length === 0) {
        this.#toldKbps.delete(purpose);
        continue;
      }
      const bitrateKbps = Math.round(Math.max(FLOOR_KBPS, Math.min(...rates)));
      if (this.#toldKbps.get(purpose) === bitrateKbps) continue;
      this.#toldKbps.set(purpose, bitrateKbps);
      this.#demands.next({ type: 'bitrate', purpose, bitrateKbps });
    }
  }
}

function keyOf({ participantId, purpose }: IncomingVideo): string {
  return `${purpose} ${participantId}`;
}
