import { FRAME_US } from '../../media/format.js';
import type { Scheduler } from '../../time/scheduler.js';

/** A reader that comes while others read takes up with them, if they are not further away than a burst. */
const NEAR_BEATS = 5;

/**
 * How the beats of one graph, or of one shared node, lie to those that all shared nodes of a host count in common: the number of 20 ms
 * since the clock's origin. It is settled once and is the same for all that the graph reads, so that parts of one signal which come by
 * different ways meet as they left.
 */
export class BeatLine {
  #ahead: number | undefined;

  /** Common beats minus those of the graph; undefined before it is settled. */
  get ahead(): number | undefined {
    return this.#ahead;
  }

  /** The common beat of one of the graph; settles how they lie, by the clock. @param made the last beat of what is read. */
  beat(index: number, scheduler: Scheduler, made: number): number {
    if (this.#ahead === undefined) {
      const due = Math.floor(scheduler.nowUs() / FRAME_US);
      // A late first beat must not draw the others ahead.
      const beat = made >= due - NEAR_BEATS ? Math.min(due, made + 1) : due;
      this.#ahead = beat - index;
    }
    return index + this.#ahead;
  }

  /** Begins with a beat, as the graph's own 0. Without effect when it is settled. */
  begin(beat: number): void {
    this.#ahead ??= beat;
  }
}
