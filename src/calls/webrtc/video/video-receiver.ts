import type { Packet, PictureColors } from '../../../media/packet.js';
import type { VideoParams } from '../media-params.js';
import { NackRequester } from '../nack-requester.js';
import { sequenceDelta, timestampDelta, type RtpHeaderView } from '../rtp.js';
import { RtpSource, type RtpSourceStats } from '../rtp-source.js';
import { readColorSpace } from './color-space.js';
import { FrameBuffer, type WholeFrame } from './frame-buffer.js';
import { unpackH264 } from './h264-payload.js';
import { unpackVp8 } from './vp8-payload.js';

/** What a video receiver has done, as plain JSON. */
export interface VideoReceiverStats extends RtpSourceStats {
  readonly purpose: VideoParams['purpose'];
  frames: number;
  keyFrames: number;
  /** Packets that came by retransmission. */
  repaired: number;
  /** Sequence numbers that were asked for again. */
  nacked: number;
  /** Key frames that were asked for. */
  keyRequests: number;
  /** Payloads that were none. */
  malformed: number;
}

/** What a video receiver needs of its connection. */
export interface VideoReceiverOptions {
  readonly params: VideoParams;
  readonly ssrc: number;
  /** When a frame is due, in microseconds on the connection's clock. */
  readonly dueUs: (source: RtpSource, timestamp: number, nowUs: number) => number;
  /** Round trip time, in milliseconds, if it is known. */
  readonly rttMs: () => number | undefined;
  readonly onFrame: (packet: Packet) => void;
  /** Asks the sender for a key frame. */
  readonly askKey: (ssrc: number) => void;
  /** Asks the sender for packets again. */
  readonly askAgain: (ssrc: number, sequences: readonly number[]) => void;
}

const CLOCK_RATE = 90_000;
/** What is missing is waited for so long, in microseconds, and at least four round trips. */
const WAIT_US = 500_000;
/** Key frames are asked for so often at most, in microseconds: on a full link each takes a while to come, and holds up all else. */
const KEY_EVERY_US = 500_000;
/** A sender whose retransmissions come in the same stream repeats numbers that are long past. */
const MAX_MISORDER = 1000;
/** The length of a frame before a second one tells it, in microseconds. */
const FRAME_US = 33_333;

