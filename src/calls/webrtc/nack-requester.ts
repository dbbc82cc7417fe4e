/** What is still missing, and how often it was asked for. */
interface Missing {
  readonly sequence: number;
  readonly sinceUs: number;
  askedUs: number;
  asks: number;
}

const NONE: readonly number[] = [];

/** Limits of {@link NackRequester}. */
export interface NackLimits {
  /** Most packets that are waited for at once; default 64. */
  readonly maxMissing?: number;
  /** Times each is asked for; default 3. */
  readonly maxAsks?: number;
  /** Least time between two requests for the same packet when the round trip is shorter, milliseconds; default 20. */
  readonly intervalMs?: number;
  /** Time after which a packet is of no use any more, milliseconds; default 200. */
  readonly giveUpMs?: number;
}

/**
 * Chooses which lost packets of one stream to ask for again (RFC 4585). Driven by arrivals, so it needs no timer: a stream
 * that stopped altogether has nobody to ask.
 */
export class NackRequester {
  readonly #limits: Required<NackLimits>;
  readonly #missing: Missing[] = [];
  #highest = -1;

  constructor(limits: NackLimits = {}) {
    this.#limits = { maxMissing: 64, maxAsks: 3, intervalMs: 20, giveUpMs: 200, ...limits };
  }

  /** How many packets are waited for. */
  get waiting(): number {
    return this.#missing.length;
  }

  /**
   * Takes an arrival.
   *
   * @param sequence extended sequence number of the packet that came.
   * @param rttMs round trip time, if it is known.
   * @returns 16-bit sequence numbers to ask for now, in rising order; often none.
   */
  arrived(sequence: number, nowUs: number, rttMs = 0): readonly number[] {
    if (this.#highest < 0) {
      this.#highest = sequence;
      return NONE;
    }
    if (sequence <= this.#highest) {
      const at = this.#missing.findIndex((missing) => missing.sequence === sequence);
      if (at >= 0) this.#missing.splice(at, 1);
    } else {
      const { maxMissing } = this.#limits;
      const from = Math.max(this.#highest + 1, sequence - maxMissing);
      for (let lost = from; lost < sequence; lost++)
        this.#missing.push({ sequence: lost, sinceUs: nowUs, askedUs: -Infinity, asks: 0 });
      if (this.#missing.length > maxMissing) this.#missing.splice(0, this.#missing.length - maxMissing);
      this.#highest = sequence;
    }
    return this.#missing.length === 0 ? NONE : this.#due(nowUs, rttMs);
  }

  /** What came before this extended number is needed no more. */
  forgetBefore(sequence: number): void {
    const kept = this.#missing.filter((missing) => missing.sequence >= sequence);
    if (kept.length < this.#missing.length) this.#missing.splice(0, Infinity, ...kept);
  }

  #due(nowUs: number, rttMs: number): number[] {
    const { maxAsks, intervalMs, giveUpMs } = this.#limits;
    const due: number[] = [];
    const pauseUs = Math.max(intervalMs, rttMs) * 1000;
    for (let i = this.#missing.length - 1; i >= 0; i--) {
      const missing = this.#missing[i]!;
      if (nowUs - missing.sinceUs > giveUpMs * 1000) {
        this.#missing.splice(i, 1);
      } else if (missing.asks < maxAsks && nowUs - missing.askedUs >= pauseUs) {
        missing.askedUs = nowUs;
        missing.asks++;
        due.unshift(missing.sequence & 0xffff);
      }
    }
    return due;
  }
}
