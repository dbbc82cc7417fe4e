import type { NodeContext } from '../../graph/context.js';
import type { Picture } from '../../media/av/video/picture.js';
import { VideoRenderer, type Finish } from '../../media/av/video/renderer.js';
import type { VideoFrame } from '../../media/video-frame.js';

/** Pictures that may wait for the one in work: 66 ms at 30 a second. */
const DEPTH = 2;

/** What is done with pictures, one after the other. */
export interface PictureWork {
  /** At once; offline. */
  now(picture: Picture, ptsUs: number): void;
  /** In FFmpeg's threads. */
  later(picture: Picture, ptsUs: number): Promise<void>;
}

/**
 * Makes pictures of frames and has something done with them. Offline everything happens within the tick; in real time in FFmpeg's threads
 * beside the beat, and when that is not done in time the oldest that waits is shed, and counted: sound never waits for pictures.
 */
export class VideoPipeline {
  readonly #ctx: NodeContext;
  readonly #work: PictureWork;
  readonly #onError: (reason: unknown) => void;
  readonly #waiting: VideoFrame[] = [];
  #renderer: VideoRenderer | undefined;
  #running: Promise<void> | undefined;
  /** What has to happen before the first: opening an encoder. */
  #ready = false;
  #closed = false;

  /** @param work what is done. @param onError told what failed; nothing is done afterwards. */
  constructor(ctx: NodeContext, work: PictureWork, onError: (reason: unknown) => void) {
    this.#ctx = ctx;
    this.#work = work;
    this.#onError = onError;
  }

  /** The work can begin. @param finish the form pictures must have. */
  begin(finish: Finish): void {
    if (this.#closed) return;
    this.#renderer = new VideoRenderer(finish);
    this.#ready = true;
    this.#go();
  }

  /** Takes a frame. */
  push(frame: VideoFrame): void {
    if (this.#closed) return;
    frame.retain();
    this.#waiting.push(frame);
    // Offline nothing is shed: time stands still until an encoder is open.
    if (!this.#ctx.offline && this.#waiting.length > DEPTH) {
      this.#waiting.shift()!.release();
      this.#ctx.count('shed');
    }
    if (this.#ready) this.#go();
  }

  /** Resolves when nothing waits and nothing is in work. */
  async drained(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** Gives up what waits; resolves when nothing is in work any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const frame of this.#waiting.splice(0)) frame.release();
    await this.drained();
    await this.#renderer?.close();
    this.#renderer = undefined;
  }

  #go(): void {
    if (this.#ctx.offline) this.#allNow();
    // With nothing waiting it would be over before it is noted down.
    else if (this.#waiting.length > 0) this.#running ??= this.#allLater();
  }

  #allNow(): void {
    for (let frame = this.#waiting.shift(); frame; frame = this.#waiting.shift()) {
      try {
        const picture = this.#renderer!.renderSync(frame.content, frame.ptsUs);
        if (!picture) continue;
        try {
          this.#work.now(picture, frame.ptsUs);
        } finally {
          picture.release();
        }
      } catch (reason) {
        this.#fail(reason);
      } finally {
        frame.release();
      }
    }
  }

  async #allLater(): Promise<void> {
    for (let frame = this.#waiting.shift(); frame; frame = this.#waiting.shift()) {
      try {
        const picture = await this.#renderer!.render(frame.content, frame.ptsUs);
        if (!picture) continue;
        try {
          if (!this.#closed) await this.#work.later(picture, frame.ptsUs);
        } finally {
          picture.release();
        }
      } catch (reason) {
        this.#fail(reason);
      } finally {
        frame.release();
      }
    }
    // At once, not in a continuation: what is pushed meanwhile would wait for the next.
    this.#running = undefined;
  }

  #fail(reason: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const frame of this.#waiting.splice(0)) frame.release();
    this.#onError(reason);
  }
}
