import { AV_SAMPLE_FMT_FLT, AV_SAMPLE_FMT_S16 } from 'node-av/constants';
import { Frame } from 'node-av/lib';
import { SAMPLE_RATE } from '../format.js';
import { allocateAudio } from './native.js';
import { Resampler } from './resampler.js';

/** How raw samples are written: interleaved, little-endian 16-bit integers, or 32-bit floats from −1 to 1. */
export type PcmFormat = 's16le' | 'f32le';

/** The shape of raw samples. */
export interface PcmShape {
  /** How one sample is written. */
  readonly format: PcmFormat;
  /** Samples a second of one channel. */
  readonly sampleRateHz: number;
  /** Channels, interleaved. */
  readonly channels: number;
}

/** Receives 48 kHz planes, valid for the first `count` samples and until the next call. */
export type TakePlanes = (planes: readonly Float32Array[], count: number) => void;

/** Samples of one channel per native call. */
const PIECE = 1024;

/** Raw samples in chunks of any size, even cut within a sample, become 48 kHz planes of one or two channels. */
export class PcmInput {
  readonly #frame = new Frame();
  readonly #resampler: Resampler;
  readonly #bytesPerFrame: number;
  readonly #bytes: Uint8Array;
  #filled = 0;
  #closed = false;

  /** @param shape what comes in. @param channels how many planes go out. */
  constructor(shape: PcmShape, channels: 1 | 2) {
    const format = shape.format === 's16le' ? AV_SAMPLE_FMT_S16 : AV_SAMPLE_FMT_FLT;
    this.#bytesPerFrame = shape.channels * (shape.format === 's16le' ? 2 : 4);
    this.#frame.alloc();
    allocateAudio(this.#frame, format, shape.sampleRateHz, shape.channels, PIECE);
    const plane = this.#frame.data![0]!;
    this.#bytes = new Uint8Array(plane.buffer, plane.byteOffset, PIECE * this.#bytesPerFrame);
    this.#resampler = new Resampler(SAMPLE_RATE, channels);
  }

  /** Converts a chunk; `take` may be called any number of times. */
  push(chunk: Uint8Array, take: TakePlanes): void {
    if (this.#closed) return;
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + this.#bytes.length - this.#filled);
      this.#bytes.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#bytes.length) this.#convert(PIECE, take);
    }
    const whole = Math.floor(this.#filled / this.#bytesPerFrame);
    // What is there is given at once: whoever pushes single milliseconds wants them to be heard.
    if (whole > 0) this.#convert(whole, take);
  }

  /** Gives what the conversion holds back, at the end. Half a sample is dropped. */
  drain(take: TakePlanes): void {
    if (this.#closed) return;
    const count = this.#resampler.drain();
    if (count > 0) take(this.#resampler.planes, count);
  }

  /** Frees native memory. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#resampler.close();
    this.#frame.free();
  }

  #convert(samples: number, take: TakePlanes): void {
    this.#frame.nbSamples = samples;
    const count = this.#resampler.convert(this.#frame);
    const used = samples * this.#bytesPerFrame;
    this.#bytes.copyWithin(0, used, this.#filled);
    this.#filled -= used;
    if (count > 0) take(this.#resampler.planes, count);
  }
}
