import type { Packet } from '../../media/packet.js';
import { ntpFromUs, ntpMiddle } from './ntp.js';
import { PtsClock } from './pts-clock.js';
import type { ReportBlock, SenderInfo } from './rtcp.js';
import { sequenceDelta } from './rtp.js';
import { RtpHeaderWriter, type ExtensionIds, type RtpHeaderFields } from './rtp-extensions.js';
import { SentPackets } from './sent-packets.js';
import type { SrtpCipher } from './srtp-cipher.js';

/** Audio that pauses longer than this starts a new talk spurt even if its clock went on, in microseconds. */
const SPURT_GAP_US = 1_000;
/** Further ahead than this, a packet's time is taken for a new clock rather than for a pause. */
const CLOCK_JUMP_US = 5_000_000;

/** What was agreed on for one outgoing stream. */
export interface RtpSenderOptions {
  readonly ssrc: number;
  readonly payloadType: number;
  /** RTP clock, 48000 for Opus. */
  readonly clockRate?: number;
  readonly extensions?: ExtensionIds;
  /** Value of the mid extension, if that was negotiated. */
  readonly mid?: string;
  /**
   * Retransmission as a stream of its own (RFC 4588); without it, NACKs are answered with the original packet. `payloadTypes`: those of
   * further payload types that are sent.
   */
  readonly rtx?: { readonly ssrc: number; readonly payloadType: number; readonly payloadTypes?: ReadonlyMap<number, number> };
  /** Shared by the streams of a connection that are to stay in step; absent: its own. */
  readonly ptsClock?: PtsClock;
  /** Of the streams that share a clock, the highest leads; default 1. */
  readonly rank?: number;
  readonly cipher: SrtpCipher;
  /** Takes each finished datagram. Its bytes stay as they are while the packet can be asked for again: for some hundred more. */
  readonly transmit: (datagram: Buffer) => void;
  /** Gives 32 random bits; two calls choose the first sequence number and the timestamp offset. */
  readonly random32: () => number;
}

/** What a sender has done, as plain JSON. */
export interface RtpSenderStats {
  readonly ssrc: number;
  packets: number;
  /** Payload bytes, without headers. */
  bytes: number;
  retransmitted: number;
  /** Packets that were sent again only to find out what the network carries. */
  padding: number;
  /** Sequence numbers that were asked for. */
  nacked: number;
  /** Loss the peer reported last, 0…1; undefined before its first report. */
  fractionLost?: number;
  /** Packets the peer reported as lost since the start. */
  lost?: number;
  /** Jitter the peer measured, in milliseconds. */
  jitterMs?: number;
  /** Round trip time from the peer's last report, in milliseconds. */
  rttMs?: number;
}

/**
 * One outgoing RTP stream: numbers, stamps, encrypts and remembers packets. The 48-bit packet index is kept here, so that
 * the roll-over counter of SRTP can never disagree with it.
 */
