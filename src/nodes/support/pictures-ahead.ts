import type { ReadPicture } from '../../media/av/video/video-reader.js';

/** So many pictures are decoded ahead in real time: a quarter of a second, which outlasts a busy moment. */
const DEPTH = 8;

/** All pictures that are decoded ahead may be so large, in pixels: eight of 1080p. */
const MOST_PIXELS = 8 * 1920 * 1088;

/** Positions are rounded to microseconds, and files and streams count in ticks of up to a millisecond. */
export const EARLY_US = 1500;

/** The last picture stays so long, in microseconds: sound is mostly a little longer than its pictures. */
export const TAIL_US = 100_000;

/** Whether enough is decoded ahead: fewer of large pictures, but two at least. */
export function isFull(ahead: readonly ReadPicture[]): boolean {
  const [first] = ahead;
  if (!first) return false;
  const { width, height } = first.picture;
  return ahead.length >= Math.max(2, Math.min(DEPTH, Math.floor(MOST_PIXELS / (width * height))));
}
