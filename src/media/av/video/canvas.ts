import { blankPicture } from './blank.js';
import type { Picture } from './picture.js';

/** A colour as Y, U and V of limited range. */
export type Yuv = readonly [number, number, number];

/** The Y, U and V (BT.601, limited range) of a colour `#rrggbb`. */
export function yuvOf(color: string): Yuv {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255) as [number, number, number];
  const y = 0.299 * r + 0.587 * g + 0.114 * b;
  return [Math.round(16 + 219 * y), Math.round(128 + (224 * (b - y)) / 1.772), Math.round(128 + (224 * (r - y)) / 1.402)];
}

/** A picture that is drawn pixel by pixel, on this thread: for few and simple shapes. */
export class Canvas {
  /** The picture; nobody else may have it before the drawing is done. */
  readonly picture: Picture;
  readonly #planes: readonly Buffer[];
  readonly #strides: readonly number[];

  /** A ground of one colour. The caller has the picture's share. */
  constructor(width: number, height: number, ground: Yuv) {
    this.picture = blankPicture(width, height, ground);
    const { native } = this.picture;
    this.#planes = native.data!;
    this.#strides = native.linesize;
  }

  /** Fills a rectangle, cut at the edges; colour is kept for two by two pixels, so its edges are even. */
  fill(x: number, y: number, width: number, height: number, [luma, u, v]: Yuv): void {
    this.#fillPlane(0, x, y, x + width, y + height, luma);
    for (const [plane, value] of [
      [1, u],
      [2, v],
    ] as const)
      this.#fillPlane(plane, x / 2, y / 2, (x + width) / 2, (y + height) / 2, value);
  }

  #fillPlane(plane: number, left: number, top: number, right: number, bottom: number, value: number): void {
    const shift = plane === 0 ? 0 : 1;
    const [width, height] = [(this.picture.width + shift) >> shift, (this.picture.height + shift) >> shift];
    const [x0, x1] = [Math.max(0, Math.floor(left)), Math.min(width, Math.ceil(right))];
    const stride = this.#strides[plane]!;
    for (let row = Math.max(0, Math.floor(top)); row < Math.min(height, Math.ceil(bottom)); row++)
      this.#planes[plane]!.fill(value, row * stride + x0, row * stride + x1);
  }
}
