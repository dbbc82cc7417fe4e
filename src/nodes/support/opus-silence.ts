/**
 * An Opus packet that holds `frames` × 20 ms of nothing: a CELT-only fullband table-of-contents byte (RFC 6716 §3.1, configuration 31)
 * and for each frame the two bytes ff fe, which decode to silence.
 */
export function opusSilence(frames: 1 | 2 | 3, channels: 1 | 2): Uint8Array {
  const toc = (31 << 3) | (channels === 2 ? 4 : 0);
  const body = Array.from({ length: frames }, () => [0xff, 0xfe]).flat();
  if (frames === 1) return Uint8Array.from([toc, ...body]);
  // Code 1: two frames of equal size. Code 3: a count byte, constant bit rate, no padding.
  return frames === 2 ? Uint8Array.from([toc | 1, ...body]) : Uint8Array.from([toc | 3, frames, ...body]);
}
