import type { Packet } from '../../media/packet.js';
import { ntpFromUs, ntpMiddle } from './ntp.js';
import type { ReportBlock, SenderInfo } from './rtcp.js';
import { sequenceDelta } from './rtp.js';
import { RtpHeaderWriter, type ExtensionIds, type RtpHeaderFields } from './rtp-extensions.js';
import type { SrtpCipher } from './srtp-cipher.js';

/** How many sent packets are kept for retransmission; a power of two. */
const HISTORY_PACKETS = 512;
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
  /** Retransmission as a stream of its own (RFC 4588); without it, NACKs are answered with the original packet. */
  readonly rtx?: { readonly ssrc: number; readonly payloadType: number };
  readonly cipher: SrtpCipher;
  /** Takes each finished datagram, which it may keep. */
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
  };
  readonly #history: (Buffer | undefined)[] = new Array<Buffer | undefined>(HISTORY_PACKETS).fill(undefined);
  readonly #plain: (Buffer | undefined)[];
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

  constructor(options: RtpSenderOptions) {
    this.#options = options;
    this.#clockRate = options.clockRate ?? 48_000;
    this.#writer = new RtpHeaderWriter(options, options.extensions, options.mid);
    // RFC 3711, 3.3.1: starting in the lower half keeps an early loss from hiding the first wrap.
    this.#index = options.random32() & 0x7fff;
    this.#rtxIndex = this.#index ^ 0x1555;
    this.#timestampBase = options.random32() >>> 0;
    this.#plain = options.rtx ? new Array<Buffer | undefined>(HISTORY_PACKETS).fill(undefined) : [];
    this.#rtxWriter = options.rtx ? new RtpHeaderWriter(options.rtx, options.extensions, options.mid) : undefined;
    this.stats = { ssrc: options.ssrc, packets: 0, bytes: 0, retransmitted: 0, nacked: 0 };
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
    const { cipher } = this.#options;
    const fields = this.#fields;
    fields.marker = this.#place(packet, nowUs);
    fields.timestamp = (this.#timestampBase + Math.round((packet.ptsUs * this.#clockRate) / 1e6)) >>> 0;
    fields.sequence = this.#index % 65_536;
    fields.levelDbov = packet.levelDbov;
    fields.wallUs = nowUs;
    fields.transportSequence = transportSequence;

    const headerBytes = this.#writer.bytes;
    const datagram = Buffer.allocUnsafe(headerBytes + packet.data.length + cipher.tagBytes);
    this.#writer.write(datagram, fields);
    datagram.set(packet.data, headerBytes);
    const slot = fields.sequence % HISTORY_PACKETS;
    if (this.#options.rtx) this.#plain[slot] = Buffer.from(datagram.subarray(0, headerBytes + packet.data.length));
    cipher.protectRtp(datagram, headerBytes, this.#options.ssrc, this.#index);
    this.#history[slot] = datagram;
    this.#index++;
    this.#lastTimestamp = fields.timestamp;
    this.#lastPtsUs = packet.ptsUs;
    this.#lastSentUs = nowUs;
    this.#endPtsUs = packet.ptsUs + packet.durationUs;
    this.stats.packets++;
    this.stats.bytes += packet.data.length;
    this.#options.transmit(datagram);
  }

  /** Answers a NACK: sends again what is still remembered. */
  resend(sequences: readonly number[]): void {
    for (const sequence of sequences) {
      this.stats.nacked++;
      const back = sequenceDelta((this.#index - 1) % 65_536, sequence);
      if (back < 0 || back >= HISTORY_PACKETS || back >= this.stats.packets) continue;
      const datagram = this.#options.rtx ? this.#rtxPacket(sequence) : this.#history[sequence % HISTORY_PACKETS];
      if (!datagram) continue;
      this.stats.retransmitted++;
      this.#options.transmit(datagram);
    }
  }

  /** What to say in a sender report at this instant. */
  report(nowUs: number): SenderInfo {
    const sinceUs = nowUs - this.#ptsLagUs - this.#lastPtsUs;
    const rtpTimestamp = (this.#lastTimestamp + Math.round((sinceUs * this.#clockRate) / 1e6)) >>> 0;
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
   * Fits the packet's clock to the RTP clock, which must not jump when the graph behind it is replaced.
   *
   * @returns whether a talk spurt starts.
   */
  #place(packet: Packet, nowUs: number): boolean {
    const lagUs = nowUs - packet.ptsUs;
    if (this.#endPtsUs === undefined) {
      this.#ptsLagUs = lagUs;
      return true;
    }
    const gapUs = packet.ptsUs - this.#endPtsUs;
    if (packet.ptsUs <= this.#lastPtsUs || gapUs - Math.max(0, nowUs - this.#lastSentUs) > CLOCK_JUMP_US) {
      // A new clock: go on by the time that really passed.
      const passedUs = Math.max(this.#endPtsUs - this.#lastPtsUs, nowUs - this.#lastSentUs);
      const next = this.#lastTimestamp + Math.round((passedUs * this.#clockRate) / 1e6);
      this.#timestampBase = (next - Math.round((packet.ptsUs * this.#clockRate) / 1e6)) >>> 0;
      this.#ptsLagUs = lagUs;
      return true;
    }
    if (Math.abs(lagUs - this.#ptsLagUs) > 200_000) this.#ptsLagUs = lagUs;
    else this.#ptsLagUs += (lagUs - this.#ptsLagUs) / 64;
    return gapUs > SPURT_GAP_US;
  }

  /** RFC 4588, 4: the original sequence number goes before the payload. */
  #rtxPacket(sequence: number): Buffer | undefined {
    const { rtx, cipher } = this.#options;
    const plain = this.#plain[sequence % HISTORY_PACKETS];
    if (!rtx || !plain || !this.#rtxWriter) return undefined;
    const headerBytes = this.#rtxWriter.bytes;
    const datagram = Buffer.allocUnsafe(plain.length + 2 + cipher.tagBytes);
    plain.copy(datagram, 0, 0, headerBytes);
    datagram[1] = (datagram[1]! & 0x80) | rtx.payloadType;
    datagram.writeUInt16BE(this.#rtxIndex % 65_536, 2);
    datagram.writeUInt32BE(rtx.ssrc >>> 0, 8);
    datagram.writeUInt16BE(sequence, headerBytes);
    plain.copy(datagram, headerBytes + 2, headerBytes);
    cipher.protectRtp(datagram, headerBytes, rtx.ssrc, this.#rtxIndex);
    this.#rtxIndex++;
    return datagram;
  }
}
