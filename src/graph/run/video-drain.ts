import { ContentFrame, type VideoFrame } from '../../media/video-frame.js';
import type { PlanQueue } from '../plan-types.js';
import type { Beat } from './domain.js';
import type { Consumer } from './outlet.js';
import { BoundedQueue } from './queue.js';
import type { Drain } from './wire-queue.js';

/**
 * Pictures between two frame rates: on each beat of the consumer goes the one that is due by its own time; those that were overtaken are
 * dropped, and where none is due the last is given again. A queue owns shares of what waits in it.
 */
export class VideoDrain implements Drain<VideoFrame> {
  readonly queue: BoundedQueue<VideoFrame>;
  readonly onVideoBeat = true;
  #shown: VideoFrame | undefined;

  constructor(
    spec: PlanQueue,
    private readonly to: Consumer<VideoFrame>,
    private readonly beat: Beat,
  ) {
    this.queue = new BoundedQueue<VideoFrame>(
      spec.frames,
      spec.overflow,
      (frame) => frame.retain(),
      (frame) => frame.release(),
    );
  }

  tick(ended: boolean): void {
    const { ptsUs } = this.beat.tick;
    let came = false;
    for (let next = this.queue.peek(); next && next.ptsUs <= ptsUs; next = this.queue.peek()) {
      this.#take();
      came = true;
    }
    // Nothing came in time: counted.
    if (this.queue.depth === 0 && !this.#shown && !ended) this.queue.pop();
    // When the stream has ended its last picture does not stay up.
    if (this.#shown && (came || !ended)) this.#give(ptsUs);
  }

  one(): void {
    this.#take();
    this.#give(this.#shown!.ptsUs);
  }

  clear(): void {
    while (this.queue.depth > 0) this.queue.pop()!.release();
    this.#shown?.release();
    this.#shown = undefined;
  }

  #take(): void {
    this.#shown?.release();
    this.#shown = this.queue.pop();
  }

  #give(ptsUs: number): void {
    const shown = this.#shown!;
    this.to.next(shown.ptsUs === ptsUs ? shown : new ContentFrame(ptsUs, shown.content));
  }
}
