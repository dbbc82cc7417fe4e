import type { JoinSlot } from '../../graph/join-ticks.js';
import { scale } from '../../media/dsp/gain.js';
import { clearAudioFrame, createAudioFrame, frameSamples, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';

/** A gain that may move from sample to sample. */
export interface MovingGain {
  /** The value of the `k`-th sample from now; the next one is 1. */
  at(k: number): number;
  /** The value when it stands still; undefined while it moves. */
  readonly still: number | undefined;
}

/**
 * One input of a mixer behind its gain, as a slot for a summer. At gain 1 the frame goes through untouched, at 0 silence, which is not
 * the same as nothing: an input that is turned down has not left.
 */
export class GainStage implements JoinSlot<AudioFrame> {
  frame: AudioFrame | undefined;
  readonly #output = createAudioFrame(2);
  readonly #silence = createAudioFrame(1);

  /** @param id of the input. */
  constructor(readonly id: string) {}

  /** Takes the input's frame of this tick, if it gave one; {@link frame} is then what is to be added. */
  take(input: AudioFrame | undefined, gain: MovingGain): void {
    this.frame = input && this.#apply(input, gain);
  }

  #apply(input: AudioFrame, gain: MovingGain): AudioFrame {
    const { still } = gain;
    if (still === 1 || input.silent) return input;
    const samples = frameSamples(input);
    if (still === 0) {
      shapeAudioFrame(this.#silence, 1, samples);
      clearAudioFrame(this.#silence);
      this.#silence.ptsUs = input.ptsUs;
      return this.#silence;
    }
    const output = this.#output;
    shapeAudioFrame(output, input.planes.length, samples);
    for (let c = 0; c < input.planes.length; c++) {
      const from = input.planes[c]!;
      const to = output.planes[c]!;
      if (still !== undefined) scale(from, to, still);
      else for (let i = 0; i < samples; i++) to[i] = from[i]! * gain.at(i + 1);
    }
    output.ptsUs = input.ptsUs;
    output.silent = false;
    return output;
  }
}
