import { ReplayWindow } from './replay-window.js';
import type { RtpProtector } from './rtp-protector.js';
import type { RtpHeaderView } from './rtp.js';
import type { SrtpCipher } from './srtp-cipher.js';

/** Why datagrams were not passed on, counted since the start. */
export interface SrtpReceiveCounters {
  /** Authentic packets passed on. */
  accepted: number;
  /** Authentic but already seen, or older than the window. */
  replayed: number;
  /** Not authentic: damaged, forged, or under another key. */
  unauthentic: number;
  /** New SSRCs refused because too many are known already. */
  refusedSsrcs: number;
}

interface StreamState {
  readonly window: ReplayWindow;
  readonly protector: RtpProtector;
}

/**
 * The packet index of RFC 3711, appendix A: the sequence number `sequence` with the roll-over counter that brings it nearest
 * to `newest`. Can be negative (before the first packet of all), which is never valid.
 */
export function estimateIndex(newest: number, sequence: number): number {
  const roc = Math.floor(newest / 65_536);
  const last = newest % 65_536;
  if (last < 32_768) return (sequence - last > 32_768 ? roc - 1 : roc) * 65_536 + sequence;
  return (last - 32_768 > sequence ? roc + 1 : roc) * 65_536 + sequence;
}

/**
 * Receives SRTP and SRTCP: roll-over counters per SSRC by RFC 3711, 3.3.1 and appendix A (a gap of up to 32,767 packets
 * across the sequence wrap is bridged), and a replay window per SSRC. State changes only by authentic packets.
 */
export class SrtpReceiver {
  /** What happened so far. */
  readonly counters: SrtpReceiveCounters = { accepted: 0, replayed: 0, unauthentic: 0, refusedSsrcs: 0 };
  readonly #cipher: SrtpCipher;
  readonly #maxSsrcs: number;
  readonly #streams = new Map<number, StreamState>();
  readonly #rtcpWindows = new Map<number, ReplayWindow>();

  /**
   * @param cipher with the remote side's keys.
   * @param maxSsrcs how many SSRCs are told apart at once; further ones are refused.
   */
  constructor(cipher: SrtpCipher, maxSsrcs = 64) {
    this.#cipher = cipher;
    this.#maxSsrcs = maxSsrcs;
  }

  /** Checks and decrypts one RTP packet whose header is parsed already; its payload without padding, or undefined. */
  rtp(packet: Buffer, header: RtpHeaderView): Buffer | undefined {
    const state = this.#streams.get(header.ssrc);
    const payload = state ? this.#known(packet, header, state) : this.#first(packet, header);
    if (!payload) return undefined;
    this.counters.accepted++;
    if (!header.padding) return payload;
    const padding = payload[payload.length - 1] ?? 0;
    return padding === 0 || padding > payload.length ? undefined : payload.subarray(0, payload.length - padding);
  }

  /** Checks and decrypts one compound RTCP packet; undefined when forged or replayed. */
  rtcp(packet: Buffer): Buffer | undefined {
    const plain = this.#cipher.unprotectRtcp(packet);
    if (!plain) {
      this.counters.unauthentic++;
      return undefined;
    }
    const ssrc = packet.readUInt32BE(4);
    let window = this.#rtcpWindows.get(ssrc);
    if (!window) {
      if (this.#rtcpWindows.size >= this.#maxSsrcs) {
        this.counters.refusedSsrcs++;
        return undefined;
      }
      this.#rtcpWindows.set(ssrc, (window = new ReplayWindow()));
    }
    if (window.check(plain.index) !== 'new') {
      this.counters.replayed++;
      return undefined;
    }
    window.accept(plain.index);
    return plain.packet;
  }

  #known(packet: Buffer, header: RtpHeaderView, { window, protector }: StreamState): Buffer | undefined {
    const index = estimateIndex(window.newest, header.sequence);
    if (index < 0 || window.check(index) !== 'new') {
      this.counters.replayed++;
      return undefined;
    }
    const end = packet.length - this.#cipher.tagBytes;
    const payload = end < header.payloadOffset ? undefined : protector.open(packet, header.payloadOffset, end, index);
    if (payload) {
      window.accept(index);
      return payload;
    }
    this.counters.unauthentic++;
    return undefined;
  }

  /** The first packet that is heard of an SSRC may come after its sequence number went around once. */
  #first(packet: Buffer, header: RtpHeaderView): Buffer | undefined {
    if (this.#streams.size >= this.#maxSsrcs) {
      this.counters.refusedSsrcs++;
      return undefined;
    }
    for (const index of [header.sequence, header.sequence + 65_536]) {
      const payload = this.#cipher.unprotectRtp(packet, header.payloadOffset, header.ssrc, index);
      if (!payload) continue;
      const window = new ReplayWindow();
      window.accept(index);
      // Only now: whoever knows no key must not make us keep anything.
      this.#streams.set(header.ssrc, { window, protector: this.#cipher.stream(header.ssrc) });
      return payload;
    }
    this.counters.unauthentic++;
    return undefined;
  }

  /** How many SSRCs have sent authentic packets. They are never forgotten: old packets of them could be replayed. */
  get knownSsrcs(): number {
    return this.#streams.size;
  }
}
