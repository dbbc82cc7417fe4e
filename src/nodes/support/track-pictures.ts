import { problem, reasonOf, VoxError, type Problem } from '../../errors.js';
import type { NodeContext } from '../../graph/context.js';
import type { VideoInfo } from '../../media/av/video/open-video.js';
import type { Picture } from '../../media/av/video/picture.js';
import type { StreamPictures } from '../../media/av/video/stream-pictures.js';
import type { VideoReader } from '../../media/av/video/video-reader.js';
import { StreamDeck } from './stream-deck.js';
import { VideoDeck } from './video-deck.js';

/** The pictures of one track of a queue. */
export interface TrackPictures {
  /** What is known of them; undefined until they are open. */
  readonly info: VideoInfo | undefined;
  /** By how many degrees, clockwise, they must be turned to stand upright. */
  readonly rotation: number;
  /** The first is there, or none will be soon. */
  readonly ready: boolean;
  /**
   * The picture at a position, in microseconds; borrowed. Undefined: there is none.
   *
   * @param settled false: the sound is on its way to another position.
   */
  at(positionUs: number, settled: boolean): Picture | undefined;
  /** Offline: resolves when the next tick has its picture; undefined when it can have it at once. */
  due(): Promise<void> | undefined;
  /** Frees everything, when nothing is under way. */
  close(): Promise<void>;
}

/** Told what comes of opening pictures. */
export interface PictureFacts {
  /** They are open. */
  opened(info: VideoInfo): void;
  /** They cannot be shown, or no further. */
  failed(failure: Problem): void;
}

/** The pictures of a local file, read by themselves. */
export class LocalPictures implements TrackPictures {
  ready = false;
  readonly #ctx: NodeContext;
  readonly #src: string;
  readonly #facts: PictureFacts;
  readonly #aborted = new AbortController();
  readonly #opening: Promise<void>;
  #deck: VideoDeck | undefined;
  #toldFailure = false;

  /** Begins to open them. @param open rejects when there are none. @param positionUs where they begin. */
  constructor(
    ctx: NodeContext,
    src: string,
    open: (signal: AbortSignal) => Promise<VideoReader>,
    positionUs: number,
    facts: PictureFacts,
  ) {
    this.#ctx = ctx;
    this.#src = src;
    this.#facts = facts;
    this.#opening = this.#open(open, positionUs);
    ctx.hold(this.#opening);
  }

  get info(): VideoInfo | undefined {
    return this.#deck?.reader.info;
  }

  get rotation(): number {
    return this.#deck?.reader.rotation ?? 0;
  }

  at(positionUs: number): Picture | undefined {
    const deck = this.#deck;
    if (!deck) return undefined;
    const picture = deck.at(positionUs);
    const failure = deck.reader.outcome?.failure;
    if (failure !== undefined && !this.#toldFailure) {
      this.#toldFailure = true;
      this.#facts.failed(problem('MEDIA_CORRUPT', { path: this.#src, atSec: positionUs / 1e6, reason: failure }));
    }
    return picture;
  }

  due(): undefined {
    return undefined;
  }

  async close(): Promise<void> {
    this.#aborted.abort();
    await this.#opening;
    await this.#deck?.close();
  }

  async #open(open: (signal: AbortSignal) => Promise<VideoReader>, positionUs: number): Promise<void> {
    const { signal } = this.#aborted;
    try {
      const deck = new VideoDeck(this.#ctx, await open(signal));
      this.#deck = deck;
      if (signal.aborted) return;
      this.#facts.opened(deck.reader.info);
      if (positionUs > 0) deck.seek(positionUs);
      if (!this.#ctx.offline) await deck.whenReady();
    } catch (reason) {
      if (!signal.aborted) this.#facts.failed(failureOf(this.#src, reason));
    } finally {
      this.ready = true;
    }
  }
}

/** The pictures that come on the same connection as the sound. */
export class RemotePictures implements TrackPictures {
  ready: boolean;
  readonly #pictures: StreamPictures;
  readonly #deck: StreamDeck;

  /** @param live of a live stream a key frame may be seconds away: nobody waits for it. */
  constructor(ctx: NodeContext, pictures: StreamPictures, live: boolean, facts: PictureFacts) {
    this.#pictures = pictures;
    this.#deck = new StreamDeck(ctx, pictures);
    pictures.wanted = true;
    this.ready = live;
    facts.opened(pictures.info);
    const first = this.#deck.ready().finally(() => (this.ready = true));
    if (!live) ctx.hold(first);
  }

  get info(): VideoInfo {
    return this.#pictures.info;
  }

  get rotation(): number {
    return this.#pictures.rotation;
  }

  at(positionUs: number, settled: boolean): Picture | undefined {
    return this.#deck.at(positionUs, settled);
  }

  due(): Promise<void> {
    return this.#deck.ready();
  }

  close(): Promise<void> {
    return this.#deck.close();
  }
}

function failureOf(src: string, reason: unknown): Problem {
  return reason instanceof VoxError ? reason.problems[0]! : problem('MEDIA_UNREADABLE', { path: src, reason: reasonOf(reason) });
}
