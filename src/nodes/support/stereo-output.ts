import { clearAudioFrame, createAudioFrame, frameSamples, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';

/** The output frame of an effect that makes stereo of whatever comes in. */
export class StereoOutput {
  readonly #frame = createAudioFrame(2);

  /** The frame for the work on `input`: two planes as long as its own, which hold whatever was there before. Marked as heard. */
  for(input: AudioFrame): AudioFrame {
    const frame = this.#shaped(input);
    frame.silent = false;
    return frame;
  }

  /** The frame, silent. */
  silence(input: AudioFrame): AudioFrame {
    const frame = this.#shaped(input);
    clearAudioFrame(frame);
    return frame;
  }

  #shaped(input: AudioFrame): AudioFrame {
    shapeAudioFrame(this.#frame, 2, frameSamples(input));
    this.#frame.ptsUs = input.ptsUs;
    return this.#frame;
  }
}
