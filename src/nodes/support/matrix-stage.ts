import type { JoinSlot } from '../../graph/join-ticks.js';
import { Ramp } from '../../media/dsp/ramp.js';
import { dbToLinear } from '../../media/format.js';
import { clearAudioFrame, createAudioFrame, frameSamples, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';
import { withChannels } from './channels.js';

/** Down here a gain is as good as off. */
const MUTE_DB = -120;

/** One input of `mix.matrix`: its two channels into the output's, each by a factor that moves without a click. */
export class MatrixStage implements JoinSlot<AudioFrame> {
  frame: AudioFrame | undefined;
  /** `2 · output channel + input channel`. */
  readonly #factors: Ramp[];
  readonly #stereo = createAudioFrame(2);
  readonly #output: AudioFrame;
  readonly #channels: 1 | 2;

  /**
   * @param id of the input.
   * @param channels of the result.
   */
  constructor(
    readonly id: string,
    channels: 1 | 2,
  ) {
    this.#channels = channels;
    this.#output = createAudioFrame(channels);
    this.#factors = Array.from({ length: 2 * channels }, () => new Ramp(0));
  }

  /**
   * Takes new factors.
   *
   * @param route one row for each output channel, or one for all; undefined: straight through.
   * @param first true: they hold at once.
   */
  set(route: readonly (readonly [number, number])[] | undefined, gainDb: number, first: boolean): void {
    const gain = gainDb <= MUTE_DB ? 0 : dbToLinear(gainDb);
    for (let o = 0; o < this.#channels; o++) {
      const row = route ? (route[o] ?? route[0]!) : this.#straight(o);
      for (let i = 0; i < 2; i++) {
        const factor = this.#factors[2 * o + i]!;
        if (first) factor.jump(gain * row[i]!);
        else factor.to(gain * row[i]!);
      }
    }
  }

  /** Takes the input's frame of this tick, if it gave one; {@link frame} is then what is to be added. */
  take(input: AudioFrame | undefined): void {
    this.frame = input && this.#apply(input);
    if (!input) return;
    const samples = frameSamples(input);
    for (const factor of this.#factors) factor.advance(samples);
  }

  #straight(output: number): readonly [number, number] {
    if (this.#channels === 1) return [0.5, 0.5];
    return output === 0 ? [1, 0] : [0, 1];
  }

  #apply(input: AudioFrame): AudioFrame {
    const settled = this.#factors.every((factor) => factor.settled);
    const samples = frameSamples(input);
    const output = this.#output;
    output.ptsUs = input.ptsUs;
    if (input.silent || (settled && this.#factors.every((factor) => factor.target === 0))) {
      shapeAudioFrame(output, this.#channels, samples);
      clearAudioFrame(output);
      return output;
    }
    if (settled && this.#isStraight()) return withChannels(input, this.#channels, output);
    const { planes } = withChannels(input, 2, this.#stereo);
    shapeAudioFrame(output, this.#channels, samples);
    for (let o = 0; o < this.#channels; o++) {
      const left = this.#factors[2 * o]!;
      const right = this.#factors[2 * o + 1]!;
      if (settled) weigh(planes[0]!, planes[1]!, left.target, right.target, output.planes[o]!);
      else weighMoving(planes[0]!, planes[1]!, left, right, output.planes[o]!);
    }
    output.silent = false;
    return output;
  }

  #isStraight(): boolean {
    for (let o = 0; o < this.#channels; o++) {
      const [left, right] = this.#straight(o);
      if (this.#factors[2 * o]!.target !== left || this.#factors[2 * o + 1]!.target !== right) return false;
    }
    return true;
  }
}

function weigh(left: Float32Array, right: Float32Array, l: number, r: number, out: Float32Array): void {
  const n = out.length;
  for (let i = 0; i < n; i++) out[i] = left[i]! * l + right[i]! * r;
}

function weighMoving(left: Float32Array, right: Float32Array, l: Ramp, r: Ramp, out: Float32Array): void {
  const n = out.length;
  for (let i = 0; i < n; i++) out[i] = left[i]! * l.at(i + 1) + right[i]! * r.at(i + 1);
}
