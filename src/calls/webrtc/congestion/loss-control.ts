/** Shares of lost packets under which a rate grows, and above which it falls. */
const [FEW, MANY] = [0.02, 0.1];
/** A rate is considered so often at most, in microseconds. */
const EVERY_US = 200_000;
/** And falls so often at most. */
const FALL_EVERY_US = 300_000;
/** Share of what came through that is never given up for loss. */
const CARRIED = 0.7;
/** So many packets say something about loss. */
const ENOUGH = 20;

/** The rate that loss allows: it grows under 2 % of loss, stays up to 10 %, and falls beyond by half of the loss (draft-ietf-rmcat-gcc-02, 6). */
export class LossControl {
  #bps: number;
  #atUs = -Infinity;
  #fellUs = -Infinity;
  #packets = 0;
  #lost = 0;
  #fraction = 0;

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

  /** Share of packets that were lost lately, 0…1. */
  get fraction(): number {
    return this.#fraction;
  }

  /** Counts packets of which something is known. */
  count(packets: number, lost: number): void {
    this.#packets += packets;
    this.#lost += lost;
  }

  /** Considers what was counted, when it is enough. @param throughputBps what comes through, if that is known. */
  settle(throughputBps: number | undefined, nowUs: number): void {
    if (this.#packets < ENOUGH || nowUs - this.#atUs < EVERY_US) return;
    this.update(this.#lost / this.#packets, throughputBps, nowUs);
    this.#packets = 0;
    this.#lost = 0;
  }

  /** Takes a share of lost packets, 0…1. */
  update(fraction: number, throughputBps: number | undefined, nowUs: number): void {
    const passedSec = Math.max(0, Math.min(1, (nowUs - this.#atUs) / 1e6));
    this.#atUs = nowUs;
    this.#fraction = fraction;
    if (fraction < FEW) this.#set(this.#bps * 1.5 ** passedSec + 1000);
    else if (fraction > MANY && nowUs - this.#fellUs >= FALL_EVERY_US) {
      this.#fellUs = nowUs;
      // What comes through all the same, the link carries: its queue is still full of what was sent before.
      const carried = Math.min(this.#bps, (throughputBps ?? 0) * CARRIED);
      this.#set(Math.max(carried, this.#bps * (1 - fraction / 2)));
    }
  }

  /** A probe has shown that the link carries so much. */
  probed(bps: number): void {
    if (this.#bps < bps) this.#set(bps);
  }

  /** Never more than this. */
  capAt(bps: number): void {
    if (this.#bps > bps) this.#set(bps);
  }

  #set(bps: number): void {
    this.#bps = Math.max(this.limits.minBps, Math.min(this.limits.maxBps, bps));
  }
}
