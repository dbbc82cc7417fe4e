import { FRAME_SAMPLES } from '../format.js';
import { joinOpus, opusChannels, opusFrameSamples, splitOpus } from './packet-frames.js';

/** Twenty milliseconds of an Opus stream. */
export interface OpusUnit {
  /** What a decoder is given for it, one frame each. Empty where an earlier unit's frame reaches into this one. */
  readonly decode: readonly Uint8Array[];
  /** Units that its last frame covers: 1, or 2 and 3 for frames of 40 and 60 ms. 0 where an earlier one covers it. */
  readonly span: number;
  /** The packet that holds just these 20 ms; undefined where there is none, since a frame is longer or two kinds meet. */
  readonly coded: Uint8Array | undefined;
  /** Channels of that packet. */
  readonly channels: 1 | 2;
}

const COVERED: OpusUnit = { decode: [], span: 0, coded: undefined, channels: 1 };

/** Cuts a stream of Opus packets of any length into units of 20 ms, without decoding. */
export class OpusUnits {
  #frames: Uint8Array[] = [];
  #tocs: number[] = [];
  #samples = 0;

  /** Takes a packet and gives the units that it completes, to `take`. False when it is malformed, and was dropped. */
  push(packet: Uint8Array, take: (unit: OpusUnit) => void): boolean {
    const toc = packet[0] ?? 3;
    if ((toc & 3) === 0 && this.#samples === 0 && opusFrameSamples(toc) === FRAME_SAMPLES) {
      take({ decode: [packet], span: 1, coded: packet, channels: opusChannels(toc) });
      return true;
    }
    const split = splitOpus(packet);
    if (!split) return false;
    for (const frame of split.frames) this.#add(split.toc, frame, split.frameSamples, take);
    return true;
  }

  /** Forgets what is incomplete: for a jump in the stream. */
  reset(): void {
    this.#frames = [];
    this.#tocs = [];
    this.#samples = 0;
  }

  #add(toc: number, frame: Uint8Array, samples: number, take: (unit: OpusUnit) => void): void {
    this.#frames.push(frame);
    this.#tocs.push(toc);
    this.#samples += samples;
    if (this.#samples < FRAME_SAMPLES) return;
    const span = Math.floor(this.#samples / FRAME_SAMPLES);
    const same = this.#tocs.every((other) => other === toc);
    take({
      decode: this.#frames.map((each, i) => joinOpus(this.#tocs[i]!, [each])),
      span,
      coded: same && this.#samples === FRAME_SAMPLES ? joinOpus(toc, this.#frames) : undefined,
      channels: opusChannels(toc),
    });
    for (let i = 1; i < span; i++) take(COVERED);
    this.reset();
  }
}
