const BIN_US = 5_000;
const BINS = 100;
/** The least delay is looked for over the last one to two of these. */
const WINDOW_US = 5_000_000;
/** A stream whose timing moved by more than this has a new clock. */
const CLOCK_JUMP_US = 2_000_000;

/** Limits of the adaptive delay. */
export interface DelayLimits {
  /** Never aim lower, microseconds. */
  readonly minUs: number;
  /** Never aim higher, microseconds. */
  readonly maxUs: number;
  /** Aim here until enough packets came, microseconds. */
  readonly startUs: number;
}

/**
 * Learns how long packets of a stream are under way, relative to the fastest: a histogram with exponential forgetting of
 * "arrival − media time" above its minimum over the last 5 to 10 s (so that a drift between the two clocks is followed).
 * The wanted delay is the 98.5 % quantile, as NetEQ of libwebrtc does with a 97 % one of its own measure.
 */
export class DelayEstimator {
  readonly #limits: DelayLimits;
  readonly #bins = new Float64Array(BINS);
  #weight = 0;
  #arrivals = 0;
  #windowStartUs = 0;
  #currentMinUs = Infinity;
  #previousMinUs = Infinity;
  #targetUs: number;

  constructor(limits: DelayLimits) {
    this.#limits = limits;
    this.#targetUs = limits.startUs;
  }

  /** The playout delay to aim at, microseconds. */
  get targetUs(): number {
    return this.#targetUs;
  }

  /** The arrival time of the fastest recent packet minus its media time. */
  get baseUs(): number {
    return Math.min(this.#currentMinUs, this.#previousMinUs);
  }

  /** How late something of this media time would be played now, compared to the fastest packet. */
  delayUs(mediaUs: number, nowUs: number): number {
    return nowUs - mediaUs - this.baseUs;
  }

  /**
   * Counts an arrival.
   *
   * @returns false when the stream's clock jumped; the estimator then has begun anew.
   */
  arrive(mediaUs: number, nowUs: number): boolean {
    const transitUs = nowUs - mediaUs;
    const jumped = this.#arrivals > 0 && Math.abs(transitUs - this.baseUs) > CLOCK_JUMP_US;
    if (jumped || this.#arrivals === 0) this.begin(mediaUs, nowUs);
    if (nowUs - this.#windowStartUs > WINDOW_US) {
      this.#previousMinUs = this.#currentMinUs;
      this.#currentMinUs = transitUs;
      this.#windowStartUs = nowUs;
    }
    this.#currentMinUs = Math.min(this.#currentMinUs, transitUs);
    this.#arrivals++;
    this.#learn(transitUs - this.baseUs);
    return !jumped;
  }

  /** Takes this arrival for the fastest, and forgets all earlier ones; what was learnt about the jitter stays. */
  begin(mediaUs: number, nowUs: number): void {
    this.#currentMinUs = nowUs - mediaUs;
    this.#previousMinUs = Infinity;
    this.#windowStartUs = nowUs;
  }

  #learn(aboveUs: number): void {
    // Weights grow from fast learning to a memory of about 700 packets.
    const keep = Math.min(0.9985, 1 - 1 / (this.#arrivals + 1));
    for (let i = 0; i < BINS; i++) this.#bins[i]! *= keep;
    this.#weight = this.#weight * keep + 1;
    this.#bins[Math.min(BINS - 1, Math.floor(aboveUs / BIN_US))]! += 1;
    if (this.#arrivals < 25) return;
    const wanted = this.#weight * 0.985;
    let sum = 0;
    let bin = 0;
    while (bin < BINS - 1 && (sum += this.#bins[bin]!) < wanted) bin++;
    // The consumer comes every 20 ms, at best with the packets, at worst right before them.
    const aim = (bin + 1) * BIN_US + 10_000;
    this.#targetUs = Math.min(this.#limits.maxUs, Math.max(this.#limits.minUs, aim));
  }
}
