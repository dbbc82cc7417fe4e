import type { Problem } from '../../errors.js';
import type { NodeContext } from '../../graph/context.js';
import type { QueueTrackEntry } from './queue-state.js';
import type { QueueTrack } from './queue-track.js';

/** Why a track that had started is over. */
export type TrackEnd = 'finished' | 'skipped' | 'failed' | 'replaced' | 'stopped';

/** Tells what happens to tracks: each start once, and exactly one end for each start. */
export class QueueTeller {
  readonly #ctx: NodeContext;
  #started: QueueTrack | undefined;

  /** @param ctx the node that plays. */
  constructor(ctx: NodeContext) {
    this.#ctx = ctx;
  }

  /** The track that has started and not ended. */
  get present(): QueueTrack | undefined {
    return this.#started;
  }

  /** A track gives sound; says whether that is new. */
  started(track: QueueTrack, index: number): boolean {
    if (this.#started === track) return false;
    this.#started = track;
    this.#ctx.emit({ type: 'track.started', ...factsOf(track.entry), index, info: track.info });
    return true;
  }

  /** The track that had started is over. */
  ended(track: QueueTrack, reason: TrackEnd, failure?: Problem): void {
    if (this.#started !== track) return;
    this.#started = undefined;
    const playedMs = Math.round(track.heard / 48);
    this.#ctx.emit({ type: 'track.ended', ...factsOf(track.entry), reason, playedMs, ...(failure && this.#problem(failure)) });
  }

  /** A track cannot start. */
  failed(entry: QueueTrackEntry, failure: Problem): void {
    this.#ctx.emit({ type: 'track.failed', ...factsOf(entry), ...this.#problem(failure) });
  }

  /** Where a track is, if somebody watches. */
  position(track: QueueTrack): void {
    if (!this.#ctx.watched('stream.position')) return;
    const { entry, endUs, positionUs } = track;
    const durationMs = endUs === undefined ? null : Math.round(endUs / 1000);
    this.#ctx.emit({
      type: 'stream.position',
      id: entry.id,
      src: entry.src,
      positionMs: Math.round(positionUs / 1000),
      durationMs,
    });
  }

  #problem(failure: Problem): { readonly problem: Problem } {
    return { problem: { ...failure, node: this.#ctx.nodeId } };
  }
}

function factsOf({ id, src, title, requester, data }: QueueTrackEntry): Record<string, unknown> {
  return { id, src, ...(title !== undefined && { title }), ...(requester !== undefined && { requester }), ...(data && { data }) };
}
