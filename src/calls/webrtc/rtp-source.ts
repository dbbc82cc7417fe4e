import type { ReportBlock, SenderInfo } from './rtcp.js';
import { ntpMiddle } from './ntp.js';
import { timestampDelta } from './rtp.js';

/** A jump of sequence numbers beyond this is a restart of the sender (RFC 3550, A.1). */
const MAX_DROPOUT = 3_000;
/** Packets older than this count as a restart, too. */
const MAX_MISORDER = 100;
const NTP_FRACTION = 2 ** 32;

/** Reception figures of one SSRC, as plain JSON. */
export interface RtpSourceStats {
  readonly ssrc: number;
  packets: number;
  bytes: number;
  /** Expected minus received so far; below 0 with duplicates. */
  lost: number;
  /** Interarrival jitter, milliseconds. */
  jitterMs: number;
  /** Arrived after a later one. */
  reordered: number;
  /** Times the sender began a new numbering. */
  restarts: number;
  /** Loudness from the last packet's RFC 6464 extension, dBov; absent when it is not sent. */
  levelDbov?: number;
}

/** Counts one SSRC's packets: extended sequence numbers, loss and jitter (RFC 3550, A.1, A.3, A.8). */
export class RtpSource {
  readonly stats: RtpSourceStats;
  readonly #clockRate: number;
  readonly #maxMisorder: number;
  #baseExtended = 0;
  #highest = -1;
  #receivedSinceBase = 0;
  #lostBefore = 0;
  #expectedPrior = 0;
  #receivedPrior = 0;
  #jitter = 0;
  #lastTransit: number | undefined;
  #lastTimestamp = 0;
  #lastSr = 0;
  #lastSrUs = 0;
  #lastReport: SenderInfo | undefined;
  #lastPacketUs = 0;
  #restartAt = -1;

  /**
   * @param clockRate of its timestamps, in Hz.
   * @param maxMisorder a packet that is so many numbers late is still one of the stream.
   */
  constructor(ssrc: number, clockRate = 48_000, maxMisorder = MAX_MISORDER) {
    this.#clockRate = clockRate;
    this.#maxMisorder = maxMisorder;
    this.stats = { ssrc, packets: 0, bytes: 0, lost: 0, jitterMs: 0, reordered: 0, restarts: 0 };
  }

  /** When its last packet came, microseconds. */
  get lastPacketUs(): number {
    return this.#lastPacketUs;
  }

  /** The extended highest sequence number so far, −1 before the first packet. */
  get highest(): number {
    return this.#highest;
  }

  /**
   * Counts a packet.
   *
   * @returns its extended sequence number, which counts on beyond 65,535; after a restart of the sender's numbering it goes
   * on above all earlier ones. Undefined for the first packet of a jump, which must be confirmed by the next.
   */
  receive(sequence: number, timestamp: number, bytes: number, nowUs: number): number | undefined {
    const extended = this.#extend(sequence);
    if (extended === undefined) return undefined;
    this.stats.packets++;
    this.stats.bytes += bytes;
    this.#receivedSinceBase++;
    this.#lastPacketUs = nowUs;
    if (extended > this.#highest) this.#highest = extended;
    else if (extended < this.#highest) this.stats.reordered++;
    this.stats.lost = this.#lostBefore + this.#expected() - this.#receivedSinceBase;
    this.#measureJitter(timestamp, nowUs);
    return extended;
  }

  /** Remembers a sender report, to be echoed in report blocks. */
  senderReport(sender: SenderInfo, nowUs: number): void {
    this.#lastSr = ntpMiddle(sender.ntp);
    this.#lastSrUs = nowUs;
    this.#lastReport = sender;
  }

  /**
   * When media of this timestamp was made, in microseconds on the sender's clock, which all its streams share; undefined before its first
   * report.
   */
  madeUs(timestamp: number): number | undefined {
    const report = this.#lastReport;
    if (!report) return undefined;
    const { seconds, fraction } = report.ntp;
    return (seconds + fraction / NTP_FRACTION) * 1e6 + (timestampDelta(timestamp, report.rtpTimestamp) * 1e6) / this.#clockRate;
  }

  /** The report block for the next RTCP packet; starts a new interval for `fractionLost`. */
  reportBlock(nowUs: number): ReportBlock {
    const expected = this.#expected() - this.#expectedPrior;
    const received = this.#receivedSinceBase - this.#receivedPrior;
    this.#expectedPrior = this.#expected();
    this.#receivedPrior = this.#receivedSinceBase;
    return {
      ssrc: this.stats.ssrc,
      fractionLost: expected > 0 ? Math.max(0, expected - received) / expected : 0,
      cumulativeLost: this.stats.lost,
      highestSequence: Math.max(0, this.#highest) % 4_294_967_296,
      jitter: this.#jitter,
      lastSr: this.#lastSr,
      delaySinceLastSr: this.#lastSr === 0 ? 0 : Math.round(((nowUs - this.#lastSrUs) * 65_536) / 1e6),
    };
  }

  #expected(): number {
    return this.#highest < 0 ? 0 : this.#highest - this.#baseExtended + 1;
  }

  #extend(sequence: number): number | undefined {
    if (this.#highest < 0) {
      // One cycle up, so that reordered packets before the first one stay positive.
      this.#baseExtended = 65_536 + sequence;
      this.#highest = this.#baseExtended;
      return this.#baseExtended;
    }
    const ahead = (sequence - this.#highest) & 0xffff;
    if (ahead < MAX_DROPOUT) {
      this.#restartAt = -1;
      return this.#highest + ahead;
    }
    if (ahead > 65_536 - this.#maxMisorder) return this.#highest + ahead - 65_536;
    if (sequence !== this.#restartAt) {
      this.#restartAt = (sequence + 1) & 0xffff;
      return undefined;
    }
    this.#restartAt = -1;
    this.stats.restarts++;
    this.#lostBefore = this.stats.lost;
    this.#lastTransit = undefined;
    const extended = this.#highest + ahead;
    this.#baseExtended = extended;
    this.#highest = extended;
    this.#receivedSinceBase = 0;
    this.#expectedPrior = 0;
    this.#receivedPrior = 0;
    return extended;
  }

  #measureJitter(timestamp: number, nowUs: number): void {
    const arrival = (nowUs * this.#clockRate) / 1e6;
    if (this.#lastTransit === undefined) {
      this.#lastTransit = arrival;
    } else if (timestamp !== this.#lastTimestamp) {
      const difference = Math.abs(arrival - this.#lastTransit - timestampDelta(timestamp, this.#lastTimestamp));
      // A jump of the media clock is not jitter.
      if (difference < this.#clockRate * 5) this.#jitter += (difference - this.#jitter) / 16;
      this.#lastTransit = arrival;
    }
    this.#lastTimestamp = timestamp;
    this.stats.jitterMs = (this.#jitter * 1000) / this.#clockRate;
  }
}
