import { DelayTap } from '../../media/dsp/delay-tap.js';
import { Ramp } from '../../media/dsp/ramp.js';
import { clearAudioFrame, createAudioFrame, frameSamples, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';
import { withChannels } from './channels.js';

/** Delays a stream of frames by any number of samples; another delay is crossfaded to within 10 ms. */
export class FrameDelay {
  readonly #taps: DelayTap[] = [];
  readonly #arrived = new Ramp(1);
  readonly #share = (k: number) => this.#arrived.at(k);
  readonly #stereo = createAudioFrame(2);
  readonly #silence = createAudioFrame(1);
  #before: number;
  #delay: number;
  #wanted: number;

  /** @param delay in samples. */
  constructor(delay: number) {
    this.#before = delay;
    this.#delay = delay;
    this.#wanted = delay;
  }

  /** The delay asked for, in samples. */
  get delay(): number {
    return this.#wanted;
  }

  /** Asks for another delay, in samples. One that is being faded to arrives first. */
  to(delay: number): void {
    this.#wanted = delay;
  }

  /**
   * Takes a frame and writes what comes out into `output`, except its time. Once there were two channels there stay two.
   *
   * @param input undefined: silence.
   * @param samples of the frame.
   */
  run(input: AudioFrame | undefined, samples: number, output: AudioFrame): void {
    this.#begin();
    const frame = this.#shaped(input, samples);
    const channels = frame.planes.length;
    const reach = Math.max(this.#delay, this.#before) + samples;
    // A second channel that appears goes on from what the first has.
    while (this.#taps.length < channels) this.#taps.push(this.#taps[0]?.clone() ?? new DelayTap(reach));
    let silent = true;
    for (let c = 0; c < channels; c++) {
      const tap = this.#taps[c]!;
      tap.reserve(reach);
      tap.write(frame.planes[c]!, frame.silent);
      if (!tap.silentFor(reach)) silent = false;
    }
    shapeAudioFrame(output, channels, samples);
    if (silent) clearAudioFrame(output);
    else {
      for (let c = 0; c < channels; c++) {
        const tap = this.#taps[c]!;
        if (this.#arrived.settled) tap.read(output.planes[c]!, this.#delay);
        else tap.readMoving(output.planes[c]!, this.#before, this.#delay, this.#share);
      }
      // At the first sample that sounds this is known.
      output.silent = output.planes.every((plane) => plane.every(isZero));
    }
    this.#arrived.advance(samples);
  }

  #begin(): void {
    if (this.#wanted === this.#delay || !this.#arrived.settled) return;
    this.#before = this.#delay;
    this.#delay = this.#wanted;
    this.#arrived.jump(0);
    this.#arrived.to(1);
  }

  #shaped(input: AudioFrame | undefined, samples: number): AudioFrame {
    const channels = this.#taps.length === 2 ? 2 : 1;
    if (!input) {
      shapeAudioFrame(this.#silence, channels, samples);
      clearAudioFrame(this.#silence);
      return this.#silence;
    }
    if (frameSamples(input) !== samples) throw new RangeError(`a frame of ${frameSamples(input)} samples, not ${samples}`);
    return channels === 2 ? withChannels(input, 2, this.#stereo) : input;
  }
}

const isZero = (x: number): boolean => x === 0;
