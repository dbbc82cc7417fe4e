import { reasonOf, voxError } from '../errors.js';
import type { Look } from '../graph/run/peek.js';
import { ThumbnailMaker } from '../media/av/video/thumbnail.js';
import type { VideoFrame } from '../media/video-frame.js';
import type { Cancel, Scheduler } from '../time/scheduler.js';
import type { WirePicture } from './messages.js';

/** A wire is looked at so often at most, however many ask, in milliseconds. */
const EVERY_MS = 500;
/** How long a picture is waited for, in milliseconds. */
const WAIT_MS = 1000;
/** After nobody has asked for so long, what made the pictures is freed, in milliseconds. */
const KEEP_MS = 5000;

/** A wire that somebody asked for. */
interface Watched {
  readonly maker: ThumbnailMaker;
  making: Promise<WirePicture | undefined>;
  atUs: number;
  forget: Cancel;
}

/** Small pictures of wires, for those who ask: made beside the beat, and nothing is done between two questions. */
export class WirePictures {
  readonly #scheduler: Scheduler;
  readonly #wires = new Map<string, Watched>();
  /** Give up what is waited for. */
  readonly #waiting = new Set<() => void>();
  #closed = false;

  /** @param scheduler the real-time clock. */
  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /**
   * The newest picture of a wire, at most half a second old.
   *
   * @param peek looks at the next picture; returns what gives up.
   * @throws VoxError `NO_PICTURE`, and what `peek` throws.
   */
  async take(graph: string, wire: string, peek: (look: Look) => () => void): Promise<WirePicture> {
    const key = `${graph} ${wire}`;
    const nowUs = this.#scheduler.nowUs();
    let watched = this.#wires.get(key);
    if (!watched || nowUs - watched.atUs >= EVERY_MS * 1000) {
      const maker = watched?.maker ?? new ThumbnailMaker();
      const before = watched?.making;
      const next = this.#next(peek);
      // A maker makes one at a time.
      const making = Promise.allSettled([before]).then(() => this.#make(maker, next));
      making.catch(() => {});
      watched?.forget();
      watched = { maker, making, atUs: nowUs, forget: () => {} };
      this.#wires.set(key, watched);
      watched.forget = this.#scheduler.after(KEEP_MS, () => void this.#forget(key));
    }
    const found = await watched.making;
    if (!found) throw voxError('NO_PICTURE', { wire });
    return found;
  }

  /** Frees everything. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const giveUp of this.#waiting) giveUp();
    await Promise.all([...this.#wires.keys()].map((key) => this.#forget(key)));
  }

  /** The next picture, with a share of it; undefined when none comes in time. */
  #next(peek: (look: Look) => () => void): Promise<VideoFrame | undefined> {
    const { promise, resolve } = Promise.withResolvers<VideoFrame | undefined>();
    const over = (frame: VideoFrame | undefined): void => {
      this.#waiting.delete(giveUp);
      cancel();
      resolve(frame);
    };
    const off = peek((frame) => over(frame.retain()));
    const giveUp = (): void => {
      off();
      over(undefined);
    };
    const cancel = this.#scheduler.after(WAIT_MS, giveUp);
    this.#waiting.add(giveUp);
    return promise;
  }

  async #make(maker: ThumbnailMaker, next: Promise<VideoFrame | undefined>): Promise<WirePicture | undefined> {
    const frame = await next;
    if (!frame) return undefined;
    try {
      const made = this.#closed ? undefined : await maker.make(frame.content, frame.ptsUs);
      if (!made) return undefined;
      const { jpeg, width, height } = made;
      return { ptsUs: frame.ptsUs, width, height, jpeg: jpeg.toString('base64') };
    } catch (error) {
      throw voxError('PICTURE_FAILED', { reason: reasonOf(error) });
    } finally {
      frame.release();
    }
  }

  async #forget(key: string): Promise<void> {
    const watched = this.#wires.get(key);
    if (!watched) return;
    this.#wires.delete(key);
    watched.forget();
    await watched.making.catch(() => {});
    await watched.maker.close();
  }
}
