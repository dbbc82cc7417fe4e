import type { Problem } from '../../errors.js';

/** Calls back after so many milliseconds; returns what takes it back. A scheduler's `after` is one. */
export type Timer = (delayMs: number, run: () => void) => () => void;

/** What happens to a stream from the network while it is read. */
export type NetworkFact =
  | { readonly type: 'title'; readonly title: string }
  | { readonly type: 'reconnecting'; readonly attempt: number; readonly delayMs: number; readonly problem: Problem }
  | { readonly type: 'reconnected'; readonly attempts: number };

/** Bytes from somewhere slow, in order, read ahead into a bounded buffer. */
export interface ByteSource {
  /** Length of the whole in bytes; undefined when nobody knows, as with live streams. */
  readonly length: number | undefined;
  /** Whether {@link ByteSource.seek} can go to any byte. */
  readonly seekable: boolean;
  /** Whether it is made while it is heard: then it has no end, and a lost part is gone. */
  readonly live: boolean;
  /** FFmpeg's names of the demuxers that may read it, when the protocol says which; undefined: any that reads one file. */
  readonly formats: string | undefined;
  /** When set, each read gives one RTP packet of the streams that this session description tells of. */
  readonly sdp?: string;
  /** The pictures that belong to it, where they come apart; closed with it. */
  readonly pictures?: ByteSource | undefined;
  /** By how much times of the sound are more than those of pictures of the same moment, in microseconds, where they begin apart. */
  pictureShiftUs?(): number;
  /** Why it ended before its end; undefined while it goes on and when all of it came. */
  readonly failure: Problem | undefined;
  /** The first bytes, for telling what it is; empty when nothing has come. */
  readonly head: Uint8Array;
  /**
   * Up to `size` of the next bytes, at once when some are there; null at the end, after a failure and after closing. Only one
   * read at a time.
   */
  read(size: number): Buffer | null | Promise<Buffer | null>;
  /** Resolves when so many bytes can be read without waiting, or the end is known. */
  ready(bytes: number): Promise<void>;
  /** Continues at that byte. Only if it is seekable, and while no read is under way. */
  seek(position: number): void;
  /** Lets go of the connection; reads under way give null. Idempotent. */
  close(): void;
}
