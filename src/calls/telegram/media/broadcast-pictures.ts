import { Subject } from 'rxjs';
import type { PartPicture } from '../../../media/av/part-pictures.js';
import type { IncomingVideo } from '../../../media/gateway-video.js';
import type { Packet } from '../../../media/packet.js';
import type { IncomingVideoChange, Timers } from '../../webrtc/index.js';

/** Pictures go to their decoder so long before they would have to be decoded. */
const EARLY_US = 200_000;

/** The pictures of a broadcast, each shortly before it is due. They are a video of the call from the first one on. */
export class BroadcastPictures {
  readonly #timers: Timers;
  readonly #tell: (change: IncomingVideoChange) => void;
  readonly #packets = new Subject<Packet>();
  readonly #video: IncomingVideo;
  #waiting: { readonly picture: PartPicture; readonly fromUs: number }[] = [];
  #began = false;
  /** What was left out is not seen before a key frame. */
  #needsKey = true;
  #cancel: (() => void) | undefined;

  /**
   * @param participantId whose they are.
   * @param tell told when they begin and end.
   */
  constructor(timers: Timers, participantId: string, tell: (change: IncomingVideoChange) => void) {
    this.#timers = timers;
    this.#tell = tell;
    this.#video = {
      participantId,
      purpose: 'camera',
      packets$: this.#packets,
      // They come from software for streaming, as they were sent there.
      reorders: true,
      // Each part begins with one.
      requestKeyFrame: () => {},
    };
  }

  /** Takes those of a part. @param fromUs when the part begins, on the clock of the timers. */
  push(pictures: readonly PartPicture[], fromUs: number): void {
    if (pictures.length === 0) return;
    for (const picture of pictures) this.#waiting.push({ picture, fromUs });
    if (!this.#began) {
      this.#began = true;
      this.#tell({ type: 'started', video: this.#video });
    }
    this.#cancel ??= this.#next();
  }

  /** What waits has another time, or none. */
  clear(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#waiting = [];
    this.#needsKey = true;
  }

  /** Ends them. */
  close(): void {
    this.clear();
    this.#packets.complete();
    if (this.#began) this.#tell({ type: 'ended', video: this.#video });
    this.#began = false;
  }

  #next(): (() => void) | undefined {
    const [first] = this.#waiting;
    if (!first) return undefined;
    const delayMs = Math.max(0, (first.fromUs + first.picture.decodeUs - EARLY_US - this.#timers.nowUs()) / 1000);
    return this.#timers.after(delayMs, () => {
      this.#waiting.shift();
      this.#show(first.picture, first.fromUs + first.picture.atUs);
      this.#cancel = this.#next();
    });
  }

  #show({ codec, data, durationUs, key }: PartPicture, ptsUs: number): void {
    if (this.#needsKey && !key) return;
    this.#needsKey = false;
    this.#packets.next({ kind: 'packet', codec, ptsUs, durationUs, key, data });
  }
}
