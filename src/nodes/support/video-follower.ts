import type { Observable } from 'rxjs';
import type { NodeContext, Tick } from '../../graph/context.js';
import { videoPerTick } from '../../graph/video-operators.js';
import { VideoStage } from '../../media/av/video/recipe.js';
import type { VideoReader } from '../../media/av/video/video-reader.js';
import type { VideoContent, VideoFrame } from '../../media/video-frame.js';
import { BlackPicture } from './black-picture.js';
import type { PlaybackClock } from './playback-clock.js';
import { uprightWork } from './upright.js';
import { VideoDeck } from './video-deck.js';

/** What there is to see while there is no picture: a black one, or nothing. */
export type NoPicture = 'black' | 'nothing';

/** What a follower needs. */
export interface FollowerOptions {
  /** Where the sound is. */
  readonly clock: PlaybackClock;
  /** Opens the pictures of what plays. Rejects when there are none. */
  readonly open: (src: string, signal: AbortSignal) => Promise<VideoReader>;
  /** What is opened before the sound has begun, so that the first tick has a picture. */
  readonly first: string;
  /** Where in it, in microseconds. */
  readonly startUs: number;
  /** True once the sound has ended, and the pictures with it. */
  readonly over: () => boolean;
  /** What there is to see while there is no picture. */
  readonly noPicture: () => NoPicture;
}

/** The pictures of a file whose sound a player plays: each tick gets the one at the position of the sound. */
export class VideoFollower {
  readonly #ctx: NodeContext;
  readonly #options: FollowerOptions;
  readonly #stage = new VideoStage();
  readonly #aborted = new AbortController();
  /** The file whose pictures are open or being opened. */
  #src: string | undefined;
  #deck: VideoDeck | undefined;
  readonly #black = new BlackPicture();
  readonly #closing = new Set<Promise<void>>();

  /** Begins to open the pictures, if anybody wants them; the graph's first tick waits for the first. */
  constructor(ctx: NodeContext, options: FollowerOptions) {
    this.#ctx = ctx;
    this.#options = options;
    if (ctx.wired('video')) this.#follow(options.first, options.startUs);
    ctx.defer(() => this.#close());
  }

  /** The pictures. */
  get video$(): Observable<VideoFrame> {
    return videoPerTick(this.#ctx, (tick) => this.#next(tick));
  }

  #next({ ptsUs }: Tick): VideoContent | 'end' | undefined {
    const { clock, over } = this.#options;
    if (over()) return 'end';
    if (!this.#ctx.wired('video')) return undefined;
    const { src } = clock;
    if (src !== undefined && src !== this.#src) this.#follow(src, clock.positionAt(ptsUs));
    const picture = this.#deck?.at(clock.positionAt(ptsUs));
    if (!picture) return this.#none();
    const work = uprightWork(picture, this.#deck!.reader.rotation);
    if (work) return this.#stage.recipe(work, [picture], ptsUs);
    picture.retain();
    return picture;
  }

  #none(): VideoContent | undefined {
    return this.#options.noPicture() === 'nothing' ? undefined : this.#black.of(this.#deck?.reader.info);
  }

  #follow(src: string, positionUs: number): void {
    this.#src = src;
    if (this.#deck) this.#retire(this.#deck);
    this.#deck = undefined;
    const opening = this.#open(src, positionUs).finally(() => this.#closing.delete(opening));
    this.#closing.add(opening);
    this.#ctx.hold(opening);
  }

  async #open(src: string, positionUs: number): Promise<void> {
    const { signal } = this.#aborted;
    try {
      const reader = await this.#options.open(src, signal);
      const deck = new VideoDeck(this.#ctx, reader);
      if (signal.aborted || src !== this.#src) return await deck.close();
      this.#deck = deck;
      const { codec, width, height, frameRate, still } = reader.info;
      this.#ctx.emit({ type: 'video.opened', src, codec, width, height, frameRate: frameRate ?? null, cover: still });
      if (positionUs > 0) deck.seek(positionUs);
      if (!this.#ctx.offline) await deck.whenReady();
    } catch {
      // A file without pictures is none to speak of: the sound says whether it can be read at all.
    }
  }

  #retire(deck: VideoDeck): void {
    const closing = deck.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  async #close(): Promise<void> {
    this.#aborted.abort();
    if (this.#deck) this.#retire(this.#deck);
    this.#deck = undefined;
    this.#black.close();
    await Promise.all(this.#closing);
    await this.#stage.close();
  }
}