export class RtpSender {
  readonly stats: RtpSenderStats;
  readonly #options: RtpSenderOptions;
  readonly #clockRate: number;
  readonly #writer: RtpHeaderWriter;
  readonly #fields: RtpHeaderFields = {
    sequence: 0,
    timestamp: 0,
    marker: false,
    levelDbov: undefined,
    wallUs: 0,
    transportSequence: 0,
    payloadType: undefined,
  };
  readonly #ptsClock: PtsClock;
  readonly #history = new SentPackets();
  readonly #rtxWriter: RtpHeaderWriter | undefined;
  #index: number;
  #rtxIndex: number;
  /** RTP timestamp of pts 0 on the packets' clock. */
  #timestampBase: number;
  #endPtsUs: number | undefined;
  #lastPtsUs = 0;
  #lastTimestamp = 0;
  #lastSentUs = 0;
  /** Smoothed "now − pts": what maps the clock of the reports to media time. */
  #ptsLagUs = 0;
  #anew = true;

  constructor(options: RtpSenderOptions) {
    this.#options = options;
    this.#clockRate = options.clockRate ?? 48_000;
    this.#ptsClock = options.ptsClock ?? new PtsClock();
    this.#writer = new RtpHeaderWriter(options, options.extensions, options.mid);
    // RFC 3711, 3.3.1: starting in the lower half keeps an early loss from hiding the first wrap.
    this.#index = options.random32() & 0x7fff;
    this.#rtxIndex = this.#index ^ 0x1555;
    this.#timestampBase = options.random32() >>> 0;
    this.#rtxWriter = options.rtx ? new RtpHeaderWriter(options.rtx, options.extensions, options.mid) : undefined;
    this.stats = { ssrc: options.ssrc, packets: 0, bytes: 0, retransmitted: 0, padding: 0, nacked: 0 };
  }

  /** True once it has sent something, so that sender reports make sense. */
  get active(): boolean {
    return this.stats.packets > 0;
  }

  /**
   * Sends one packet; its bytes are copied.
   *
   * @param nowUs the present on the transport's clock, microseconds.
   * @param transportSequence number for the transport-cc extension, if that was negotiated.
   */
  send(packet: Packet, nowUs: number, transportSequence = 0): void {
    const marker = this.place(packet, nowUs);
    this.#fields.levelDbov = packet.levelDbov;
    this.#fields.payloadType = undefined;
    this.#emit(packet.data, this.#lastTimestamp, marker, nowUs, transportSequence);
  }

  /**
   * Sends one part of a frame that was placed before.
   *
   * @param timestamp what `timestamp` was when the frame had been placed.
   * @param marker it is the frame's last part.
   * @param payloadType absent: that of the options.
   */
  sendPart(
    part: { readonly payload: Uint8Array; readonly timestamp: number; readonly marker: boolean; readonly payloadType?: number },
    nowUs: number,
    transportSequence: number,
  ): void {
    this.#fields.payloadType = part.payloadType;
    this.#emit(part.payload, part.timestamp, part.marker, nowUs, transportSequence);
  }

  /** Sequence number of the next packet. */
  get nextSequence(): number {
    return this.#index % 65_536;
  }

  /** RTP timestamp of the packet that was placed last. */
  get timestamp(): number {
    return this.#lastTimestamp;
  }

  #emit(payload: Uint8Array, timestamp: number, marker: boolean, nowUs: number, transportSequence: number): void {
    const { cipher } = this.#options;
    const fields = this.#fields;
    fields.marker = marker;
    fields.timestamp = timestamp;
    fields.sequence = this.#index % 65_536;
    fields.wallUs = nowUs;
    fields.transportSequence = transportSequence;

    const headerBytes = this.#writer.bytes;
    const datagram = this.#history.add(this.#index, headerBytes + payload.length + cipher.tagBytes);
    this.#writer.write(datagram, fields);
    datagram.set(payload, headerBytes);
    cipher.protectRtp(datagram, headerBytes, this.#options.ssrc, this.#index);
    this.#index++;
    this.#lastSentUs = nowUs;
    this.stats.packets++;
    this.stats.bytes += payload.length;
    this.#options.transmit(datagram);
  }

  /** Answers a NACK at once: sends again what is still remembered. */
  resend(sequences: readonly number[], nowUs = 0): void {
    for (const sequence of sequences) {
      this.stats.nacked++;
      this.resendOne(sequence, nowUs, 0);
    }
  }

  /** How many bytes of payload sending a packet again takes; 0 when it is not remembered any more. */
  remembered(sequence: number): number {
    const { rtx, cipher } = this.#options;
    const sent = this.#history.get(this.#indexOf(sequence));
    return sent ? sent.length - (rtx ? cipher.tagBytes : 0) : 0;
  }

  /**
   * Sends a packet again, if it is still remembered.
   *
   * @returns whether it was.
   */
  resendOne(sequence: number, nowUs: number, transportSequence: number): boolean {
    const index = this.#indexOf(sequence);
    const sent = this.#history.get(index);
    const datagram = sent && this.#options.rtx ? this.#rtxPacket(sent, index, nowUs, transportSequence) : sent;
    if (!datagram) return false;
    this.stats.retransmitted++;
    this.#options.transmit(datagram);
    return true;
  }

  /** Whether it may send packets again that nobody asked for: as retransmissions of their own they do not disturb anything. */
  get pads(): boolean {
    return this.#options.rtx !== undefined;
  }

  /** Sends a packet again that nobody asked for. @returns whether it was still remembered. */
  pad(sequence: number, nowUs: number, transportSequence: number): boolean {
    if (!this.pads || !this.resendOne(sequence, nowUs, transportSequence)) return false;
    this.stats.retransmitted--;
    this.stats.padding++;
    return true;
  }

  /** What to say in a sender report at this instant. */
  report(nowUs: number): SenderInfo {
    const rtpTimestamp = (this.#lastTimestamp + this.#ticks(nowUs - this.#ptsLagUs - this.#lastPtsUs)) >>> 0;
    return {
      ssrc: this.#options.ssrc,
      ntp: ntpFromUs(nowUs),
      rtpTimestamp,
      packets: this.stats.packets,
      octets: this.stats.bytes,
    };
  }

  /** Takes the peer's report about this stream. */
  reported(block: ReportBlock, nowUs: number): void {
    this.stats.fractionLost = block.fractionLost;
    this.stats.lost = block.cumulativeLost;
    this.stats.jitterMs = (block.jitter * 1000) / this.#clockRate;
    if (block.lastSr === 0) return;
    const rtt = (ntpMiddle(ntpFromUs(nowUs)) - block.lastSr - block.delaySinceLastSr) | 0;
    if (rtt >= 0) this.stats.rttMs = (rtt * 1000) / 65_536;
  }

  /**
   * Gives the next packet, or frame, its RTP timestamp, which must not jump when the graph behind it is replaced.
   *
   * @returns whether a talk spurt starts.
   */
  place(packet: Packet, nowUs: number): boolean {
    const starts = this.#fit(packet, nowUs);
    const lagUs = nowUs - packet.ptsUs;
    this.#ptsLagUs = this.#ptsClock.observe(this, this.#options.rank ?? 1, lagUs, nowUs, this.#anew);
    this.#anew = false;
    this.#lastTimestamp = (this.#timestampBase + this.#ticks(packet.ptsUs)) >>> 0;
    this.#lastPtsUs = packet.ptsUs;
    this.#endPtsUs = packet.ptsUs + packet.durationUs;
    return starts;
  }

  #fit(packet: Packet, nowUs: number): boolean {
    if (this.#endPtsUs === undefined) return true;
    const gapUs = packet.ptsUs - this.#endPtsUs;
    if (packet.ptsUs <= this.#lastPtsUs || gapUs - Math.max(0, nowUs - this.#lastSentUs) > CLOCK_JUMP_US) {
      // A new clock: go on by the time that really passed.
      const passedUs = Math.max(this.#endPtsUs - this.#lastPtsUs, nowUs - this.#lastSentUs);
      this.#timestampBase = (this.#lastTimestamp + this.#ticks(passedUs) - this.#ticks(packet.ptsUs)) >>> 0;
      this.#anew = true;
      return true;
    }
    return gapUs > SPURT_GAP_US;
  }

  /** The index of the newest packet with a sequence number; −1 when that is still to come. */
  #indexOf(sequence: number): number {
    const back = sequenceDelta((this.#index - 1) % 65_536, sequence);
    return back < 0 ? -1 : this.#index - 1 - back;
  }

  #ticks(us: number): number {
    return Math.round((us * this.#clockRate) / 1e6);
  }

  /** RFC 4588, 4: the original sequence number goes before the payload. It is another packet on the way, with a number of its own. */
  #rtxPacket(sent: Buffer, index: number, nowUs: number, transportSequence: number): Buffer | undefined {
    const { rtx, cipher, ssrc } = this.#options;
    if (!rtx || !this.#rtxWriter) return undefined;
    // Few packets are asked for again, so what was encrypted is decrypted, instead of kept twice.
    const payload = cipher.unprotectRtp(sent, this.#writer.bytes, ssrc, index);
    if (!payload) return undefined;
    const payloadType = sent[1]! & 0x7f;
    const headerBytes = this.#rtxWriter.bytes;
    const datagram = Buffer.allocUnsafe(headerBytes + 2 + payload.length + cipher.tagBytes);
    this.#rtxWriter.write(datagram, {
      sequence: this.#rtxIndex % 65_536,
      timestamp: sent.readUInt32BE(4),
      marker: (sent[1]! & 0x80) !== 0,
      levelDbov: undefined,
      wallUs: nowUs,
      transportSequence,
      payloadType: rtx.payloadTypes?.get(payloadType) ?? rtx.payloadType,
    });
    datagram.writeUInt16BE(index % 65_536, headerBytes);
    payload.copy(datagram, headerBytes + 2);
    cipher.protectRtp(datagram, headerBytes, rtx.ssrc, this.#rtxIndex);
    this.#rtxIndex++;
    return datagram;
  }
}
