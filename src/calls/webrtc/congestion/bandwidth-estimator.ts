import { DelayTrend } from './delay-trend.js';
import { LossControl } from './loss-control.js';
import { Probing } from './probing.js';
import { RateControl } from './rate-control.js';
import { SentPackets } from './sent-packets.js';
import type { TransportFeedback } from './transport-feedback.js';

/** Limits of an estimate. */
export interface EstimatorLimits {
  /** Where it begins, in kbit/s; default 800. */
  readonly startKbps?: number;
  /** Never less, in kbit/s; default 50. */
  readonly minKbps?: number;
  /** Never more, in kbit/s; default 20,000. */
  readonly maxKbps?: number;
}

/** What an estimator knows, as plain JSON. */
export interface EstimatorStats {
  /** What the link takes, in kbit/s. */
  readonly estimateKbps: number;
  /** By delay, and by loss, in kbit/s. */
  readonly delayKbps: number;
  readonly lossKbps: number;
  /** What came through lately, in kbit/s, as far as it is known. */
  readonly throughputKbps?: number;
  /** Share of packets that were lost lately, 0…1. */
  readonly loss: number;
}

/** What came through is measured over so long, in microseconds. */
const THROUGHPUT_US = 500_000;
/** Who sends less than this share of the estimate would not send more if he could. */
const LIMITED = 0.7;
/** Nothing is probed above this share of loss, which is smoothed by so much with each report. */
const [MOST_LOSS, LOSS_SMOOTHING] = [0.02, 0.05];
/** A receiver's own limit counts for so long, in microseconds. */
const REMB_US = 5_000_000;

/**
 * How much a link takes, from what its receiver reports of each packet: the least of what delay allows, what loss allows and what the
 * receiver itself says. Google congestion control (draft-ietf-rmcat-gcc-02), the sender's side.
 */
export class BandwidthEstimator {
  readonly sent: SentPackets = new SentPackets();
  readonly #trend = new DelayTrend();
  readonly #delay: RateControl;
  readonly #loss: LossControl;
  readonly #probing = new Probing();
  readonly #came: { readonly arrivalUs: number; readonly bytes: number }[] = [];
  #cameBytes = 0;
  #rttMs = 100;
  #rembKbps = Infinity;
  #rembUs = -Infinity;
  #reported = false;
  /** Share of packets that were lost in about the last two seconds. */
  #lossShare = 0;
  readonly #maxKbps: number;

  constructor({ startKbps = 800, minKbps = 50, maxKbps = 20_000 }: EstimatorLimits = {}) {
    this.#maxKbps = maxKbps;
    const limits = { minBps: minKbps * 1000, maxBps: maxKbps * 1000 };
    this.#delay = new RateControl(startKbps * 1000, limits);
    this.#loss = new LossControl(startKbps * 1000, limits);
  }

  /** The estimate in kbit/s. */
  estimateKbps(nowUs: number): number {
    const own = this.#reported ? Math.min(this.#delay.bps, this.#loss.bps) : this.#loss.bps;
    const remb = nowUs - this.#rembUs < REMB_US ? this.#rembKbps : Infinity;
    // A receiver that reports no arrivals knows better than the little that loss tells.
    return (!this.#reported && remb < Infinity ? remb * 1000 : Math.min(own, remb * 1000)) / 1000;
  }

  /** Takes the round trip time, in milliseconds. */
  roundTrip(rttMs: number): void {
    this.#rttMs = rttMs;
  }

  /** Takes what a receiver says it can take (REMB). */
  limitedTo(kbps: number, nowUs: number): void {
    this.#rembKbps = kbps;
    this.#rembUs = nowUs;
  }

  /** Takes the share of packets, 0…1, that a receiver report told as lost: for receivers that report no arrivals. */
  lossReported(fraction: number, nowUs: number): void {
    if (!this.#reported) this.#loss.update(fraction, undefined, nowUs);
  }

  /** Takes feedback about single packets. */
  feedback({ packets }: TransportFeedback, nowUs: number): void {
    this.#reported = true;
    let lost = 0;
    let known = 0;
    for (const { sequence, arrivalUs } of packets) {
      const sent = this.sent.take(sequence, arrivalUs !== undefined);
      if (!sent) continue;
      known++;
      this.#probing.reported(sequence, sent.sentUs, sent.bytes, arrivalUs);
      if (arrivalUs === undefined) {
        lost++;
        continue;
      }
      this.#trend.arrived(sent.sentUs, arrivalUs);
      this.#came.push({ arrivalUs, bytes: sent.bytes });
      this.#cameBytes += sent.bytes;
    }
    if (known === 0) return;
    this.#lossShare += LOSS_SMOOTHING * (lost / known - this.#lossShare);
    const throughputBps = this.#throughput();
    this.#loss.count(known, lost);
    this.#delay.update(this.#trend.use, throughputBps, this.#rttMs, nowUs);
    this.#loss.settle(throughputBps, nowUs);
    if (this.#trend.use === 'overuse') this.#probing.full(throughputBps, nowUs);
    const found = this.#probing.found(Math.min(this.#delay.bps, this.#loss.bps), nowUs);
    if (found !== undefined) {
      this.#delay.probed(found);
      this.#loss.probed(found);
    }
    // Growth by the one is no reason to go on from where the other is not.
    this.#loss.capAt(this.#delay.bps * 1.5);
  }

  /**
   * Whether the link should be probed now: it is what keeps the rate low, and it is known by its arrivals. Who does so tells by
   * {@link probeBegins} and {@link probeEnds} which transport-wide numbers leave in a row.
   */
  wantsProbe(nowUs: number): boolean {
    // Where packets are lost it is loss that says how much is too much.
    if (!this.#reported || this.#lossShare > MOST_LOSS || !this.#probing.due(nowUs)) return false;
    const estimateKbps = this.estimateKbps(nowUs);
    const throughput = this.#throughput();
    return throughput !== undefined && throughput / 1000 > LIMITED * estimateKbps && estimateKbps < this.#maxKbps;
  }

  /** The first packet of a probe has this number. */
  probeBegins(sequence: number, nowUs: number): void {
    this.#probing.begin(sequence, nowUs);
  }

  /** And the last this one. */
  probeEnds(sequence: number): void {
    this.#probing.end(sequence);
  }

  /** Figures of this moment. */
  stats(nowUs: number): EstimatorStats {
    const throughput = this.#throughput();
    return {
      estimateKbps: Math.round(this.estimateKbps(nowUs)),
      delayKbps: Math.round(this.#delay.bps / 1000),
      lossKbps: Math.round(this.#loss.bps / 1000),
      ...(throughput !== undefined && { throughputKbps: Math.round(throughput / 1000) }),
      loss: this.#loss.fraction,
    };
  }

  #throughput(): number | undefined {
    const last = this.#came.at(-1);
    if (!last) return undefined;
    while (this.#came[0]!.arrivalUs < last.arrivalUs - THROUGHPUT_US) this.#cameBytes -= this.#came.shift()!.bytes;
    const spanUs = last.arrivalUs - this.#came[0]!.arrivalUs;
    return spanUs < THROUGHPUT_US / 3 ? undefined : (this.#cameBytes * 8e6) / spanUs;
  }
}
