import type { Beat } from './domain.js';
import { HotSource } from './hot-source.js';
import type { Consumer } from './outlet.js';
import { backTo, timeOf, timing } from './work-time.js';

/**
 * An input port of a running node, seen by the node as an ordinary hot Observable. It remembers the last value, so that the guard can
 * let it pass when the node faults.
 */
export class Inlet<T> extends HotSource<T> implements Consumer<T> {
  /** Values that arrived so far. */
  passed = 0;
  /** The last value; borrowed, so of use only in the tick of {@link stamp}. */
  current: T | undefined;
  /** The index of the tick in which it arrived. */
  stamp = -1;
  /** The time of that tick, in microseconds. */
  stampUs = -1;

  /**
   * @param domain gives the present tick.
   * @param onThrow told what a listener threw, and how a borrowed frame was misused.
   */
  constructor(
    private readonly domain: Beat,
    onThrow: (error: unknown) => void,
  ) {
    super(onThrow);
  }

  override next(value: T): void {
    this.passed++;
    this.current = value;
    this.stamp = this.domain.tick.index;
    this.stampUs = this.domain.tick.ptsUs;
    if (!timing) return super.next(value);
    const before = timeOf(this.time);
    super.next(value);
    backTo(before);
  }

  /** How long ago, on the graph's clock, was due what came last, in microseconds; undefined before the first. */
  get ageUs(): number | undefined {
    const { index, ptsUs } = this.domain.tick;
    const { current } = this;
    if (this.stamp < 0 || typeof current !== 'object' || current === null || !('ptsUs' in current)) return undefined;
    // Of a tick that is over: as many periods before the present one.
    const period = index > 0 ? ptsUs / index : 0;
    return ptsUs - (index - this.stamp) * period - Number(current.ptsUs);
  }

  /** This port's node wrote into the frame it was lent. */
  misused(reason: string): void {
    this.onThrow(new TypeError(reason));
  }
}
