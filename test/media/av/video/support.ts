import type { Picture } from '../../../../src/media/av/video/picture.js';

/** The planes of an 8-bit YUV picture, copied without their padding. */
export interface Pixels {
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

/** Copies the pixels of a yuv420p picture. */
export function pixelsOf({ native, width, height }: Picture): Pixels {
  const plane = (index: number, w: number, h: number) => {
    const from = native.data![index]!;
    const stride = native.linesize[index]!;
    const to = new Uint8Array(w * h);
    for (let row = 0; row < h; row++) to.set(from.subarray(row * stride, row * stride + w), row * w);
    return to;
  };
  const [w, h] = [(width + 1) >> 1, (height + 1) >> 1];
  return { y: plane(0, width, height), u: plane(1, w, h), v: plane(2, w, h) };
}

/** The mean of some numbers. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
