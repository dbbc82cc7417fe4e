import type { OpusDecoderHandle } from 'libopus-wasm';
import { clearAudioFrame, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';
import type { IncomingAudio, IncomingQuality } from '../../media/gateway.js';
import { DelayEstimator } from './delay-estimator.js';
import { isOpusDtx, opusHasFec, opusSamples } from './opus-packet.js';
import { emptyStats, type JitterBufferOptions, type JitterBufferStats } from './jitter-stats.js';
import { PcmQueue } from './pcm-queue.js';
import { timestampDelta } from './rtp.js';
import { SpeedControl } from './speed-control.js';

interface Queued {
  readonly sequence: number;
  readonly timestamp: number;
  readonly samples: number;
  readonly payload: Uint8Array;
}

const TICK_SAMPLES = 960;
const TICK_US = 20_000;
/** Concealment is faded out over these gains, one per 20 ms; after them the stream waits for packets. */
const FADE = [1, 1, 0.75, 0.5, 0.25, 0];
const FADE_IN_SAMPLES = 240;
const MAX_QUEUED = 64;
/** No audio is ever played later than this. */
const MAX_DELAY_US = 400_000;

/**
 * The playout buffer of one Opus stream. Packets go in as they come; the consumer pulls 20 ms at a time, synchronously, on
 * its own clock. The delay adapts to the measured jitter; loss is repaired from in-band FEC or concealed by the decoder;
 * drift between the clocks is taken up by cutting or repeating single periods of the signal. It has no timers.
 */
export class JitterBuffer implements IncomingAudio {
  readonly participantId: string;
  readonly stats: JitterBufferStats;
  readonly #channels: 1 | 2;
  readonly #nowUs: () => number;
  readonly #delay: DelayEstimator;
  readonly #queue: Queued[] = [];
  readonly #pcm: PcmQueue;
  readonly #speed: SpeedControl;
  #decoder: OpusDecoderHandle | undefined;
  #closed = false;
  /** Playing follows `#nextTimestamp`; waiting builds up the delay first. */
  #playing = false;
  #nextTimestamp = 0;
  #lastSequence = -1;
  #newestSequence = -1;
  /** Extended RTP timestamp of the newest packet; timestamps here never wrap. */
  #newestTimestamp = 0;
  #lastRtpTimestamp = 0;
  /** Samples that were concealed while the next packet was late: time that the stream is now behind. */
  #aheadSamples = 0;
  #concealedPulls = 0;
  #afterDtx = false;
  #gain = 0;

  constructor(options: JitterBufferOptions) {
    this.participantId = options.participantId;
    this.#channels = options.channels ?? 1;
    this.#nowUs = options.nowUs;
    const startUs = (options.startDelayMs ?? 50) * 1000;
    this.#delay = new DelayEstimator({
      startUs,
      minUs: (options.minDelayMs ?? 20) * 1000,
      maxUs: (options.maxDelayMs ?? 200) * 1000,
    });
    this.#pcm = new PcmQueue(this.#channels, TICK_SAMPLES * 10);
    this.stats = emptyStats(startUs / 1000);
    this.#speed = new SpeedControl(this.#pcm, this.stats);
  }

  /** Gives it its decoder (48 kHz, its own channel count), which it frees in the end. Until then it plays silence. */
  attach(decoder: OpusDecoderHandle): void {
    if (this.#closed || this.#decoder) return decoder.free();
    this.#decoder = decoder;
  }

  /**
   * Puts a packet in.
   *
   * @param payload one Opus packet; kept, not copied.
   * @param sequence its extended sequence number, see `RtpSource.receive`.
   * @param timestamp its RTP timestamp, 32 bits.
   */
  insert(payload: Uint8Array, sequence: number, timestamp: number): void {
    if (this.#closed) return;
    const samples = opusSamples(payload);
    if (samples === 0) {
      this.stats.corrupt++;
      return;
    }
    const first = this.#newestSequence < 0;
    const extended = first ? timestamp : this.#newestTimestamp + timestampDelta(timestamp, this.#lastRtpTimestamp);
    const newer = sequence > this.#newestSequence;
    const jumpedBack = newer && !first && extended <= this.#newestTimestamp - samples;
    const nowUs = this.#nowUs();
    if (!this.#delay.arrive(mediaUs(extended), nowUs) || jumpedBack)
      this.#restart(jumpedBack ? { mediaUs: mediaUs(extended), nowUs } : undefined);
    if (newer) {
      this.#newestSequence = sequence;
      this.#newestTimestamp = extended;
      this.#lastRtpTimestamp = timestamp;
    }
    this.#enqueue({ sequence, timestamp: extended, samples, payload });
  }

  /** Writes the next 20 ms into `out` (shaped to 960 samples and this buffer's channels). Never throws. */
  pull(out: AudioFrame): IncomingQuality {
    shapeAudioFrame(out, this.#channels, TICK_SAMPLES);
    const nowUs = this.#nowUs();
    this.stats.targetDelayMs = this.#delay.targetUs / 1000;
    const quality = this.#decoder ? this.#fill(this.#decoder, nowUs) : 'silent';
    if (quality === 'silent') {
      clearAudioFrame(out);
      return quality;
    }
    this.#pcm.take(out.planes, TICK_SAMPLES);
    this.#shapeGain(out.planes, quality === 'audio' ? 1 : (FADE[this.#concealedPulls - 1] ?? 0));
    out.silent = false;
    this.stats.playedSamples += TICK_SAMPLES;
    return quality;
  }

  /** RTP timestamp of what is pulled next; undefined while nothing plays. */
  get playoutTimestamp(): number | undefined {
    return this.#playing ? (this.#nextTimestamp - this.#pcm.length) >>> 0 : undefined;
  }

  /** Frees the decoder; from then on it is silent. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
    this.#decoder?.free();
    this.#decoder = undefined;
  }

  #enqueue(packet: Queued): void {
    if (this.#playing && packet.sequence <= this.#lastSequence) {
      this.stats.late++;
      return;
    }
    let at = this.#queue.length;
    while (at > 0 && this.#queue[at - 1]!.sequence > packet.sequence) at--;
    if (at > 0 && this.#queue[at - 1]!.sequence === packet.sequence) {
      this.stats.duplicates++;
      return;
    }
    this.#queue.splice(at, 0, packet);
    this.stats.received++;
    if (this.#queue.length > MAX_QUEUED) {
      this.#queue.shift();
      this.stats.discarded++;
    }
  }

  /** The sender's media clock jumped: what is queued belongs to the old one. */
  #restart(from: { readonly mediaUs: number; readonly nowUs: number } | undefined): void {
    this.stats.resets++;
    this.stats.discarded += this.#queue.length;
    this.#queue.length = 0;
    this.#playing = false;
    if (from) this.#delay.begin(from.mediaUs, from.nowUs);
  }

  /** Sees to it that 20 ms are decoded. */
  #fill(decoder: OpusDecoderHandle, nowUs: number): IncomingQuality {
    if (this.#playing && this.#pcm.length < TICK_SAMPLES && this.#queue.length > 0) this.#boundDelay(nowUs);
    let quality: IncomingQuality = 'audio';
    while (this.#pcm.length < TICK_SAMPLES) {
      if (!this.#playing && !this.#begin(nowUs)) {
        // What was sounding fades out instead of breaking off.
        if (this.#gain === 0) return 'silent';
        this.#concealedPulls = FADE.length;
        this.#conceal(decoder, TICK_SAMPLES - this.#pcm.length);
        return 'concealed';
      }
      const head = this.#queue[0];
      if (!head) {
        quality = 'concealed';
        if (!this.#starve(decoder)) continue;
      } else if (this.#advance(decoder, head)) {
        quality = 'concealed';
      }
    }
    if (quality === 'audio') this.#concealedPulls = 0;
    else if (this.#concealedPulls < FADE.length) this.#concealedPulls++;
    this.#steer(decoder, nowUs, quality);
    return quality;
  }

  /** Starts playing once the first packet has waited for the wanted delay. */
  #begin(nowUs: number): boolean {
    const { targetUs } = this.#delay;
    while (this.#queue.length > 1 && this.#delayOf(this.#queue[0]!.timestamp, nowUs) > targetUs + 2 * TICK_US) {
      this.#queue.shift();
      this.stats.discarded++;
    }
    const head = this.#queue[0];
    if (!head || this.#delayOf(head.timestamp, nowUs) < targetUs - TICK_US / 2) return false;
    if (this.#gain > 0) return false;
    this.#playing = true;
    this.#nextTimestamp = head.timestamp;
    if (this.#lastSequence >= 0) this.#countLost(head);
    this.#lastSequence = head.sequence - 1;
    this.#aheadSamples = 0;
    this.#concealedPulls = 0;
    this.#speed.begin(this.#delayOf(head.timestamp, nowUs));
    return true;
  }

  /**
   * Nothing has come: conceal without moving on in the stream, because the packet may only be late.
   *
   * @returns false when the stream has stopped for now.
   */
  #starve(decoder: OpusDecoderHandle): boolean {
    if (this.#afterDtx || this.#concealedPulls >= FADE.length - 1) {
      this.#playing = false;
      return false;
    }
    this.stats.underruns++;
    const samples = TICK_SAMPLES - this.#pcm.length;
    this.#conceal(decoder, samples);
    this.#aheadSamples += samples;
    return true;
  }

  /**
   * Decodes the first packet, or what is missing before it.
   *
   * @returns whether something was made up.
   */
  #advance(decoder: OpusDecoderHandle, head: Queued): boolean {
    let missing = head.timestamp - this.#nextTimestamp;
    if (missing > 0 && head.sequence === this.#lastSequence + 1) {
      // Nothing was lost, the sender paused: begin anew with this packet.
      this.#playing = false;
      return false;
    }
    if (missing > 0 && this.#aheadSamples > 0) {
      const covered = Math.min(missing, this.#aheadSamples);
      this.#nextTimestamp += covered;
      this.#aheadSamples -= covered;
      missing -= covered;
    }
    if (missing >= 120) {
      this.#repair(decoder, head, missing);
      return true;
    }
    this.#queue.shift();
    this.#countLost(head);
    this.#lastSequence = head.sequence;
    this.#nextTimestamp = head.timestamp + head.samples;
    this.#aheadSamples = 0;
    this.#afterDtx = isOpusDtx(head.payload);
    try {
      this.#pcm.pushInterleaved(decoder.decodeFloat(head.payload));
      return false;
    } catch {
      this.stats.corrupt++;
      this.#conceal(decoder, head.samples);
      return true;
    }
  }

  /** Fills a gap before `head`: from its in-band copy what that covers, by concealment what is further back. */
  #repair(decoder: OpusDecoderHandle, head: Queued, missing: number): void {
    if (missing > head.samples || !opusHasFec(head.payload)) {
      const samples = Math.min(TICK_SAMPLES, missing > head.samples ? missing - head.samples : missing);
      this.#conceal(decoder, samples);
      this.#nextTimestamp += samples;
      return;
    }
    this.#nextTimestamp = head.timestamp;
    const frameSize = Math.floor(missing / 120) * 120;
    try {
      this.#pcm.pushInterleaved(decoder.decodeFloat(head.payload, { decodeFec: true, frameSize }));
      this.stats.fecSamples += frameSize;
      this.#concealedPulls = 0;
    } catch {
      this.#conceal(decoder, missing);
    }
  }

  #conceal(decoder: OpusDecoderHandle, samples: number): void {
    // The decoder makes multiples of 2.5 ms.
    const frameSize = Math.max(120, Math.ceil(samples / 120) * 120);
    let pcm: Float32Array | undefined;
    try {
      pcm = decoder.decodePacketLossFloat(frameSize);
    } catch {
      pcm = new Float32Array(frameSize * this.#channels);
    }
    this.#pcm.pushInterleaved(pcm.length > samples * this.#channels ? pcm.subarray(0, samples * this.#channels) : pcm);
    this.stats.concealedSamples += samples;
  }

  #countLost(head: Queued): void {
    this.stats.lost += Math.max(0, head.sequence - this.#lastSequence - 1);
  }

  /** After a long stall so much may be waiting that only dropping helps. */
  #boundDelay(nowUs: number): void {
    if (this.#delayOf(this.#nextTimestamp - this.#pcm.length, nowUs) <= MAX_DELAY_US) return;
    this.#playing = false;
  }

  /** Holds the delay near its target; see `SpeedControl`. */
  #steer(decoder: OpusDecoderHandle, nowUs: number, quality: IncomingQuality): void {
    const delayUs = this.#delayOf(this.#nextTimestamp - this.#pcm.length, nowUs);
    this.stats.delayMs = delayUs / 1000;
    // What stays over of a tick makes the next packet be needed that much earlier.
    const slackUs = delayUs - mediaUs(this.#pcm.length % TICK_SAMPLES);
    this.#speed.steer(slackUs, this.#delay.targetUs, quality === 'audio', () => {
      const head = this.#queue[0];
      if (!head || head.sequence !== this.#lastSequence + 1 || head.timestamp !== this.#nextTimestamp) return false;
      this.#advance(decoder, head);
      return true;
    });
  }

  #delayOf(timestamp: number, nowUs: number): number {
    return this.#delay.delayUs(mediaUs(timestamp), nowUs);
  }

  /** Goes to the wanted gain: down over the whole pull, up within 5 ms. */
  #shapeGain(planes: readonly Float32Array[], to: number): void {
    const from = this.#gain;
    this.#gain = to;
    if (from === 1 && to === 1) return;
    const ramp = to > from ? FADE_IN_SAMPLES : TICK_SAMPLES;
    for (const plane of planes) {
      for (let i = 0; i < ramp; i++) plane[i]! *= from + ((to - from) * (i + 1)) / ramp;
      if (to !== 1) for (let i = ramp; i < plane.length; i++) plane[i]! *= to;
    }
  }
}

function mediaUs(samples: number): number {
  return (samples * 1000) / 48;
}
