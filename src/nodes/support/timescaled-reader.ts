import type { AudioOutcome, AudioReader } from '../../media/av/audio-reader.js';
import { isSilent } from '../../media/av/finite-copy.js';
import type { MediaInfo } from '../../media/av/media-info.js';
import { Timescale, type TimescaleFactors } from '../../media/dsp/timescale.js';
import { samplesToUs } from '../../media/format.js';
import { createAudioFrame, frameSamples, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';

/** Splices every 40 ms suit music. */
const SHAPE = { hopSamples: 1920 };

/** So many of the last samples are kept, for the sound to go on from when scaling begins. */
const PAST = 192;

/** True when the factors change nothing. */
export function isAsItIs({ speed, pitch, rate }: TimescaleFactors): boolean {
  return speed === 1 && pitch === 1 && rate === 1;
}

/**
 * A reader at another speed, pitch and rate; positions stay those of the recording. Until its factors are first other than 1, and again
 * after a seek at 1, it passes the reader through untouched. For readers whose samples are there when they are asked for, such as files.
 */
export class TimescaledReader implements AudioReader {
  readonly #inner: AudioReader;
  readonly #onClose: () => void;
  readonly #block: AudioFrame;
  readonly #past: Float32Array[];
  #factors: TimescaleFactors;
  #timescale: Timescale | undefined;
  /** Where scaling began, in microseconds. */
  #baseUs = 0;
  #scales = false;
  #drained = false;
  #closed = false;

  /** @param inner the open reader; this one closes it. @param onClose called once, when it is closed. */
  constructor(inner: AudioReader, factors: TimescaleFactors, onClose: () => void = () => {}) {
    this.#inner = inner;
    this.#factors = factors;
    this.#onClose = onClose;
    this.#block = createAudioFrame(inner.channels);
    this.#past = createAudioFrame(inner.channels, PAST).planes;
  }

  get info(): MediaInfo {
    return this.#inner.info;
  }

  get channels(): 1 | 2 {
    return this.#inner.channels;
  }

  get positionUs(): number {
    if (!this.#scales) return this.#inner.positionUs;
    return this.#drained ? this.#inner.positionUs : this.#baseUs + samplesToUs(Math.round(this.#timescale!.position));
  }

  get outcome(): AudioOutcome | undefined {
    return this.#scales && !this.#drained ? undefined : this.#inner.outcome;
  }

  get badPackets(): number {
    return this.#inner.badPackets;
  }

  /** Speed, pitch and rate from the next read on. */
  set factors(factors: TimescaleFactors) {
    this.#factors = factors;
    if (this.#scales) this.#timescale!.factors = factors;
  }

  read(out: AudioFrame): number {
    if (!this.#scales) {
      if (isAsItIs(this.#factors)) {
        const count = this.#inner.read(out);
        this.#keepPast(out, count);
        return count;
      }
      this.#begin();
    }
    const timescale = this.#timescale!;
    const wanted = frameSamples(out);
    shapeAudioFrame(out, this.channels, wanted);
    let written = 0;
    while (written < wanted) {
      const got = timescale.pull(out.planes, written, wanted - written);
      written += got;
      if (got > 0) continue;
      if (this.#drained) break;
      const came = this.#inner.read(this.#block);
      if (came > 0) timescale.push(this.#block.planes, came);
      else {
        timescale.finish();
        const rest = timescale.pull(out.planes, written, wanted - written);
        written += rest;
        this.#drained = rest === 0;
      }
    }
    for (const plane of out.planes) plane.fill(0, written);
    out.silent = isSilent(out.planes);
    return written;
  }

  seek(positionUs: number): void {
    this.#scales = false;
    this.#drained = false;
    for (const plane of this.#past) plane.fill(0);
    this.#inner.seek(positionUs);
  }

  approach(frames: number): boolean {
    return this.#inner.approach(frames);
  }

  close(): void {
    this.#drained = true;
    this.#inner.close();
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
  }

  #begin(): void {
    const timescale = (this.#timescale ??= new Timescale(this.channels, SHAPE));
    timescale.reset(this.#past);
    timescale.factors = this.#factors;
    this.#baseUs = this.#inner.positionUs;
    this.#scales = true;
  }

  #keepPast({ planes }: AudioFrame, count: number): void {
    if (count < PAST) return;
    this.#past.forEach((past, c) => past.set(planes[c]!.subarray(count - PAST, count)));
  }
}
