import type { ErrorCode } from '../errors.js';

/** Why a stream cannot be played, as plain JSON. */
export interface StreamFailure {
  /** The row of the error table. */
  readonly code: ErrorCode;
  /** The filled sentence. */
  readonly message: string;
}

/** Why a stream is over. Only `finished` is a natural end, after which a queue goes on. */
export type StreamEnd =
  { readonly type: 'finished' } | { readonly type: 'stopped' } | { readonly type: 'failed'; readonly failure: StreamFailure };

/** What somebody wants of a playback. */
export type SourceCommand =
  | { readonly type: 'source.play' }
  | { readonly type: 'source.pause' }
  /** Go to a position in milliseconds; bounded by the stream's length. */
  | { readonly type: 'source.seek'; readonly positionMs: number }
  /** End it; it can be restarted. */
  | { readonly type: 'source.stop' }
  /** Begin again from the start, from any state. */
  | { readonly type: 'source.restart' }
  /** End it for good. */
  | { readonly type: 'source.close' };

/**
 * What the media host reports. `generation` is that of the `media.open` it belongs to: facts of an earlier stream are ignored.
 * Positions are media time in milliseconds.
 */
export type StreamFact =
  /** It can be played; `durationMs` is absent for what has no end. */
  | {
      readonly type: 'stream.opened';
      readonly generation: number;
      readonly durationMs?: number;
      readonly seekable: boolean;
    }
  /** The first frame plays. */
  | { readonly type: 'stream.started'; readonly generation: number; readonly positionMs: number }
  | { readonly type: 'stream.paused'; readonly generation: number; readonly positionMs: number }
  | { readonly type: 'stream.resumed'; readonly generation: number; readonly positionMs: number }
  /** The `media.seek` with this number was done. */
  | { readonly type: 'stream.seeked'; readonly generation: number; readonly seek: number; readonly positionMs: number }
  /** It ran dry. */
  | { readonly type: 'stream.stalled'; readonly generation: number; readonly positionMs: number }
  | { readonly type: 'stream.recovered'; readonly generation: number; readonly positionMs: number }
  | { readonly type: 'stream.ended'; readonly generation: number; readonly reason: StreamEnd };

/** Everything that a playback's machine takes. */
export type SourceEvent = SourceCommand | StreamFact;

/** What a playback's machine asks of the media host. */
export type MediaCommand =
  /** Open a stream and play it, or hold its first frame if `paused`; answered by `stream.opened`, then `started` or `paused`. */
  | {
      readonly type: 'media.open';
      readonly generation: number;
      readonly src: string;
      readonly startMs: number;
      readonly paused: boolean;
    }
  | { readonly type: 'media.play'; readonly generation: number }
  | { readonly type: 'media.pause'; readonly generation: number }
  | { readonly type: 'media.seek'; readonly generation: number; readonly seek: number; readonly positionMs: number }
  /** Release it; harmless if it ended by itself. */
  | { readonly type: 'media.close'; readonly generation: number };

/** What a playback's machine tells others, once each time. */
export type SourceFact =
  /** The stream can be played. */
  | { readonly type: 'source.opened'; readonly generation: number; readonly durationMs?: number; readonly seekable: boolean }
  /** Exactly once for each generation. */
  | { readonly type: 'source.ended'; readonly generation: number; readonly reason: StreamEnd }
  /** The stream cannot be sought in. */
  | { readonly type: 'source.seekRefused'; readonly generation: number };

/** What a playback remembers; plain JSON. */
export interface SourceContext {
  /** File or URL. */
  readonly src: string;
  /** Number of the stream, from 1; every (re)start has a new one. */
  readonly generation: number;
  /** Where this stream begins, in milliseconds. */
  readonly startMs: number;
  /** What was asked for last; the host follows. */
  readonly wanted: 'playing' | 'paused';
  /** Length in milliseconds, once known and if it has one. */
  readonly durationMs?: number;
  /** Whether it can be sought in; false until it is open. */
  readonly seekable: boolean;
  /** Media time, in milliseconds, at `positionAtMs`. */
  readonly positionMs: number;
  /** When `positionMs` was so, in milliseconds of the machine's clock. */
  readonly positionAtMs: number;
  /** Number of the last seek. */
  readonly seek: number;
  /** Where to go as soon as it is open, in milliseconds. */
  readonly pendingSeekMs?: number;
  /** Why it is over, in `ended` and `failed` only. */
  readonly end?: StreamEnd;
}

/** What a playback begins with. */
export interface SourceInput {
  /** File or URL. */
  readonly src: string;
  /** Where to begin, in milliseconds; default 0. */
  readonly startMs?: number;
  /** Whether to begin paused; default false. */
  readonly paused?: boolean;
  /** Number of the first stream; default 1. A resumed playback goes on counting. */
  readonly generation?: number;
}

/** Time limits of a playback. */
export interface SourceLimits {
  /** To open a stream. */
  readonly openMs: number;
  /** For frames to come, at the start and after it ran dry. */
  readonly bufferMs: number;
  /** For a seek; then playback goes on as if it had been done. */
  readonly seekMs: number;
}

/** The limits that are not given. */
export const DEFAULT_SOURCE_LIMITS: SourceLimits = { openMs: 30_000, bufferMs: 60_000, seekMs: 10_000 };
