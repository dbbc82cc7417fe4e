import type { AudioFrame } from './frame.js';

/** Where the sound before a coded frame is found. */
export interface SoundHistory {
  /**
   * The frames before one, oldest first, decoded: what listeners heard who were given the packets. New frames; fewer than asked for
   * where no more is known.
   *
   * @param sequence that of the frame after them.
   */
  before(sequence: number, count: number): readonly AudioFrame[];
}

/**
 * The Opus packet a frame came as. A frame has it as long as nobody has changed the sound: nodes that change something emit frames of
 * their own. Borrowed like its frame.
 */
export interface CodedSound {
  /** The packet: 20 ms, decoding without a later one. The bytes themselves are never written to again. */
  readonly data: Uint8Array;
  /** Channels of the packet. */
  readonly channels: 1 | 2;
  /** Channels of the frame, known without decoding. */
  readonly frameChannels: 1 | 2;
  /** Samples of the frame, known without decoding. */
  readonly frameSamples: number;
  /** Rises by one from packet to packet of one stream. */
  readonly sequence: number;
  /** The sound before. */
  readonly history: SoundHistory;
}
