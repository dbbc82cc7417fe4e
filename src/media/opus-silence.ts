/** Frame lengths of CELT, longest first, in microseconds, with the number of their full-band configuration (RFC 6716, 3.1). */
const FRAMES = [
  [20_000, 31],
  [10_000, 30],
  [5000, 29],
  [2500, 28],
] as const;

/**
 * An Opus packet that holds nothing: a CELT-only full-band table-of-contents byte (RFC 6716, 3.1) and for each frame the two bytes ff fe,
 * which decode to silence.
 *
 * @param durationUs how long it is, in microseconds: a multiple of 2500, at most 120,000.
 */
export function opusSilence(durationUs: number, channels: 1 | 2): Uint8Array {
  const [frameUs, configuration] = FRAMES.find(([us]) => durationUs % us === 0) ?? FRAMES[0];
  const frames = Math.max(1, Math.round(durationUs / frameUs));
  const toc = (configuration << 3) | (channels === 2 ? 4 : 0);
  const body = Array.from({ length: frames }, () => [0xff, 0xfe]).flat();
  if (frames === 1) return Uint8Array.from([toc, ...body]);
  // Code 1: two frames of equal size. Code 3: a count byte, constant bit rate, no padding.
  return frames === 2 ? Uint8Array.from([toc | 1, ...body]) : Uint8Array.from([toc | 3, frames, ...body]);
}
