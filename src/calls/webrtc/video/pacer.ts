import type { Timers } from '../timers.js';
import type { RtpSender } from '../rtp-sender.js';

/** A part of a frame on its way. */
export interface PacedPart {
  readonly sender: RtpSender;
  readonly payload: Uint8Array;
  readonly timestamp: number;
  /** The last of its frame. */
  readonly marker: boolean;
  readonly payloadType: number;
  /** Told directly before it is sent. */
  readonly onSend?: () => void;
}

/** What a pacer sends with. */
export interface PacerOptions {
  readonly timers: Timers;
  /** The number of the next packet on the whole connection; told how many bytes it has. */
  readonly nextSequence: (bytes: number, nowUs: number) => number;
}

/** How much faster than the rate of the encoder packets leave: a frame that is larger than others must not be late for it (as libwebrtc has it). */
const HASTE = 2.5;
/** What may leave at once, as time at the pace, in milliseconds. */
const BURST_MS = 5;
/** Padding is of the last so many packets. */
const MOST_BACK = 8;
/** Bytes of headers and encryption that each packet has besides its payload. */
const OVERHEAD_BYTES = 70;

/**
 * Spreads the packets of frames over time, so that a large one fills no queue of the network's, and sound, which does not go through here,
 * waits for none. What is sent again goes first, in turns with what is new.
 */
export class Pacer {
  readonly #options: PacerOptions;
  readonly #parts: PacedPart[] = [];
  readonly #again: { readonly sender: RtpSender; readonly sequence: number }[] = [];
  #bytesPerMs = 100;
  #queuedBytes = 0;
  #padding: { readonly sender: RtpSender; readonly done: () => void; bytes: number; back: number } | undefined;
  #budget = 0;
  #budgetUs = 0;
  #cancel: (() => void) | undefined;
  #repaired = false;
  #closed = false;

  constructor(options: PacerOptions) {
    this.#options = options;
    this.#budgetUs = options.timers.nowUs();
  }

  /** Sets the rate that is paced for, in kbit/s. */
  setRate(kbps: number): void {
    this.#bytesPerMs = Math.max(1, (kbps * HASTE) / 8);
  }

  /** How fast packets leave. */
  get bytesPerMs(): number {
    return this.#bytesPerMs;
  }

  /** How long what waits takes, in milliseconds. */
  get queuedMs(): number {
    return this.#queuedBytes / this.#bytesPerMs;
  }

  /** Takes the parts of a frame. */
  push(parts: readonly PacedPart[]): void {
    if (this.#closed) return;
    for (const part of parts) {
      this.#parts.push(part);
      this.#queuedBytes += part.payload.length + OVERHEAD_BYTES;
    }
    this.#go();
  }

  /** Takes sequence numbers that are to be sent again. */
  resend(sender: RtpSender, sequences: readonly number[]): void {
    if (this.#closed) return;
    for (const sequence of sequences) {
      if (this.#again.some((waits) => waits.sender === sender && waits.sequence === sequence)) continue;
      this.#again.push({ sender, sequence });
    }
    this.#go();
  }

  /**
   * Sends what was sent last again, behind all that waits, without a gap: so many bytes. Told when they have left. One at a time; nothing else waits for it.
   */
  pad(sender: RtpSender, bytes: number, done: () => void): void {
    if (this.#closed || this.#padding) return;
    this.#padding = { sender, done, bytes, back: 0 };
    this.#go();
  }

  /** Nothing of a stream that was sent before is needed again. */
  forget(sender: RtpSender): void {
    const kept = this.#again.filter((again) => again.sender !== sender);
    this.#again.splice(0, Infinity, ...kept);
  }

  /** Gives up what waits of a stream, but for what is to be sent again. */
  drop(sender: RtpSender): void {
    const kept = this.#parts.filter((part) => part.sender !== sender);
    this.#parts.length = 0;
    this.#queuedBytes = 0;
    this.push(kept);
  }

  /** Sends nothing more. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#parts.length = 0;
    this.#again.length = 0;
    this.#padding = undefined;
  }

  #go(): void {
    if (this.#cancel) return;
    const { timers, nextSequence } = this.#options;
    const nowUs = timers.nowUs();
    this.#budget = Math.min(
      this.#budget + ((nowUs - this.#budgetUs) / 1000) * this.#bytesPerMs,
      Math.max(BURST_MS * this.#bytesPerMs, 1),
    );
    this.#budgetUs = nowUs;
    while (this.#budget > 0) {
      // First what repairs, but never twice in a row before what is new.
      const again = this.#repaired && this.#parts.length > 0 ? undefined : this.#again.shift();
      this.#repaired = again !== undefined;
      if (again) {
        const bytes = again.sender.remembered(again.sequence);
        if (bytes === 0) continue;
        again.sender.resendOne(again.sequence, nowUs, nextSequence(bytes + OVERHEAD_BYTES, nowUs));
        this.#budget -= bytes + OVERHEAD_BYTES;
        continue;
      }
      const part = this.#parts.shift();
      if (!part) {
        if (!this.#pad(nowUs)) return;
        continue;
      }
      const bytes = part.payload.length + OVERHEAD_BYTES;
      this.#queuedBytes -= bytes;
      this.#budget -= bytes;
      part.onSend?.();
      part.sender.sendPart(part, nowUs, nextSequence(bytes, nowUs));
    }
    if (this.#parts.length === 0 && this.#again.length === 0 && !this.#padding) return;
    const waitMs = Math.max(BURST_MS / 2, -this.#budget / this.#bytesPerMs);
    this.#cancel = timers.after(waitMs, () => {
      this.#cancel = undefined;
      if (!this.#closed) this.#go();
    });
  }

  /** Sends one packet of the padding. @returns whether there was any. */
  #pad(nowUs: number): boolean {
    const padding = this.#padding;
    if (!padding) return false;
    const { sender, done } = padding;
    const sequence = (sender.nextSequence - 1 - (padding.back++ % MOST_BACK)) & 0xffff;
    const bytes = padding.bytes > 0 ? sender.remembered(sequence) : 0;
    if (bytes === 0) {
      this.#padding = undefined;
      done();
      return false;
    }
    const sent = bytes + OVERHEAD_BYTES;
    padding.bytes -= sent;
    this.#budget -= sent;
    sender.pad(sequence, nowUs, this.#options.nextSequence(sent, nowUs));
    return true;
  }
}
