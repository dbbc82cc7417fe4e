/** A frame is shown at most so much later than it came, in microseconds: sound is never further behind. */
const MOST_LATER_US = 500_000;
/** What the sound says changes by more than this at once when it was held up, in microseconds. */
const JUMP_US = 100_000;

/**
 * When pictures of a participant are due: when the sound that was made with them is heard. Without sound, and before the reports of both are
 * there, as soon as they come.
 */
export class PlayoutClock {
  /** Time of being heard minus time of being made; undefined: not known yet. */
  #offsetUs: number | undefined;

  /**
   * When a frame is due, in microseconds on the clock of `nowUs`.
   *
   * @param madeUs when it was made, on the sender's clock.
   * @param heardUs when what is heard now was made, on the same.
   */
  dueUs(madeUs: number | undefined, heardUs: number | undefined, nowUs: number): number {
    if (heardUs !== undefined) {
      const offsetUs = nowUs - heardUs;
      const known = this.#offsetUs;
      this.#offsetUs = known === undefined || Math.abs(offsetUs - known) > JUMP_US ? offsetUs : known + (offsetUs - known) / 16;
    }
    if (madeUs === undefined || this.#offsetUs === undefined) return nowUs;
    return Math.max(nowUs, Math.min(nowUs + MOST_LATER_US, madeUs + this.#offsetUs));
  }
}
