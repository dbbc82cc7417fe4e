import type { LinkUse } from './delay-trend.js';

/** What is left of the measured rate after an overuse. */
const DECREASE = 0.85;
/** Growth in a second far from a known capacity: carefully after an overuse, boldly while none has been seen for a while. */
const [CAREFUL, BOLD] = [1.08, 1.5];
const BOLD_AFTER_US = 5_000_000;
/** A rate never goes beyond so many times what came through, plus this much in bit/s. */
const [HEADROOM, HEADROOM_BPS] = [1.5, 10_000];
/** Bits of the packet by which the rate grows in one response time near the capacity (5.5). */
const PACKET_BITS = 1200 * 8;
/** Time the network and both ends take to answer, beyond the round trip, in milliseconds. */
const RESPONSE_MS = 100;

/**
 * The rate that delay allows: additive increase near the capacity that was seen, multiplicative far from it, and a decrease to a part of what
 * came through (draft-ietf-rmcat-gcc-02, 5.5).
 */
export class RateControl {
  #bps: number;
  #atUs: number | undefined;
  #state: 'increase' | 'hold' = 'increase';
  #decreasedUs = -Infinity;
  /** Mean and variance of what came through when there was overuse, in kbit/s; undefined: not seen, or outdated. */
  #capacityKbps: number | undefined;
  #variance = 0.4;

  constructor(
    startBps: number,
    private readonly limits: { readonly minBps: number; readonly maxBps: number },
  ) {
    this.#bps = startBps;
  }

  /** The rate in bit/s. */
  get bps(): number {
    return this.#bps;
  }

  /**
   * Takes what is known now.
   *
   * @param ackedBps what came through lately, in bit/s; undefined before that is known.
   */
  update(use: LinkUse, ackedBps: number | undefined, rttMs: number, nowUs: number): void {
    const passedSec = this.#atUs === undefined ? 0 : Math.min(1, (nowUs - this.#atUs) / 1e6);
    this.#atUs = nowUs;
    if (use === 'overuse') return this.#decrease(ackedBps, rttMs, nowUs);
    // A queue drains: its room is not there to be used.
    if (use === 'underuse') this.#state = 'hold';
    else if (this.#state === 'hold') this.#state = 'increase';
    else this.#increase(ackedBps, rttMs, passedSec, nowUs);
  }

  /** A probe has shown that the link carries so much. */
  probed(bps: number): void {
    this.#capacityKbps = undefined;
    this.#set(Math.max(this.#bps, bps));
  }

  #decrease(ackedBps: number | undefined, rttMs: number, nowUs: number): void {
    this.#state = 'hold';
    // What was sent before the last decrease is still under way.
    if (nowUs - this.#decreasedUs < Math.max(rttMs, 50) * 1000 + RESPONSE_MS * 1000 && (ackedBps ?? 0) > this.#bps * 0.5) return;
    this.#decreasedUs = nowUs;
    if (ackedBps === undefined) {
      this.#set(this.#bps * DECREASE);
      return;
    }
    this.#learn(ackedBps / 1000);
    this.#set(Math.min(this.#bps, ackedBps * DECREASE));
  }

  #increase(ackedBps: number | undefined, rttMs: number, passedSec: number, nowUs: number): void {
    const deviation = Math.sqrt(this.#variance * (this.#capacityKbps ?? 0));
    if (this.#capacityKbps !== undefined && (ackedBps ?? 0) / 1000 > this.#capacityKbps + 3 * deviation)
      this.#capacityKbps = undefined;
    const calm = nowUs - this.#decreasedUs > BOLD_AFTER_US;
    // Long past, the capacity may be any.
    if (calm) this.#capacityKbps = undefined;
    const near = this.#capacityKbps !== undefined && this.#bps / 1000 > this.#capacityKbps - 3 * deviation;
    const grown = near
      ? this.#bps + (PACKET_BITS / ((rttMs + RESPONSE_MS) / 1000)) * passedSec
      : this.#bps * (calm ? BOLD : CAREFUL) ** passedSec;
    const most = ackedBps === undefined ? Infinity : ackedBps * HEADROOM + HEADROOM_BPS;
    // Where less is sent than may be, nothing is learnt about more.
    if (grown <= most) this.#set(grown);
    else if (this.#bps < most) this.#set(most);
  }

  #learn(kbps: number): void {
    if (this.#capacityKbps === undefined) this.#capacityKbps = kbps;
    const error = this.#capacityKbps - kbps;
    this.#capacityKbps -= 0.05 * error;
    this.#variance = Math.max(
      0.4,
      Math.min(2.5, 0.95 * this.#variance + (0.05 * error * error) / Math.max(1, this.#capacityKbps)),
    );
    // Far below what it was: another link.
    if (Math.abs(error) > 3 * Math.sqrt(this.#variance * this.#capacityKbps)) this.#capacityKbps = kbps;
  }

  #set(bps: number): void {
    this.#bps = Math.max(this.limits.minBps, Math.min(this.limits.maxBps, bps));
  }
}
