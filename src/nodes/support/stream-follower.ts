import type { Observable } from 'rxjs';
import type { NodeContext, Tick } from '../../graph/context.js';
import { videoPerTick } from '../../graph/video-operators.js';
import type { AudioReader } from '../../media/av/audio-reader.js';
import type { StreamPictures } from '../../media/av/video/stream-pictures.js';
import { VideoStage } from '../../media/av/video/recipe.js';
import type { VideoContent, VideoFrame } from '../../media/video-frame.js';
import type { FileOptions } from '../sources/file.js';
import { BlackPicture } from './black-picture.js';
import type { FilePlayer } from './file-player.js';
import type { PlaybackClock } from './playback-clock.js';
import type { PlayerSource } from './player-source.js';
import { StreamDeck } from './stream-deck.js';
import { uprightWork } from './upright.js';
import type { NoPicture } from './video-follower.js';

/** What a follower needs besides the source of the sound. */
export interface StreamFollowerOptions {
  /** Where the sound is. */
  readonly clock: PlaybackClock;
  /** What there is to see while there is no picture. */
  readonly noPicture: () => NoPicture;
}

/** The pictures that come on the same connection as the sound that a player plays: each tick gets the one at the position of the sound. */
export class StreamFollower {
  /** Who plays the sound; set once he is made. */
  player: Pick<FilePlayer, 'over' | 'seeking' | 'pictures'> | undefined;
  readonly #ctx: NodeContext;
  readonly #options: StreamFollowerOptions;
  readonly #stage = new VideoStage();
  readonly #black = new BlackPicture();
  readonly #closing = new Set<Promise<void>>();
  #deck: StreamDeck | undefined;
  /** Of the newest picture. */
  #size: { readonly width: number; readonly height: number } | undefined;
  /** Of what was opened and has not been heard yet. */
  #next: StreamDeck | undefined;

  /** @param options see there. */
  constructor(ctx: NodeContext, options: StreamFollowerOptions) {
    this.#ctx = ctx;
    this.#options = options;
    const subscription = ctx.idle$.subscribe(() => this.#beforeTick());
    ctx.defer(() => subscription.unsubscribe());
    ctx.defer(() => this.#close());
  }

  /** A source of sound whose pictures are to be followed: the first waits for its first picture where that is soon there. */
  follow<O extends FileOptions>(source: PlayerSource<O>): PlayerSource<O> {
    return {
      ...source,
      open: async (options, signal) => {
        const reader = await source.open(options, signal);
        await this.#opened(reader, options.src, signal);
        return reader;
      },
    };
  }

  /** The pictures. */
  get video$(): Observable<VideoFrame> {
    return videoPerTick(this.#ctx, (tick) => this.#at(tick));
  }

  #at({ ptsUs }: Tick): VideoContent | 'end' | undefined {
    const { player } = this;
    if (!player || player.over) return 'end';
    this.#take(player.pictures);
    const deck = this.#deck;
    if (!this.#ctx.wired('video')) return undefined;
    const picture = deck?.at(this.#options.clock.positionAt(ptsUs) - deck.pictures.shiftUs(), !player.seeking);
    if (!picture) return this.#none();
    const { width, height } = picture;
    if (this.#size?.width !== width || this.#size.height !== height) this.#size = { width, height };
    const work = uprightWork(picture, deck!.pictures.rotation);
    if (work) return this.#stage.recipe(work, [picture], ptsUs);
    picture.retain();
    return picture;
  }

  /** Of a live stream the size is known with its first key frame, and before that nothing must be shown in another. */
  #none(): VideoContent | undefined {
    if (this.#options.noPicture() === 'nothing') return undefined;
    if (!this.#deck) return this.#black.of(this.#size);
    const size = this.#deck.pictures.info.width > 0 ? this.#deck.pictures.info : this.#size;
    return size && this.#black.of(size);
  }

  async #opened({ pictures, remote }: AudioReader, src: string, signal: AbortSignal): Promise<void> {
    if (!pictures) return;
    const { codec, width, height, frameRate, still } = pictures.info;
    this.#ctx.emit({ type: 'video.opened', src, codec, width, height, frameRate: frameRate ?? null, cover: still });
    if (!this.#ctx.wired('video')) return;
    if (this.#next) this.#retire(this.#next);
    const deck = new StreamDeck(this.#ctx, pictures);
    this.#next = deck;
    // Of a live stream a key frame may be seconds away.
    if (!remote?.live && !signal.aborted) await deck.ready();
  }

  #take(pictures: StreamPictures | undefined): void {
    if (pictures === this.#deck?.pictures) return;
    if (this.#deck) this.#retire(this.#deck);
    this.#deck = undefined;
    if (!pictures) return;
    if (this.#next?.pictures === pictures) {
      this.#deck = this.#next;
      this.#next = undefined;
    } else this.#deck = new StreamDeck(this.#ctx, pictures);
  }

  #beforeTick(): void {
    if (this.player) this.#take(this.player.pictures);
    if (!this.#deck) return;
    // Where nobody looks there may be no ticks of pictures either.
    const wired = this.#ctx.wired('video');
    this.#deck.pictures.wanted = wired;
    // Offline time can stand still until pictures have come.
    if (this.#ctx.offline && wired) this.#ctx.hold(this.#deck.ready());
  }

  #retire(deck: StreamDeck): void {
    const closing = deck.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  async #close(): Promise<void> {
    for (const deck of [this.#deck, this.#next]) if (deck) this.#retire(deck);
    this.#deck = undefined;
    this.#next = undefined;
    this.#black.close();
    await Promise.all(this.#closing);
    await this.#stage.close();
  }
}
