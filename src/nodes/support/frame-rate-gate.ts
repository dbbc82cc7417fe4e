/** Lets so many pictures a second through, the first that is due each time. */
export class FrameRateGate {
  #originUs: number | undefined;
  #next = 0;

  /** @param frameRate pictures a second. */
  constructor(private readonly frameRate: number) {}

  /** Whether a picture of that time goes through. */
  admits(ptsUs: number): boolean {
    this.#originUs ??= ptsUs;
    const periodUs = 1e6 / this.frameRate;
    // Times are rounded to microseconds.
    const slot = Math.floor((ptsUs - this.#originUs + 1) / periodUs);
    if (slot < this.#next) return false;
    this.#next = slot + 1;
    return true;
  }
}
