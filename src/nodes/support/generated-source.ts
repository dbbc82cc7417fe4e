import { Observable, type Observable as Stream } from 'rxjs';
import type { NodeContext } from '../../graph/context.js';
import { videoPerTick } from '../../graph/video-operators.js';
import { GeneratedPictures } from '../../media/av/video/generated.js';
import type { Picture } from '../../media/av/video/picture.js';
import type { VideoFrame } from '../../media/video-frame.js';

/**
 * Pictures that FFmpeg makes, for sources. In real time the next one is made beside the beat.
 *
 * @param textOf the source and filters for these options; a changed text begins anew.
 * @param moving false: one picture, given again and again.
 */
export function generatedVideo<O>(
  ctx: NodeContext,
  options$: Stream<O>,
  textOf: (options: O) => string,
  moving: boolean,
): Stream<VideoFrame> {
  return new Observable((subscriber) => {
    const maker = new Maker(ctx, moving);
    ctx.defer(() => maker.close());
    subscriber.add(options$.subscribe((next) => maker.set(textOf(next))));
    subscriber.add(videoPerTick(ctx, () => maker.next()).subscribe(subscriber));
  });
}

class Maker {
  readonly #ctx: NodeContext;
  readonly #moving: boolean;
  #text = '';
  #pictures: GeneratedPictures | undefined;
  #shown: Picture | undefined;
  #ahead: Picture | undefined;
  #making: Promise<void> | undefined;
  #closed = false;

  constructor(ctx: NodeContext, moving: boolean) {
    this.#ctx = ctx;
    this.#moving = moving;
  }

  set(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    const old = this.#pictures;
    this.#pictures = new GeneratedPictures(text);
    this.#ahead?.release();
    this.#ahead = this.#pictures.nextSync();
    if (old) void (this.#making ?? Promise.resolve()).then(() => old.close());
  }

  /** The picture of this tick, with a share for the caller. */
  next(): Picture | undefined {
    if (this.#ctx.offline && this.#moving && !this.#ahead) this.#ahead = this.#pictures?.nextSync();
    if (this.#ahead) {
      this.#shown?.release();
      this.#shown = this.#ahead;
      this.#ahead = undefined;
    } else if (this.#moving) this.#ctx.count('underruns');
    if (this.#moving && !this.#ctx.offline) this.#making ??= this.#make().finally(() => (this.#making = undefined));
    this.#shown?.retain();
    return this.#shown;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#making;
    this.#pictures?.close();
    this.#shown?.release();
    this.#ahead?.release();
  }

  async #make(): Promise<void> {
    const pictures = this.#pictures;
    const made = await pictures?.next();
    if (this.#closed || pictures !== this.#pictures || this.#ahead) made?.release();
    else this.#ahead = made;
  }
}
