import { SAMPLE_RATE } from '../../media/format.js';
import { createAudioFrame, frameSamples, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';

/** How long a branch fades when it joins or leaves: 5 ms. */
export const FADE_SAMPLES = SAMPLE_RATE / 200;

/**
 * Lets one branch of a mixer come and go without a click. On coming it is faded in; once it gives no more, a straight line leads
 * from its last sample to zero.
 */
export class BranchFader {
  /** The mixer's count of the last tick this branch gave a frame for. */
  seenIn = 0;
  /** For converting this branch's channels. */
  readonly scratch: AudioFrame;
  readonly #output: AudioFrame;
  readonly #last: Float64Array;
  #faded: number;
  #tail = 0;
  #gaveLastTime = true;

  /** @param fadeIn false for a branch that is there from the start: there is nothing to jump from. */
  constructor(channels: 1 | 2, fadeIn: boolean) {
    this.scratch = createAudioFrame(channels);
    this.#output = createAudioFrame(channels);
    this.#last = new Float64Array(channels);
    this.#faded = fadeIn ? 0 : FADE_SAMPLES;
  }

  /** True while a branch that stopped still fades out. */
  get hasTail(): boolean {
    return this.#tail > 0;
  }

  /** Takes a frame of the branch; gives the frame itself, or a faded copy during the first 5 ms. */
  pass(frame: AudioFrame): AudioFrame {
    const samples = frameSamples(frame);
    this.#resume();
    let result = frame;
    if (this.#faded < FADE_SAMPLES) {
      shapeAudioFrame(this.#output, frame.planes.length, samples);
      for (let c = 0; c < frame.planes.length; c++) this.#fade(frame.planes[c]!, this.#output.planes[c]!);
      this.#faded += samples;
      result = this.#output;
    }
    let tail = false;
    for (let c = 0; c < result.planes.length; c++) {
      const last = result.planes[c]![samples - 1]!;
      // What is not finite must not live on as a tail.
      this.#last[c] = last - last === 0 ? last : 0;
      if (last !== 0) tail = true;
    }
    this.#tail = tail ? FADE_SAMPLES : 0;
    return result;
  }

  /** Takes a silent frame of the branch: nothing to add, and nothing to fade out afterwards. */
  passSilence(samples: number): void {
    this.#resume();
    this.#faded = Math.min(FADE_SAMPLES, this.#faded + samples);
    this.#tail = 0;
  }

  /** Notes that the branch gave nothing for this tick. */
  miss(): void {
    this.#gaveLastTime = false;
  }

  /** Adds the way from the branch's last sample to zero. */
  addTail(out: AudioFrame): void {
    const samples = Math.min(frameSamples(out), this.#tail);
    for (let c = 0; c < out.planes.length; c++) {
      const plane = out.planes[c]!;
      const step = this.#last[c]! / FADE_SAMPLES;
      for (let i = 0; i < samples; i++) plane[i] = plane[i]! + step * (this.#tail - i - 1);
    }
    this.#tail -= samples;
  }

  /** After a gap that was faded out, the branch fades in again. */
  #resume(): void {
    if (!this.#gaveLastTime) this.#faded = 0;
    this.#gaveLastTime = true;
  }

  #fade(from: Float32Array, to: Float32Array): void {
    const n = from.length;
    for (let i = 0; i < n; i++) {
      const gain = (this.#faded + i + 1) / FADE_SAMPLES;
      to[i] = gain >= 1 ? from[i]! : from[i]! * gain;
    }
  }
}
