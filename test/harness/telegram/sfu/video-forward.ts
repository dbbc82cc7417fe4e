import type { SenderInfo } from '../../../../src/calls/webrtc/rtcp.js';
import { createRtpHeaderView, parseRtpHeader, sequenceDelta } from '../../../../src/calls/webrtc/rtp.js';
import { PAYLOAD } from './answer.js';
import type { SfuClient } from './sfu-client.js';
import type { VideoPacket, VideoSource } from './video-source.js';

const RTX: Readonly<Record<number, number>> = { [PAYLOAD.vp8]: PAYLOAD.vp8Rtx, [PAYLOAD.h264]: PAYLOAD.h264Rtx };
/** Lines from which on a receiver gets the whole picture, and half of it (tgcalls: full 720, medium 360, thumb 180). */
const [WHOLE, HALF] = [720, 360];
const HISTORY = 1024;

/**
 * One sender's video on its way to one receiver. Whatever size is forwarded, the receiver sees one stream with the first source of the group:
 * belief, from how clients make one receiver for a SIM group (tgcalls GroupInstanceCustomImpl) and how Jitsi's bridge does it; ntgcalls 3.0.5 shows
 * what comes so.
 */
export class VideoForward {
  readonly #source: VideoSource;
  readonly #receiver: SfuClient;
  readonly #view = createRtpHeaderView();
  readonly #history = new Map<number, Buffer>();
  #layer: number | undefined;
  /** Added to what comes of the present size. */
  #sequenceShift = 0;
  #timestampShift = 0;
  /** The first packet of the present size. */
  #fromSequence = 0;
  #lastSequence: number | undefined;
  #lastTimestamp = 0;
  #lastUs = 0;
  #rtxSequence = 0;
  /** How often it went over to another size. */
  switches = 0;

  constructor(source: VideoSource, receiver: SfuClient) {
    this.#source = source;
    this.#receiver = receiver;
  }

  /** The size that is forwarded; undefined: none yet. */
  get layer(): number | undefined {
    return this.#layer;
  }

  /** Takes a packet of the sender; `lines` is what the receiver wants. */
  take(packet: VideoPacket, lines: number, nowUs: number): void {
    if (lines <= 0) {
      this.#layer = undefined;
      return;
    }
    const wanted = Math.min(this.#wantedLayer(lines), this.#source.highest(nowUs));
    if (wanted !== this.#layer) {
      if (packet.layer === wanted && packet.key) this.#switchTo(packet, nowUs);
      else this.#source.wantKey(wanted, nowUs);
    }
    if (packet.layer !== this.#layer || sequenceDelta(packet.sequence, this.#fromSequence) < 0) return;
    this.#send(packet, nowUs);
  }

  /** The receiver lost packets. */
  nacked(sequences: readonly number[]): void {
    const primary = this.#source.layers[0]!;
    const rtx = [...this.#source.rtxOf].find(([, media]) => media === primary)?.[0];
    for (const sequence of sequences) {
      const plain = this.#history.get(sequence);
      if (!plain || rtx === undefined || !parseRtpHeader(plain, this.#view)) continue;
      const { payloadOffset } = this.#view;
      const original = Buffer.alloc(2);
      original.writeUInt16BE(sequence, 0);
      const again = Buffer.concat([plain.subarray(0, payloadOffset), original, plain.subarray(payloadOffset)]);
      again[1] = RTX[plain[1]! & 0x7f]! | (plain[1]! & 0x80);
      again.writeUInt16BE(this.#rtxSequence++ & 0xffff, 2);
      again.writeUInt32BE(rtx, 8);
      this.#receiver.number(again);
      this.#receiver.rtp(again, payloadOffset);
    }
  }

  /** Passes on what the sender says of the time of a size that is forwarded. */
  senderReport(sender: SenderInfo, cname: string): void {
    if (this.#layer === undefined || this.#source.layers[this.#layer] !== sender.ssrc) return;
    const rtpTimestamp = (sender.rtpTimestamp + this.#timestampShift) >>> 0;
    this.#receiver.senderReport({ ...sender, ssrc: this.#source.layers[0]!, rtpTimestamp }, cname);
  }

  /** The receiver needs a key frame. */
  wantKey(nowUs: number): void {
    if (this.#layer !== undefined) this.#source.wantKey(this.#layer, nowUs);
  }

  #wantedLayer(lines: number): number {
    const top = this.#source.layers.length - 1;
    if (lines >= WHOLE) return top;
    return lines >= HALF ? Math.min(1, top) : 0;
  }

  #switchTo({ layer, sequence, timestamp }: VideoPacket, nowUs: number): void {
    if (this.#lastSequence === undefined) {
      this.#sequenceShift = 0;
      this.#timestampShift = 0;
    } else {
      this.switches++;
      this.#sequenceShift = this.#lastSequence + 1 - sequence;
      this.#timestampShift = this.#lastTimestamp + Math.max(1, Math.round(((nowUs - this.#lastUs) * 90) / 1000)) - timestamp;
    }
    this.#layer = layer;
    this.#fromSequence = sequence;
  }

  #send({ plain, headerBytes, sequence, timestamp }: VideoPacket, nowUs: number): void {
    const out = Buffer.from(plain);
    const outSequence = (sequence + this.#sequenceShift) & 0xffff;
    const outTimestamp = (timestamp + this.#timestampShift) >>> 0;
    out.writeUInt16BE(outSequence, 2);
    out.writeUInt32BE(outTimestamp, 4);
    out.writeUInt32BE(this.#source.layers[0]!, 8);
    if (this.#lastSequence === undefined || sequenceDelta(outSequence, this.#lastSequence) > 0) {
      this.#lastSequence = outSequence;
      this.#lastTimestamp = outTimestamp;
      this.#lastUs = nowUs;
    }
    this.#history.set(outSequence, Buffer.from(out));
    this.#history.delete((outSequence - HISTORY) & 0xffff);
    this.#receiver.number(out);
    this.#receiver.rtp(out, headerBytes);
  }
}
