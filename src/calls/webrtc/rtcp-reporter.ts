import { buildBye, buildNack, buildReceiverReport, buildSdes, buildSenderReport, parseRtcp } from './rtcp.js';
import type { FeedbackItem } from './rtcp-feedback.js';
import type { RtpSender } from './rtp-sender.js';
import type { RtpSource } from './rtp-source.js';
import type { Timers } from './timers.js';

/** What a reporter speaks for. */
export interface RtcpReporterOptions {
  readonly timers: Timers;
  /** Our SSRC; used in receiver reports even when nothing is sent. */
  readonly ssrc: number;
  /** Names this participant over all its SSRCs (RFC 7022). */
  readonly cname: string;
  /** What we send. */
  readonly senders: readonly RtpSender[];
  /** The remote SSRCs, by number. */
  readonly sources: ReadonlyMap<number, RtpSource>;
  /** Encrypts and sends a compound packet. */
  readonly transmit: (packet: Buffer) => void;
  /** The peer said that these SSRCs stop. */
  readonly onBye: (ssrcs: readonly number[]) => void;
  /** The peer asks for packets of one of ours again. */
  readonly onNack?: (sender: RtpSender, sequences: readonly number[], nowUs: number) => void;
  /** The peer asks for a key frame, or tells what the network does. */
  readonly onFeedback?: (item: FeedbackItem, nowUs: number) => void;
  /** The peer reported loss, 0…1, of one of ours. */
  readonly onLoss?: (sender: RtpSender, fraction: number, nowUs: number) => void;
  /** Mean time between two reports, milliseconds; default 5,000. With video it is a second, so that sound and pictures come into step soon. */
  readonly intervalMs?: number;
  /** 0…1, for the jitter of the interval. */
  readonly random: () => number;
}

const INTERVAL_MS = 5_000;
/** RFC 3550, 6.3.1: e − 3/2 makes up for the reconsideration's bias. */
const COMPENSATION = Math.E - 1.5;

/**
 * RTCP of one connection: a sender or receiver report with SDES about every five seconds (RFC 3550, 6.3, jittered; the first
 * after half of that), BYE at the end, and what the peer reports or asks for.
 */
export class RtcpReporter {
  readonly #options: RtcpReporterOptions;
  readonly #intervalMs: number;
  #cancel: () => void = () => {};
  #stopped = false;

  constructor(options: RtcpReporterOptions) {
    this.#options = options;
    this.#intervalMs = options.intervalMs ?? INTERVAL_MS;
    this.#schedule(this.#intervalMs / 2);
  }

  /** Takes a decrypted compound packet of the peer. */
  receive(packet: Buffer): void {
    const { senders, sources, timers, onBye, onNack, onFeedback, onLoss } = this.#options;
    const nowUs = timers.nowUs();
    const senderOf = (ssrc: number) => senders.find((sender) => sender.stats.ssrc === ssrc);
    for (const item of parseRtcp(packet)) {
      if (item.type === 'bye') onBye(item.ssrcs);
      else if (item.type === 'nack') {
        const sender = senderOf(item.mediaSsrc);
        if (!sender) continue;
        if (onNack) onNack(sender, item.sequences, nowUs);
        else sender.resend(item.sequences, nowUs);
      } else if (item.type === 'sr' || item.type === 'rr') {
        if (item.type === 'sr') sources.get(item.sender.ssrc)?.senderReport(item.sender, nowUs);
        for (const block of item.reports) {
          const sender = senderOf(block.ssrc);
          if (!sender) continue;
          sender.reported(block, nowUs);
          onLoss?.(sender, block.fractionLost, nowUs);
        }
      } else onFeedback?.(item, nowUs);
    }
  }

  /** Asks the peer for packets again. */
  nack(mediaSsrc: number, sequences: readonly number[]): void {
    if (sequences.length > 0) this.send(buildNack(this.#options.ssrc, mediaSsrc, sequences));
  }

  /** Sends something at once, behind a report, as a compound packet must have it. */
  send(packet: Buffer): void {
    if (!this.#stopped) this.#options.transmit(Buffer.concat([this.#report(), packet]));
  }

  /** Sends something by itself (RFC 5506). */
  sendAlone(packet: Buffer): void {
    if (!this.#stopped) this.#options.transmit(packet);
  }

  /** Sends a BYE and stops. Idempotent. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancel();
    const { senders, ssrc } = this.#options;
    const ssrcs = senders.length > 0 ? senders.map((sender) => sender.stats.ssrc) : [ssrc];
    this.#options.transmit(Buffer.concat([this.#report(), buildBye(ssrcs)]));
  }

  #schedule(intervalMs: number): void {
    const delayMs = (intervalMs * (0.5 + this.#options.random())) / COMPENSATION;
    this.#cancel = this.#options.timers.after(delayMs, () => {
      if (this.#stopped) return;
      this.#options.transmit(this.#report());
      this.#schedule(this.#intervalMs);
    });
  }

  #report(): Buffer {
    const { senders, sources, ssrc, cname, timers } = this.#options;
    const nowUs = timers.nowUs();
    const blocks = [...sources.values()].map((source) => source.reportBlock(nowUs));
    const active = senders.filter((sender) => sender.active);
    // All of one instant: the receiver brings the streams into step by them.
    const reports = active.map((sender, i) => buildSenderReport(sender.report(nowUs), i === 0 ? blocks : []));
    if (reports.length === 0) reports.push(buildReceiverReport(ssrc, blocks));
    const named = active.length === 0 ? [ssrc] : active.map((sender) => sender.stats.ssrc);
    return Buffer.concat([...reports, ...named.map((one) => buildSdes(one, cname))]);
  }
}