/** One video of the other side: counts its packets, asks for what is missing, and puts frames together. */
export class VideoReceiver {
  readonly ssrc: number;
  readonly source: RtpSource;
  readonly #options: VideoReceiverOptions;
  readonly #nacks: NackRequester | undefined;
  readonly #buffer: FrameBuffer;
  readonly #codecs = new Map<number, 'vp8' | 'h264'>();
  readonly #originals = new Map<number, number>();
  readonly #packet: Packet = {
    kind: 'packet',
    codec: 'vp8',
    ptsUs: 0,
    durationUs: FRAME_US,
    key: false,
    data: new Uint8Array(0),
  };
  readonly #counts = { frames: 0, keyFrames: 0, repaired: 0, nacked: 0, keyRequests: 0, malformed: 0 };
  #blockedUs: number | undefined;
  #keyAskedUs = -Infinity;
  #lastTimestamp: number | undefined;
  #nowUs = 0;

  constructor(options: VideoReceiverOptions) {
    const { params, ssrc } = options;
    this.#options = options;
    this.ssrc = ssrc;
    this.source = new RtpSource(ssrc, CLOCK_RATE, MAX_MISORDER);
    this.#nacks = params.nack ? new NackRequester({ maxMissing: 300, maxAsks: 10, giveUpMs: 1000 }) : undefined;
    this.#buffer = new FrameBuffer((frame) => this.#give(frame));
    for (const { codec, payloadType, rtxPayloadType } of params.codecs) {
      this.#codecs.set(payloadType, codec);
      if (rtxPayloadType !== undefined) this.#originals.set(rtxPayloadType, payloadType);
    }
  }

  /** Figures of this moment. */
  get stats(): VideoReceiverStats {
    return { purpose: this.#options.params.purpose, ...this.source.stats, ...this.#counts };
  }

  /** Takes a packet of the stream itself, which is `datagram`. */
  receive(datagram: Buffer, header: RtpHeaderView, payload: Buffer, nowUs: number): void {
    const sequence = this.source.receive(header.sequence, header.timestamp, payload.length, nowUs);
    if (sequence !== undefined)
      this.#insert(sequence, header.payloadType, header, payload, this.#colorsIn(datagram, header), nowUs);
  }

  /** Takes a packet of its retransmissions (RFC 4588). */
  repaired(datagram: Buffer, header: RtpHeaderView, payload: Buffer, nowUs: number): void {
    const payloadType = this.#originals.get(header.payloadType);
    const { highest } = this.source;
    // Without a packet of the stream itself nothing tells what its numbers mean; less than two bytes are padding.
    if (payloadType === undefined || highest < 0 || payload.length < 2) return;
    this.#counts.repaired++;
    const sequence = highest + sequenceDelta(payload.readUInt16BE(0), highest % 65_536);
    this.#insert(sequence, payloadType, header, payload.subarray(2), this.#colorsIn(datagram, header), nowUs);
  }

  /** Somebody needs a key frame. */
  wantKey(nowUs: number): void {
    if (nowUs - this.#keyAskedUs < KEY_EVERY_US) return;
    this.#keyAskedUs = nowUs;
    this.#counts.keyRequests++;
    this.#options.askKey(this.ssrc);
  }

  #colorsIn(datagram: Buffer, header: RtpHeaderView): PictureColors | undefined {
    return header.marker ? readColorSpace(datagram, header, this.#options.params.extensions.colorSpace) : undefined;
  }

  #insert(
    sequence: number,
    payloadType: number,
    header: RtpHeaderView,
    payload: Buffer,
    colors: PictureColors | undefined,
    nowUs: number,
  ): void {
    this.#nowUs = nowUs;
    const codec = this.#codecs.get(payloadType);
    if (!codec) return;
    const part = payload.length === 0 ? undefined : codec === 'vp8' ? unpackVp8(payload) : unpackH264(payload);
    if (!part && payload.length > 0) this.#counts.malformed++;
    const rttMs = this.#options.rttMs();
    this.#buffer.insert({ sequence, timestamp: header.timestamp, marker: header.marker, codec, part, colors });
    // Behind a key frame that was gone on at, nothing older is asked for.
    this.#nacks?.forgetBefore(this.#buffer.oldest);
    const missing = this.#nacks?.arrived(sequence, nowUs, rttMs) ?? [];
    if (missing.length > 0) {
      this.#counts.nacked += missing.length;
      this.#options.askAgain(this.ssrc, missing);
    }
    if (!this.#buffer.blocked) this.#blockedUs = undefined;
    else {
      this.#blockedUs ??= nowUs;
      const waitUs = this.#nacks ? Math.max(WAIT_US, 4000 * (rttMs ?? 0)) : 0;
      if (nowUs - this.#blockedUs > waitUs) {
        this.#buffer.giveUp();
        this.#blockedUs = undefined;
      }
    }
    if (this.#buffer.needsKey) this.wantKey(nowUs);
  }

  #give(frame: WholeFrame): void {
    const packet = this.#packet;
    const sinceUs =
      this.#lastTimestamp === undefined ? 0 : (timestampDelta(frame.timestamp, this.#lastTimestamp) * 1e6) / CLOCK_RATE;
    this.#lastTimestamp = frame.timestamp;
    if (sinceUs > 0 && sinceUs < 1e6) packet.durationUs = Math.round(sinceUs);
    packet.codec = frame.codec;
    packet.key = frame.key;
    packet.data = frame.data;
    // They hold up to the next key frame.
    if (frame.key || frame.colors) packet.colors = frame.colors;
    packet.ptsUs = Math.round(this.#options.dueUs(this.source, frame.timestamp, this.#nowUs));
    this.#counts.frames++;
    if (frame.key) this.#counts.keyFrames++;
    this.#options.onFrame(packet);
  }
}
