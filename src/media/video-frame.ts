/**
 * One picture: an owned native frame with shared ownership. Whoever receives it and wants it after the delivery calls `retain()`;
 * whoever drops it calls `release()`.
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
  /** Takes a share of the picture; returns the same frame. */
  retain(): VideoFrame;
  /** Gives a share back; the last one frees the native memory. */
  release(): void;
}
