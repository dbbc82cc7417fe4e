import { AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG } from 'node-av/constants';
import { avReason } from '../native.js';
import { Picture, takeFrame } from './picture.js';

/** Black, as Y, U and V of limited range. */
export const BLACK = [16, 128, 128] as const;

/** A picture of one colour, in yuv420p. The caller has its share. @param yuv the colour, limited range. */
export function blankPicture(width: number, height: number, yuv: readonly [number, number, number] = BLACK): Picture {
  const frame = takeFrame();
  frame.width = width;
  frame.height = height;
  frame.format = AV_PIX_FMT_YUV420P;
  frame.colorRange = AVCOL_RANGE_MPEG;
  const code = frame.getBuffer();
  if (code < 0) throw new Error(`no memory for a picture of ${width}x${height}: ${avReason(code)}`);
  frame.data!.slice(0, 3).forEach((plane, i) => plane.fill(yuv[i]!));
  return new Picture(frame);
}
