import type { CodecContext, Packet as NativePacket } from 'node-av/lib';
import { SAMPLE_RATE } from '../../format.js';
import { frameSamples, type AudioFrame } from '../../frame.js';
import { FrameEncoder } from '../frame-encoder.js';
import { RateStage } from '../rate-stage.js';

/** A later frame than the ones before add up to leaves a gap of silence, if by more than this, in samples. */
const GAP_SAMPLES = SAMPLE_RATE / 100;

/** Longer gaps are none: a clock that jumped. */
const MOST_GAP_SAMPLES = 600 * SAMPLE_RATE;

/** The sound of a file that has pictures too: it stays in step with their time, whatever is missing. */
export class SoundTrack {
  readonly #encoder: FrameEncoder;
  readonly #rateStage: RateStage | undefined;
  readonly #onPacket: () => void;
  readonly #onPlanes = (planes: readonly Float32Array[], count: number): void =>
    this.#encoder.push(planes, 0, count, this.#onPacket);
  readonly #silence = [new Float32Array(SAMPLE_RATE / 50)];
  #samples = 0;

  /** @param context the opened encoder; freed with the track. @param mux takes its packets, with times in its own rate. */
  constructor(
    private readonly context: CodecContext,
    name: string | null,
    mux: (packet: NativePacket) => void,
  ) {
    this.#encoder = new FrameEncoder(context, name === 'libopus');
    this.#onPacket = () => mux(this.#encoder.packet);
    if (context.sampleRate !== SAMPLE_RATE) this.#rateStage = new RateStage(context.sampleRate, context.channels);
  }

  /** Samples so far, at 48 kHz. */
  get samples(): number {
    return this.#samples;
  }

  /** Appends a frame. @param atUs where it belongs, in microseconds from the beginning of the file. */
  write(frame: AudioFrame, atUs: number): void {
    const gap = Math.round((atUs * SAMPLE_RATE) / 1e6) - this.#samples;
    if (gap > GAP_SAMPLES && gap < MOST_GAP_SAMPLES) this.#fill(gap);
    this.#push(frame.planes, frameSamples(frame));
  }

  /** Encodes what is held back. */
  flush(): void {
    this.#rateStage?.drain(this.#onPlanes);
    this.#encoder.flush(this.#onPacket);
  }

  /** Frees everything. */
  close(): void {
    this.#rateStage?.close();
    this.#encoder.close();
    this.context.freeContext();
  }

  #fill(samples: number): void {
    const most = this.#silence[0]!.length;
    for (let left = samples; left > 0; left -= most) this.#push(this.#silence, Math.min(left, most));
  }

  #push(planes: readonly Float32Array[], count: number): void {
    if (this.#rateStage) this.#rateStage.push(planes, count, this.#onPlanes);
    else this.#encoder.push(planes, 0, count, this.#onPacket);
    this.#samples += count;
  }
}
