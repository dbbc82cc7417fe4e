import { sequenceDelta } from '../rtp.js';

/** The link is probed so often while nothing is found, in microseconds; twice as long after each time, up to the second. */
const [EVERY_US, SELDOM_US] = [2_000_000, 4_000_000];
/** Behind a sign of a full link it is left alone for so long. */
const REST_US = 1_000_000;
/** A train has at least so many packets, and so much of it must arrive. */
const [LEAST_PACKETS, ENOUGH] = [4, 0.8];
/** Where it is stretched on its way, the link carries what arrives, and this share of it is used. */
const [STRETCHED, USED] = [0.9, 0.9];
/** A train that came so many times faster than it left is none. */
const SQUEEZED = 2;
/** What is found counts from this much more than the estimate on. */
const MORE = 1.1;
/**
 * A link that lets short trains pass and no more than before behind them (a policer) is recognised so soon, by carrying less than this share of
 * what was found, and then left alone for so long, twice as long each time.
 */
const [SOON_US, HELD, LEFT_ALONE_US, LONGEST_US] = [3_000_000, 0.7, 8_000_000, 64_000_000];
/** A train of which nothing is heard for so long is lost. */
const LOST_US = 1_000_000;

interface Train {
  readonly first: number;
  readonly beganUs: number;
  last: number | undefined;
  packets: number;
  lost: number;
  bytes: number;
  firstSentUs: number;
  lastSentUs: number;
  lastSentBytes: number;
  firstArrivalUs: number;
  firstArrivalBytes: number;
  lastArrivalUs: number;
  heard: boolean;
}

/**
 * Finds out whether a link carries more than is sent: now and then some packets leave in a row, faster than the estimate, and what
 * they need on their way shows the rate (packet trains, as in WebRTC's probing). Who only watches what he sends anyway learns of a link that has become
 * wider as slowly as he dares to send more.
 */
export class Probing {
  #nextUs: number | undefined;
  #waitUs = EVERY_US;
  #train: Train | undefined;
  #found = { bps: 0, atUs: -Infinity };
  #penaltyUs = LEFT_ALONE_US;

  /** Whether a train may leave now. */
  due(nowUs: number): boolean {
    this.#nextUs ??= nowUs + EVERY_US;
    // What was found has held.
    if (this.#found.atUs >= 0 && nowUs - this.#found.atUs > SOON_US) this.#penaltyUs = LEFT_ALONE_US;
    if (this.#train && nowUs - this.#train.beganUs > LOST_US) this.#failed(nowUs);
    return !this.#train && nowUs >= this.#nextUs;
  }

  /** The link is full just now. @param throughputBps what comes through. */
  full(throughputBps: number | undefined, nowUs: number): void {
    let restUs = REST_US;
    if (nowUs - this.#found.atUs < SOON_US && (throughputBps ?? 0) < HELD * this.#found.bps) {
      restUs = this.#penaltyUs;
      this.#penaltyUs = Math.min(LONGEST_US, 2 * this.#penaltyUs);
      this.#found.atUs = -Infinity;
    }
    this.#nextUs = Math.max(this.#nextUs ?? 0, nowUs + restUs);
  }

  /** A train begins with the packet of this transport-wide number. */
  begin(sequence: number, nowUs: number): void {
    this.#train = {
      first: sequence,
      beganUs: nowUs,
      last: undefined,
      packets: 0,
      lost: 0,
      bytes: 0,
      firstSentUs: Infinity,
      lastSentUs: -Infinity,
      lastSentBytes: 0,
      firstArrivalUs: Infinity,
      firstArrivalBytes: 0,
      lastArrivalUs: -Infinity,
      heard: false,
    };
  }

  /** It ended with this one. */
  end(sequence: number): void {
    if (this.#train) this.#train.last = sequence;
  }

  /** Takes what became of a packet. @param arrivalUs undefined: it is lost. */
  reported(sequence: number, sentUs: number, bytes: number, arrivalUs: number | undefined): void {
    const train = this.#train;
    if (!train || sequenceDelta(sequence, train.first) < 0) return;
    if (train.last !== undefined) {
      const beyond = sequenceDelta(sequence, train.last);
      if (beyond >= 0) train.heard = true;
      if (beyond > 0) return;
    }
    if (arrivalUs === undefined) {
      train.lost++;
      return;
    }
    train.packets++;
    train.bytes += bytes;
    train.firstSentUs = Math.min(train.firstSentUs, sentUs);
    if (sentUs >= train.lastSentUs) [train.lastSentUs, train.lastSentBytes] = [sentUs, bytes];
    if (arrivalUs < train.firstArrivalUs) [train.firstArrivalUs, train.firstArrivalBytes] = [arrivalUs, bytes];
    train.lastArrivalUs = Math.max(train.lastArrivalUs, arrivalUs);
  }

  /** The rate that was found, in bit/s, once a train is over and it is more than the estimate; otherwise undefined. */
  found(estimateBps: number, nowUs: number): number | undefined {
    const train = this.#train;
    if (!train?.heard) return undefined;
    const sentBps = ((train.bytes - train.lastSentBytes) * 8e6) / (train.lastSentUs - train.firstSentUs);
    const cameBps = ((train.bytes - train.firstArrivalBytes) * 8e6) / (train.lastArrivalUs - train.firstArrivalUs);
    const whole = train.packets >= LEAST_PACKETS && train.packets >= ENOUGH * (train.packets + train.lost);
    const stretched = cameBps < STRETCHED * sentBps;
    const bps = stretched ? cameBps * USED : Math.min(sentBps, cameBps);
    // Packets that came all at once were held up together, and say nothing.
    if (!whole || !(cameBps < SQUEEZED * sentBps) || bps < estimateBps * MORE) {
      this.#failed(nowUs);
      return undefined;
    }
    this.#train = undefined;
    this.#waitUs = EVERY_US;
    this.#found = { bps, atUs: nowUs };
    // A link that did not stretch it may carry more still.
    this.#nextUs = stretched ? nowUs + EVERY_US : nowUs;
    return bps;
  }

  #failed(nowUs: number): void {
    this.#train = undefined;
    this.#nextUs = nowUs + this.#waitUs;
    this.#waitUs = Math.min(SELDOM_US, this.#waitUs * 2);
  }
}
