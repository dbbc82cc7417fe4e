import type { VideoPurpose } from '../../../media/gateway-video.js';
import type { Packet } from '../../../media/packet.js';
import type { VideoParams } from '../media-params.js';
import { RtpSender, type RtpSenderOptions, type RtpSenderStats } from '../rtp-sender.js';
import { sequenceDelta } from '../rtp.js';
import { packH264 } from './h264-payload.js';
import type { Pacer } from './pacer.js';
import { packVp8 } from './vp8-payload.js';

/** What a video sender has done, as plain JSON. */
export interface VideoSenderStats extends RtpSenderStats {
  readonly purpose: VideoPurpose;
  frames: number;
  keyFrames: number;
  /** Frames that were not sent: nothing could be decoded before the next key frame, or the network took no more. */
  dropped: number;
  /** Frames of a codec that the receiver does not take. */
  unfit: number;
  /** Key frames the receiver asked for. */
  keyRequests: number;
}

/** What a video sender is made of. */
export interface VideoSenderOptions extends Pick<RtpSenderOptions, 'ssrc' | 'cipher' | 'transmit' | 'random32' | 'ptsClock'> {
  readonly params: VideoParams;
  readonly rtxSsrc: number;
  readonly pacer: Pacer;
  /** Asks whoever encodes for a key frame. */
  readonly wantKey: () => void;
}

const CLOCK_RATE = 90_000;
/** What waits for longer than this would be seen too late, in milliseconds. */
const MOST_QUEUED_MS = 400;
/** A queue this long gives way to a key frame, in milliseconds. */
const STALE_QUEUE_MS = 100;
/** A key frame that does not come is asked for again after so long, in microseconds. */
const ASK_AGAIN_US = 1_000_000;
/** A key frame that left so lately is still under way: who asks meanwhile has not seen it, in microseconds. */
const KEY_UNDER_WAY_US = 400_000;
/** Who takes less than is sent skips pictures; so often at most a key frame is made for his sake alone, in microseconds. */
const OVERFLOW_KEY_US = 3_000_000;

/** One video on its way to one receiver: frames become packets, which a pacer sends. */
export class VideoSender {
  readonly purpose: VideoPurpose;
  readonly params: VideoParams;
  readonly rtp: RtpSender;
  readonly #options: VideoSenderOptions;
  readonly #counts = { frames: 0, keyFrames: 0, dropped: 0, unfit: 0, keyRequests: 0 };
  #needsKey = true;
  #askedUs = -Infinity;
  #overflowUs = -Infinity;
  #pictureId: number;
  /** Sequence number of the last key frame's first packet. */
  #keySequence: number | undefined;
  #keyUs = -Infinity;
  #lastUs = 0;

  constructor(options: VideoSenderOptions) {
    const { params, ssrc, rtxSsrc, cipher, transmit, random32, ptsClock } = options;
    this.#options = options;
    this.params = params;
    this.purpose = params.purpose;
    const payloadTypes = new Map(
      params.codecs.flatMap(({ payloadType, rtxPayloadType }) =>
        rtxPayloadType === undefined ? [] : [[payloadType, rtxPayloadType]],
      ),
    );
    const [rtxPayloadType] = payloadTypes.values();
    this.rtp = new RtpSender({
      ssrc,
      payloadType: params.codecs[0]!.payloadType,
      clockRate: CLOCK_RATE,
      extensions: params.extensions,
      ...(params.mid !== undefined && { mid: params.mid }),
      ...(rtxPayloadType !== undefined && { rtx: { ssrc: rtxSsrc, payloadType: rtxPayloadType, payloadTypes } }),
      ...(ptsClock && { ptsClock }),
      rank: 0,
      cipher,
      transmit,
      random32,
    });
    this.#pictureId = random32() & 0x7fff;
  }

  /** Figures of this moment. */
  get stats(): VideoSenderStats {
    return { purpose: this.purpose, ...this.rtp.stats, ...this.#counts };
  }

  /** Whether the receiver takes this codec. */
  takes(codec: string): boolean {
    return this.params.codecs.some((one) => one.codec === codec);
  }

  /** Sends a frame, later at the pacer's pace. Its bytes must stay as they are. */
  send(packet: Packet, nowUs: number): void {
    const codec = this.params.codecs.find((one) => one.codec === packet.codec);
    if (!codec) {
      this.#counts.unfit++;
      return;
    }
    const { pacer } = this.#options;
    this.#lastUs = nowUs;
    if (pacer.queuedMs > MOST_QUEUED_MS && !this.#needsKey) {
      pacer.drop(this.rtp);
      this.#needsKey = true;
      if (nowUs - this.#overflowUs >= OVERFLOW_KEY_US) {
        this.#overflowUs = nowUs;
        this.#ask(nowUs);
      } else this.#askedUs = this.#overflowUs + OVERFLOW_KEY_US - ASK_AGAIN_US;
    }
    if (this.#needsKey && !packet.key) {
      this.#counts.dropped++;
      if (nowUs - this.#askedUs >= ASK_AGAIN_US) this.#ask(nowUs);
      return;
    }
    this.#needsKey = false;
    this.#counts.frames++;
    if (packet.key) this.#counts.keyFrames++;
    this.#pictureId = (this.#pictureId + 1) & 0x7fff;
    const payloads = packet.codec === 'vp8' ? packVp8(packet.data, this.#pictureId) : packH264(packet.data);
    this.rtp.place(packet, nowUs);
    const { timestamp } = this.rtp;
    const { payloadType } = codec;
    const last = payloads.length - 1;
    // A key frame makes what still waits before it needless, once that is long.
    if (packet.key && pacer.queuedMs > STALE_QUEUE_MS) pacer.drop(this.rtp);
    pacer.push(
      payloads.map((payload, i) => ({
        sender: this.rtp,
        payload,
        timestamp,
        marker: i === last,
        payloadType,
        ...(packet.key && i === 0 && { onSend: this.#keySent }),
      })),
    );
  }

  /** The receiver wants packets again. Those before the last key frame are of no use to it any more. */
  nacked(sequences: readonly number[]): void {
    this.rtp.stats.nacked += sequences.length;
    const first = this.#keySequence;
    const useful = first === undefined ? sequences : sequences.filter((sequence) => sequenceDelta(sequence, first) >= 0);
    if (useful.length > 0) this.#options.pacer.resend(this.rtp, useful);
  }

  readonly #keySent = (): void => {
    this.#keySequence = this.rtp.nextSequence;
    this.#keyUs = this.#lastUs;
    this.#options.pacer.forget(this.rtp);
  };

  /** The receiver cannot go on without a key frame. */
  keyWanted(nowUs: number): void {
    this.#counts.keyRequests++;
    if (nowUs - this.#keyUs >= KEY_UNDER_WAY_US) this.#ask(nowUs);
  }

  #ask(nowUs: number): void {
    this.#askedUs = nowUs;
    this.#options.wantKey();
  }
}
