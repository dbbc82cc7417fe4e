import type { Observable } from 'rxjs';
import type { NodeContext, Tick } from '../../graph/context.js';
import { videoPerTick } from '../../graph/video-operators.js';
import { openVideo } from '../../media/av/video/open-video.js';
import { VideoStage } from '../../media/av/video/recipe.js';
import { VideoReader } from '../../media/av/video/video-reader.js';
import type { VideoContent, VideoFrame } from '../../media/video-frame.js';
import { BlackPicture } from './black-picture.js';
import { changeWork } from './picture-change.js';
import { QueueClock } from './queue-clock.js';
import type { PlayerOptions } from './queue-options.js';
import type { QueueTrack } from './queue-track.js';
import { LocalPictures, RemotePictures, type PictureFacts, type TrackPictures } from './track-pictures.js';
import { uprightWork } from './upright.js';

/** The pictures of a queue: each tick gets the one at the position of the track that is heard. */
export class QueuePictures {
  /** Where the sound is; kept by who plays it. */
  readonly clock = new QueueClock();
  /** True once the queue has ended, and its pictures with it; set by who plays it. */
  over: () => boolean = () => false;
  readonly #ctx: NodeContext;
  readonly #upright = new VideoStage();
  readonly #change = new VideoStage();
  readonly #black = new BlackPicture();
  readonly #closing = new Set<Promise<void>>();
  readonly #open = new Set<TrackPictures>();
  /** Of tracks that are over; the pictures of this frame's beginning may still be theirs. */
  #retired: TrackPictures[] = [];
  #options: PlayerOptions;
  /** Of the newest picture. */
  #size: { readonly width: number; readonly height: number } | undefined;

  /** @param options those it starts with. */
  constructor(ctx: NodeContext, options: PlayerOptions) {
    this.#ctx = ctx;
    this.#options = options;
    ctx.defer(() => this.#close());
  }

  /** The pictures. */
  get video$(): Observable<VideoFrame> {
    return videoPerTick(this.#ctx, (tick) => this.#next(tick));
  }

  /** Whether anybody wants them now. */
  get wanted(): boolean {
    return this.#ctx.wired('video');
  }

  /** Takes new options. */
  set(next: PlayerOptions): void {
    this.#options = next;
  }

  /** A frame of sound begins. */
  frameBegins(ptsUs: number): void {
    this.clock.begin(ptsUs);
    if (this.#retired.length === 0) return;
    for (const pictures of this.#retired) this.#free(pictures);
    this.#retired = [];
  }

  /** Between two ticks. */
  beforeTick(track: QueueTrack | undefined): void {
    const { wanted } = this;
    if (track?.streamPictures) track.streamPictures.wanted = wanted;
    // Offline time can stand still until pictures have come.
    const due = wanted && this.#ctx.offline ? track?.pictures?.due() : undefined;
    if (due) this.#ctx.hold(due);
  }

  /** Begins to open the pictures of a track that can be heard, where they are wanted and there may be any. */
  begin(track: QueueTrack): void {
    if (track.pictures || track.closed || !this.wanted) return;
    const pictures = this.#of(track);
    if (!pictures) return;
    this.#open.add(pictures);
    track.show(pictures, () => this.#retired.push(pictures));
  }

  #of(track: QueueTrack): TrackPictures | undefined {
    const { entry, streamPictures } = track;
    const { id, src } = entry;
    const facts: PictureFacts = {
      opened: ({ codec, width, height, frameRate, still }) =>
        this.#ctx.emit({ type: 'video.opened', id, src, codec, width, height, frameRate: frameRate ?? null, cover: still }),
      failed: (failure) => this.#ctx.emit({ type: 'video.failed', id, src, problem: { ...failure, node: this.#ctx.nodeId } }),
    };
    if (streamPictures) return new RemotePictures(this.#ctx, streamPictures, track.live, facts);
    if (track.remote || !(track.info.hasVideo || track.info.hasCoverArt)) return undefined;
    const open = async (signal: AbortSignal) => new VideoReader(await openVideo(this.#ctx.resolvePath(src), signal));
    return new LocalPictures(this.#ctx, src, open, track.pictureUs, facts);
  }

  #next({ ptsUs }: Tick): VideoContent | 'end' | undefined {
    if (this.over()) return 'end';
    if (!this.wanted) return undefined;
    const { track, positionUs, from, fromUs, share } = this.clock.at(ptsUs);
    const coming = track && this.#shown(track, positionUs, ptsUs);
    const going = from && this.#shown(from, fromUs, ptsUs);
    const shown = coming && going ? this.#between(going, coming, share, ptsUs) : (coming ?? going);
    if (!shown) return this.#none(track);
    const { width, height } = shown;
    if (this.#size?.width !== width || this.#size.height !== height) this.#size = { width, height };
    return shown;
  }

  /** A track's picture, with a share for the caller. */
  #shown(track: QueueTrack, positionUs: number, ptsUs: number): VideoContent | undefined {
    // Somebody may have begun to look in the middle of it.
    this.begin(track);
    const picture = track.pictures?.at(positionUs, !track.seeking);
    if (!picture) return undefined;
    const work = uprightWork(picture, track.pictures!.rotation);
    if (work) return this.#upright.recipe(work, [picture], ptsUs);
    picture.retain();
    return picture;
  }

  /** One picture of two; it takes their shares. */
  #between(going: VideoContent, coming: VideoContent, share: number, ptsUs: number): VideoContent {
    const { videoTransition } = this.#options;
    if (videoTransition === 'cut') {
      const [shown, other] = share < 0.5 ? [going, coming] : [coming, going];
      other.release();
      return shown;
    }
    const recipe = this.#change.recipe(changeWork(videoTransition, share), [going, coming], ptsUs);
    going.release();
    coming.release();
    return recipe;
  }

  /** Before the first picture of a stream nothing must be shown in another size than it will have. */
  #none(track: QueueTrack | undefined): VideoContent | undefined {
    if (this.#options.noPicture === 'nothing') return undefined;
    const pictures = track?.pictures;
    if (this.#size || !pictures) return this.#black.of(this.#size);
    const { info, ready } = pictures;
    if (!info) return ready ? this.#black.of() : undefined;
    return info.width > 0 ? this.#black.of(info) : undefined;
  }

  #free(pictures: TrackPictures): void {
    this.#open.delete(pictures);
    const closing = pictures.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  async #close(): Promise<void> {
    this.#retired = [];
    for (const pictures of this.#open) this.#free(pictures);
    this.#black.close();
    await Promise.all(this.#closing);
    await this.#upright.close();
    await this.#change.close();
  }
}
