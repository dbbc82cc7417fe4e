import type { Problem } from '../../errors.js';
import type { NodeContext } from '../../graph/context.js';
import type { QueueList } from './queue-list.js';
import { QueueOpening, type OpenTrack } from './queue-open.js';
import { trackSettings, type PlayerOptions } from './queue-options.js';
import type { QueuePictures } from './queue-pictures.js';
import type { QueueTrackEntry } from './queue-state.js';
import type { QueueTrack } from './queue-track.js';

/** Beyond what was asked for: opening takes a while. */
const EARLY_US = 1_000_000;

/**
 * What a queue has open beside the track that is heard: the `target`, which was chosen and shall be heard as soon as it can, and the
 * `next`, which is opened early. Counts what fails, and gives up on a row of failures.
 */
export class QueueAhead {
  /** Tracks behind the current one that cannot be played. */
  readonly unplayable = new Set<string>();
  /** Too many failed in a row: nothing is opened until somebody asks. */
  halted = false;
  options: PlayerOptions;
  readonly #ctx: NodeContext;
  readonly #list: QueueList;
  readonly #open: OpenTrack;
  readonly #tellFailed: (entry: QueueTrackEntry, failure: Problem) => void;
  readonly #pictures: QueuePictures | undefined;
  #target: QueueOpening | undefined;
  #next: QueueOpening | undefined;
  #failures = 0;
  #failuresBefore = 0;

  /** @param tellFailed told of each track that cannot be played. @param pictures opens the pictures of tracks. */
  constructor(
    ctx: NodeContext,
    options: PlayerOptions,
    list: QueueList,
    open: OpenTrack,
    tellFailed: (entry: QueueTrackEntry, failure: Problem) => void,
    pictures?: QueuePictures,
  ) {
    this.#ctx = ctx;
    this.options = options;
    this.#list = list;
    this.#open = open;
    this.#tellFailed = tellFailed;
    this.#pictures = pictures;
  }

  /** True while a chosen track is on its way. */
  get waits(): boolean {
    return this.#target !== undefined;
  }

  /** Decodes ahead. */
  fill(patient: boolean): void {
    this.#target?.fill(patient);
    this.#next?.fill(patient);
  }

  /**
   * Brings the list's current track on its way, and gives it once it can be heard; its taker closes it. One that fails is passed over.
   *
   * @param atUs where it is to begin instead of its start, in microseconds.
   */
  reach(current: QueueTrackEntry, atUs: number | undefined): QueueTrack | undefined {
    if (this.halted) {
      this.dropTarget();
      return undefined;
    }
    if (this.#target?.entry.id !== current.id) {
      this.dropTarget();
      if (this.#next?.entry.id === current.id && atUs === undefined) this.#target = this.#next;
      else {
        this.dropNext();
        this.#target = this.#begin(current, false, atUs);
      }
      this.#next = undefined;
    }
    const target = this.#target;
    if (target.problem) {
      this.dropTarget();
      // Whoever hears of it may change the list at once; then there is nothing left to pass over.
      this.#list.passOver(this.unplayable);
      this.#fail(target.entry, target.problem);
      return undefined;
    }
    if (!target.complete) return undefined;
    this.#target = undefined;
    this.unplayable.clear();
    return target.take();
  }

  /** Opens what comes behind the track that is heard, in time; at once when nobody knows how long that still is. */
  prefetch(heard: QueueTrack): void {
    if (this.halted) return;
    const following = this.#list.following(this.unplayable);
    if (this.#next && this.#next.entry.id !== following?.id) this.dropNext();
    if (!following) return;
    if (this.#next?.problem) {
      const { entry, problem } = this.#next;
      this.dropNext();
      this.unplayable.add(entry.id);
      this.#fail(entry, problem);
    } else if (!this.#next) {
      const { leftUs } = heard;
      const { prefetchSec, crossfadeMs } = this.options;
      if (leftUs !== undefined && leftUs > prefetchSec * 1e6 + crossfadeMs * 1000 + EARLY_US) return;
      this.#next = this.#begin(following, true);
    }
  }

  /** The track that follows, if it is open and can begin. */
  get following(): QueueTrack | undefined {
    const next = this.#next;
    if (!next?.ready || this.halted) return undefined;
    return this.#list.following(this.unplayable)?.id === next.entry.id ? next.track : undefined;
  }

  /** Hands over the track that {@link following} gave. */
  takeFollowing(): void {
    this.#next?.take();
    this.#next = undefined;
  }

  /** A track that starts ends a row of failures, unless it soon turns out to be one more. */
  started(): void {
    this.#failuresBefore = this.#failures;
    this.#failures = 0;
  }

  /** The track that started failed so soon that it counts as one that cannot be played. */
  failedSoon(): void {
    this.#failures += this.#failuresBefore + 1;
    this.#haltIfHopeless();
  }

  /** Somebody wants something else: what failed before counts no more. */
  revive(): void {
    this.halted = false;
    this.#failures = 0;
    this.#failuresBefore = 0;
    this.unplayable.clear();
  }

  /** Frees the track that was chosen. */
  dropTarget(): void {
    this.#target?.close();
    this.#target = undefined;
  }

  /** Frees the track that was to follow. */
  dropNext(): void {
    this.#next?.close();
    this.#next = undefined;
  }

  #begin(entry: QueueTrackEntry, follows: boolean, atUs?: number): QueueOpening {
    return new QueueOpening(entry, this.#open, trackSettings(this.options, entry, follows), this.#ctx, this.#pictures, atUs);
  }

  #fail(entry: QueueTrackEntry, failure: Problem): void {
    this.#failures++;
    this.#tellFailed(entry, failure);
    this.#haltIfHopeless();
  }

  #haltIfHopeless(): void {
    const limit = Math.min(this.options.failureLimit, this.#list.length);
    if (this.#failures > 0 && this.#failures >= limit) this.halted = true;
  }
}
