/** Samples at 48 kHz that libopus looks ahead for `audio` and `voip`: 6.5 ms. */
export const OPUS_LOOKAHEAD_SAMPLES = 312;

/**
 * An OpusHead header for one or two channels: RFC 7845 §5.1, version 1, mapping family 0, no output gain.
 *
 * @param channels 1 or 2. @param preSkipSamples samples at 48 kHz a player drops at the start; default 312.
 */
export function opusHead(channels: 1 | 2, preSkipSamples: number = OPUS_LOOKAHEAD_SAMPLES): Uint8Array {
  const head = new Uint8Array(19);
  head.set([0x4f, 0x70, 0x75, 0x73, 0x48, 0x65, 0x61, 0x64, 1, channels]);
  const view = new DataView(head.buffer);
  view.setUint16(10, preSkipSamples, true);
  view.setUint32(12, 48_000, true);
  return head;
}

/** The pre-skip that an OpusHead states, in samples at 48 kHz; the usual one when there is none to read. */
export function preSkipOf(head: Uint8Array | null | undefined): number {
  return head && head.length >= 12 ? head[10]! + 256 * head[11]! : OPUS_LOOKAHEAD_SAMPLES;
}
