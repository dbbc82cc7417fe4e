import type { JitterBufferStats } from './jitter-stats.js';
import type { PcmQueue } from './pcm-queue.js';
import { findPeriod, lengthen, shorten, STRETCH_WINDOW } from './time-stretch.js';

const TICK_SAMPLES = 960;
const SHORTEN_ABOVE_US = 20_000;
const LENGTHEN_BELOW_US = 5_000;
/** Pulls between two changes of speed, so that even music stays listenable. */
const PAUSE_PULLS = 4;
/** −50 dB: whatever is cut here is not heard. */
const QUIET_POWER = 1e-5;

/**
 * Holds a stream's delay near its target by cutting or repeating single periods of the signal, so that drift between the
 * sender's clock and ours, and a changed target, are taken up without a gap.
 */
export class SpeedControl {
  readonly #pcm: PcmQueue;
  readonly #stats: JitterBufferStats;
  /** Smoothed time by which packets come early enough. */
  #slackUs = 0;
  #pause = 0;

  /**
   * @param pcm what is changed: the samples that are to be played next.
   * @param stats where `shortenedSamples` and `lengthenedSamples` are counted.
   */
  constructor(pcm: PcmQueue, stats: JitterBufferStats) {
    this.#pcm = pcm;
    this.#stats = stats;
  }

  /** The stream starts, with this slack. */
  begin(slackUs: number): void {
    this.#slackUs = slackUs;
  }

  /**
   * Once per pull, with at least 20 ms decoded.
   *
   * @param slackUs how much earlier than needed a punctual packet comes, microseconds.
   * @param targetUs what that should be.
   * @param mayStretch false while the signal is made up.
   * @param decodeMore decodes one more packet; false when there is none that follows directly.
   */
  steer(slackUs: number, targetUs: number, mayStretch: boolean, decodeMore: () => boolean): void {
    this.#slackUs += (slackUs - this.#slackUs) / 8;
    if (this.#pause > 0) {
      this.#pause--;
      return;
    }
    if (!mayStretch) return;
    const offUs = this.#slackUs - targetUs;
    if (offUs > SHORTEN_ABOVE_US) this.#shorten(offUs, decodeMore);
    else if (offUs < -LENGTHEN_BELOW_US) this.#lengthen(offUs);
  }

  #shorten(offUs: number, decodeMore: () => boolean): void {
    const pcm = this.#pcm;
    // A whole tick must remain after the cut.
    while (pcm.length < TICK_SAMPLES + STRETCH_WINDOW / 2) if (!decodeMore()) return;
    const { lag, correlation, power } = findPeriod(pcm.planes[0]!, pcm.start);
    if (correlation < likeness(offUs) && power > QUIET_POWER) return;
    const end = pcm.end;
    for (const plane of pcm.planes) pcm.end = shorten(plane, pcm.start, end, lag);
    this.#stats.shortenedSamples += lag;
    this.#stretched(-lag);
  }

  #lengthen(offUs: number): void {
    const pcm = this.#pcm;
    if (pcm.length < STRETCH_WINDOW) return;
    pcm.makeRoom(STRETCH_WINDOW);
    const { lag, correlation, power } = findPeriod(pcm.planes[0]!, pcm.start);
    if (pcm.end + lag > pcm.capacity || (correlation < likeness(offUs) && power > QUIET_POWER)) return;
    const end = pcm.end;
    for (const plane of pcm.planes) pcm.end = lengthen(plane, pcm.start, end, lag);
    this.#stats.lengthenedSamples += lag;
    this.#stretched(lag);
  }

  #stretched(samples: number): void {
    this.#slackUs += (samples * 1000) / 48;
    this.#pause = PAUSE_PULLS;
  }
}

/** How alike two periods must be to be joined: the further off the delay, the less. */
function likeness(offUs: number): number {
  const off = Math.abs(offUs);
  return off > 120_000 ? -1 : off > 60_000 ? 0.5 : 0.85;
}
