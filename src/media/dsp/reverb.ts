import { usToSamples } from '../format.js';
import { Allpass } from './allpass.js';
import { FeedbackNetwork, roundEnergy, type FeedbackNetworkSettings } from './feedback-network.js';
import { PreDelay } from './pre-delay.js';
import { Ramp } from './ramp.js';

/** How a reverb sounds. */
export interface ReverbSettings extends FeedbackNetworkSettings {
  /** Time from the sound to the room's answer, in milliseconds. */
  readonly preDelayMs: number;
  /** Width of the room's answer: 0 mono, 1 full. */
  readonly width: number;
  /** Share of the room: 0 the sound alone, 1 the room alone. */
  readonly mix: number;
}

/** The longest time before the room answers, in milliseconds. */
export const MAX_PRE_DELAY_MS = 250;

/**
 * Lengths of the diffusers in samples and their gains: J. Dattorro, "Effect Design, Part 1: Reverberator and Other Filters", J. Audio Eng.
 * Soc. 45 (9), 1997, table 1, brought to 48 kHz. The right channel's are longer by Freeverb's spread.
 */
const DIFFUSERS = [
  [229, 0.75],
  [173, 0.75],
  [611, 0.625],
  [447, 0.625],
] as const;
const SPREAD = 25;

/** So long after the last sound, in samples, what is left in the diffusers is far below hearing. */
const DIFFUSED = 24_000;

/**
 * A room: pre-delay, diffusers that make many echoes of one, and a feedback network whose eight lines are heard four left and four right.
 * A steady noise gets as loud a reverberation as it is itself, whatever the decay.
 */
export class Reverb {
  readonly #network: FeedbackNetwork;
  readonly #before: readonly PreDelay[];
  readonly #diffusers: readonly (readonly Allpass[])[];
  readonly #mix: Ramp;
  readonly #width: Ramp;
  readonly #level: Ramp;
  readonly #ramps: readonly Ramp[];
  #left = new Float32Array(0);
  #right = new Float32Array(0);
  #quiet = Infinity;

  /** @param settings how it sounds; {@link set} changes it. */
  constructor(settings: ReverbSettings) {
    const delay = usToSamples(settings.preDelayMs * 1000);
    this.#network = new FeedbackNetwork(settings);
    this.#before = [0, 1].map(() => new PreDelay(usToSamples(MAX_PRE_DELAY_MS * 1000), delay));
    this.#diffusers = [0, SPREAD].map((spread) => DIFFUSERS.map(([length, gain]) => new Allpass(length + spread, gain)));
    this.#mix = new Ramp(settings.mix);
    this.#width = new Ramp(settings.width);
    this.#level = new Ramp(levelOf(settings));
    this.#ramps = [this.#mix, this.#width, this.#level];
  }

  /** Changes how it sounds, within 20 ms; what sounds in the room sounds on. */
  set(settings: ReverbSettings): void {
    this.#network.set(settings);
    for (const line of this.#before) line.set(usToSamples(settings.preDelayMs * 1000));
    this.#mix.to(settings.mix);
    this.#width.to(settings.width);
    this.#level.to(levelOf(settings));
  }

  /** True when nothing sounds in the room. */
  get empty(): boolean {
    return this.#quiet === Infinity;
  }

  /** True when the room is not heard and the sound passes unchanged. */
  get dry(): boolean {
    return this.#mix.settled && this.#mix.target === 0;
  }

  /** Empties the room. */
  clear(): void {
    if (this.empty) return;
    this.#network.clear();
    for (const line of this.#before) line.clear();
    for (const side of this.#diffusers) for (const diffuser of side) diffuser.clear();
    this.#quiet = Infinity;
  }

  /** Lets silence pass while the room is {@link empty}. */
  skip(samples: number): void {
    for (const ramp of this.#ramps) ramp.advance(samples);
  }

  /** Takes one or two planes and gives as many. */
  run(input: readonly Float32Array[], output: readonly Float32Array[], silent: boolean): void {
    const n = output[0]!.length;
    if (this.#left.length !== n) {
      this.#left = new Float32Array(n);
      this.#right = new Float32Array(n);
    }
    const left = this.#left;
    const right = this.#right;
    this.#enter(input, n);
    this.#network.run(left, right, n);
    if (output.length > 1) this.#leaveStereo(input, output, n);
    else this.#leaveMono(input[0]!, output[0]!, n);
    this.skip(n);
    this.#quiet = silent ? this.#quiet + n : 0;
    if (!this.empty && this.#quiet > DIFFUSED && this.#network.empty && this.#before.every((line) => line.empty)) this.clear();
  }

  /** Through pre-delay and diffusers. */
  #enter(input: readonly Float32Array[], n: number): void {
    const wet = [this.#left, this.#right];
    for (let side = 0; side < 2; side++) {
      this.#before[side]!.run(input[side] ?? input[0]!, wet[side]!, n);
      for (const diffuser of this.#diffusers[side]!) diffuser.run(wet[side]!, n);
    }
  }

  #leaveStereo(input: readonly Float32Array[], output: readonly Float32Array[], n: number): void {
    const settled = this.#ramps.every((ramp) => ramp.settled);
    const left = this.#left;
    const right = this.#right;
    let mix = this.#mix.target;
    let width = this.#width.target;
    let level = this.#level.target;
    for (let i = 0; i < n; i++) {
      if (!settled) {
        mix = this.#mix.at(i + 1);
        width = this.#width.at(i + 1);
        level = this.#level.at(i + 1);
      }
      const l = left[i]!;
      const r = right[i]!;
      const middle = (l + r) * 0.5;
      const side = (l - r) * 0.5 * width;
      const wet = mix * level;
      output[0]![i] = (1 - mix) * input[0]![i]! + wet * (middle + side);
      output[1]![i] = (1 - mix) * input[1]![i]! + wet * (middle - side);
    }
  }

  #leaveMono(input: Float32Array, output: Float32Array, n: number): void {
    for (let i = 0; i < n; i++) {
      const mix = this.#mix.at(i + 1);
      const wet = mix * this.#level.at(i + 1) * Math.SQRT1_2;
      output[i] = (1 - mix) * input[i]! + wet * (this.#left[i]! + this.#right[i]!);
    }
  }
}

/** The factor by which the network's output gets as loud as a steady noise that goes in. */
function levelOf(settings: ReverbSettings): number {
  const left = roundEnergy(settings);
  return Math.min(1, Math.sqrt((1 - left) / (4 * left)));
}
