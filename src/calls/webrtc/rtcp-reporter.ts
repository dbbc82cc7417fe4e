import { buildBye, buildNack, buildReceiverReport, buildSdes, buildSenderReport, parseRtcp } from './rtcp.js';
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
  readonly sender: RtpSender | undefined;
  /** The remote SSRCs, by number. */
  readonly sources: ReadonlyMap<number, RtpSource>;
  /** Encrypts and sends a compound packet. */
  readonly transmit: (packet: Buffer) => void;
  /** The peer said that these SSRCs stop. */
  readonly onBye: (ssrcs: readonly number[]) => void;
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
  #cancel: () => void = () => {};
  #stopped = false;

  constructor(options: RtcpReporterOptions) {
    this.#options = options;
    this.#schedule(INTERVAL_MS / 2);
  }

  /** Takes a decrypted compound packet of the peer. */
  receive(packet: Buffer): void {
    const { sender, sources, timers, ssrc } = this.#options;
    const nowUs = timers.nowUs();
    for (const item of parseRtcp(packet)) {
      if (item.type === 'bye') this.#options.onBye(item.ssrcs);
      else if (item.type === 'nack') {
        if (item.mediaSsrc === ssrc) sender?.resend(item.sequences);
      } else {
        if (item.type === 'sr') sources.get(item.sender.ssrc)?.senderReport(item.sender, nowUs);
        for (const block of item.reports) if (block.ssrc === ssrc) sender?.reported(block, nowUs);
      }
    }
  }

  /** Asks the peer for packets again. */
  nack(mediaSsrc: number, sequences: readonly number[]): void {
    if (!this.#stopped && sequences.length > 0) {
      this.#options.transmit(Buffer.concat([this.#report(), buildNack(this.#options.ssrc, mediaSsrc, sequences)]));
    }
  }

  /** Sends a BYE and stops. Idempotent. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancel();
    this.#options.transmit(Buffer.concat([this.#report(), buildBye([this.#options.ssrc])]));
  }

  #schedule(intervalMs: number): void {
    const delayMs = (intervalMs * (0.5 + this.#options.random())) / COMPENSATION;
    this.#cancel = this.#options.timers.after(delayMs, () => {
      if (this.#stopped) return;
      this.#options.transmit(this.#report());
      this.#schedule(INTERVAL_MS);
    });
  }

  #report(): Buffer {
    const { sender, sources, ssrc, cname, timers } = this.#options;
    const nowUs = timers.nowUs();
    const blocks = [...sources.values()].map((source) => source.reportBlock(nowUs));
    const report = sender?.active ? buildSenderReport(sender.report(nowUs), blocks) : buildReceiverReport(ssrc, blocks);
    return Buffer.concat([report, buildSdes(ssrc, cname)]);
  }
}
