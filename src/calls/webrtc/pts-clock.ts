/** Lags that differ by more than this are of another clock, in microseconds. */
const JUMP_US = 200_000;
/** A stream that has not sent for so long does not lead any more, in microseconds. */
const REST_US = 1_000_000;

/**
 * What maps presentation time to the clock of sender reports, one for all streams of a connection: a receiver can keep sound and pictures in
 * step only if the reports of both say the same. Sound leads, since it leaves as it is made; pictures take as long as their encoder does.
 */
export class PtsClock {
  #lagUs = 0;
  #leader: object | undefined;
  #leads = 0;
  #atUs = 0;

  /**
   * Takes what a stream sees.
   *
   * @param stream who it is; the same object each time.
   * @param rank the higher one leads.
   * @param lagUs the present minus the packet's presentation time, in microseconds.
   * @param anew the stream's clock began anew.
   * @returns the smoothed lag for its reports.
   */
  observe(stream: object, rank: number, lagUs: number, nowUs: number, anew: boolean): number {
    const rests = nowUs - this.#atUs > REST_US;
    if (this.#leader === undefined || rank > this.#leads || (rests && this.#leader !== stream)) {
      this.#leader = stream;
      this.#leads = rank;
      this.#lagUs = lagUs;
    } else if (this.#leader === stream) {
      const offUs = lagUs - this.#lagUs;
      this.#lagUs = anew || Math.abs(offUs) > JUMP_US ? lagUs : this.#lagUs + offUs / 64;
    } else return Math.abs(lagUs - this.#lagUs) > 5 * JUMP_US ? lagUs : this.#lagUs;
    this.#atUs = nowUs;
    return this.#lagUs;
  }
}
