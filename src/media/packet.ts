/** The codecs a packet can carry. */
export type PacketCodec = 'opus' | 'vp8' | 'h264';

/** How colours are coded as Y, U and V. */
export interface PictureColors {
  /** The matrix: that of SDTV or of HDTV. */
  readonly matrix: 'bt601' | 'bt709';
  /** What black and white are: 16 and 235, or 0 and 255. */
  readonly range: 'limited' | 'full';
}

/**
 * One encoded unit, as an encoder gives it and a packet sink takes it. Borrowed like an audio frame: `data` may be
 * overwritten by the encoder's next packet, so who keeps it copies it.
 */
export interface Packet {
  /** Tells packets from other kinds of frames. */
  readonly kind: 'packet';
  /** How `data` is encoded. */
  codec: PacketCodec;
  /** Presentation time of its first sample, or of its picture, in microseconds on the graph's clock. Encoders here give frames in this order. */
  ptsUs: number;
  /** How much media it holds, in microseconds. */
  durationUs: number;
  /** True when it decodes without an earlier packet (always, for Opus). */
  key: boolean;
  /** The encoded bytes: an Opus packet, a VP8 frame, an H.264 access unit in Annex B form with its parameter sets before each key frame. An encoder may make them only when they are read, so read them while the packet is being delivered, and once. */
  data: Uint8Array;
  /** The encoder's own packet while this one is being delivered: a file writer of `media/av` takes it without copying. Never kept. */
  readonly native?: object | undefined;
  /** How the colours of its picture are coded, where the sender says so besides; absent: as the encoded bytes have it. */
  colors?: PictureColors | undefined;
  /** Loudness of the audio it holds, −127…0 dBov as RFC 6464 has it; −127 is silence. Absent for video. */
  levelDbov?: number;
}
