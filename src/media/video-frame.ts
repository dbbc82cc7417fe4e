/** Pixels with shared ownership: a picture in native memory, or the recipe of one that nobody has looked at yet. */
export interface VideoContent {
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /** Takes a share. */
  retain(): void;
  /** Gives a share back; the last one frees what is behind it. */
  release(): void;
  /** Told that several consumers have it: what has to be computed shall be computed once. */
  share?(): void;
  /** False once the last share was given back. */
  readonly alive: boolean;
}

/**
 * One picture on a wire: pixels and the time at which they are shown.
 *
 * **Frames are shared.** Whoever receives one may use it while it is being delivered; whoever wants it after that calls `retain()` and,
 * when done, `release()`. Nobody writes into its pixels: an effect makes another frame of it. What is behind `content` may still have to
 * be computed, which the consumer that needs the pixels asks for (`media/av/video`), so that effects in a row cost one pass.
 */
export interface VideoFrame {
  /** Tells pictures from other kinds of frames. */
  readonly kind: 'video';
  /** Presentation time in microseconds on the graph's clock. */
  readonly ptsUs: number;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /** The pixels; other frames may share them. */
  readonly content: VideoContent;
  /** Takes a share of the pixels; returns the same frame. */
  retain(): VideoFrame;
  /** Gives a share back; the last one frees the native memory. */
  release(): void;
}

/** Pixels at a time. It takes no share of the content: its `retain` and `release` are the content's. */
export class ContentFrame implements VideoFrame {
  readonly kind = 'video';

  /** @param ptsUs on the graph's clock. @param content the pixels. */
  constructor(
    readonly ptsUs: number,
    readonly content: VideoContent,
  ) {}

  get width(): number {
    return this.content.width;
  }

  get height(): number {
    return this.content.height;
  }

  retain(): VideoFrame {
    this.content.retain();
    return this;
  }

  release(): void {
    this.content.release();
  }
}
