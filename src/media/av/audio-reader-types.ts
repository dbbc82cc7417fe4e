import type { ErrorCode, ErrorData, Problem } from '../../errors.js';
import type { AudioFrame } from '../frame.js';
import type { MediaInfo } from './media-info.js';
import type { StreamPictures } from './video/stream-pictures.js';

/** How a reader came to its end: everything was read, or what failed, as a code of the error table with its data. */
export type AudioOutcome =
  | { readonly kind: 'ended' }
  | {
      readonly kind: 'failed';
      readonly code: ErrorCode;
      readonly data: ErrorData;
      /** What failed, when it is worded already. */
      readonly problem?: Problem;
    };

/** An open media file, read as 48 kHz audio frames. Every call is synchronous. Close it. */
export interface AudioReader {
  /** What the file says about itself. */
  readonly info: MediaInfo;
  /** Channels of the frames it writes: 1 for a mono stream, 2 for every other. */
  readonly channels: 1 | 2;
  /** Position of the next sample, in microseconds from the start of the file's audio. */
  readonly positionUs: number;
  /** Set once `read` has returned 0. */
  readonly outcome: AudioOutcome | undefined;
  /** Damaged packets that were skipped so far. */
  readonly badPackets: number;
  /**
   * Writes the next samples into `out`, as many as it is long, and zeros behind the last. `out` is given the reader's channel
   * count if it has another; its `ptsUs` is left alone. Returns how many samples were written; 0 is the end.
   */
  read(out: AudioFrame): number;
  /**
   * Goes to a position, exact to the sample for every codec: decodes from some time before and discards. Positions below 0
   * mean 0, those behind the end end the stream.
   */
  seek(positionUs: number): void;
  /**
   * Works towards a sought position, in slices: decodes at most `frames` of the decoder's frames (some 20 ms each) and drops what
   * lies before it. True when there is nothing left to drop; until then `read` would do all of it at once.
   */
  approach(frames: number): boolean;
  /** Frees everything. May be called at any time and more than once; `read` then returns 0. */
  close(): void;
  /** Set when samples may be late, as from the network. */
  readonly remote?: RemoteControl;
  /** Pictures that come with the sound, where they were asked for; closed with the reader. @internal */
  readonly pictures?: StreamPictures | undefined;
}

/** What a reader has besides when its samples may be late: `approach` is then false until a frame of 20 ms can be read. */
export interface RemoteControl {
  /** Whether it is made while it is heard: nothing can be sought, and what is not heard is gone. */
  readonly live: boolean;
  /** Whether it can be sought in. */
  readonly seekable: boolean;
  /** Resolves when `approach` may have more to say than before, or the reader is closed. */
  arrived(): Promise<void>;
  /** Whether its end will be followed by that position, in microseconds; undefined: it will not. Then the way back has no gap. */
  loopTo(positionUs: number | undefined): void;
  /** While paused a live stream is read and dropped; when it is heard again, it is the present. */
  suspend(paused: boolean): void;
}
