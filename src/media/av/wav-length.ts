/** Sizes from here on are what programs write that cannot know the size, such as those that write to a pipe. */
const UNKNOWN_FROM = 0x7fff_0000;

/**
 * How long a WAV file is by its own header, in microseconds. FFmpeg goes by the file's size as soon as that is smaller, so
 * that it cannot tell a cut-off file from a whole one.
 *
 * @param head the first bytes of the file, enough to hold all chunks before the samples.
 * @returns undefined when it is no WAV file (RIFF), the header does not know, or the samples begin further in.
 */
export function statedWavUs(head: Uint8Array): number | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const name = (at: number): string => String.fromCharCode(...head.subarray(at, at + 4));
  if (head.length < 12 || name(0) !== 'RIFF' || name(8) !== 'WAVE') return undefined;
  let bytesPerSec = 0;
  for (let at = 12; at + 8 <= head.length;) {
    const size = view.getUint32(at + 4, true);
    if (name(at) === 'data') {
      const known = size > 0 && size < UNKNOWN_FROM && bytesPerSec > 0;
      return known ? Math.round((size * 1e6) / bytesPerSec) : undefined;
    }
    if (name(at) === 'fmt ' && at + 20 <= head.length) bytesPerSec = view.getUint32(at + 16, true);
    at += 8 + size + (size & 1);
  }
  return undefined;
}
