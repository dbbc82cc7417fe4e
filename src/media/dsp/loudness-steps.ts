import { SAMPLE_RATE } from '../format.js';
import { KWeighting } from './k-weighting.js';

/** The step by which the blocks of ITU-R BS.1770-4 move on: 100 ms, a quarter of a block. */
export const STEP_SAMPLES = SAMPLE_RATE / 10;

/** Loudness of a mean K-weighted power summed over channels: LUFS; −Infinity for none (ITU-R BS.1770-4, Annex 1, equation 2). */
export function powerToLufs(power: number): number {
  return power > 0 ? -0.691 + 10 * Math.log10(power) : -Infinity;
}

/** The power that {@link powerToLufs} answers `lufs` for. */
export function lufsToPower(lufs: number): number {
  return 10 ** ((lufs + 0.691) / 10);
}

/**
 * Cuts a signal into steps of 100 ms and gives the K-weighted power of each: the mean square of every channel, summed. Mono counts as
 * two equal channels, since that is how it is heard: the same sound is as loud with one plane as with two.
 */
export class LoudnessSteps {
  readonly #take: (power: number) => void;
  readonly #left = new KWeighting();
  readonly #right = new KWeighting();
  #stereo = false;
  #sum = 0;
  #filled = 0;

  /** @param take gets the power of each step as it is complete. */
  constructor(take: (power: number) => void) {
    this.#take = take;
  }

  /** How many samples are missing to the end of this step. */
  get missing(): number {
    return STEP_SAMPLES - this.#filled;
  }

  /** The power of the step that is not complete, over what there is of it; 0 when there is nothing. */
  get partialPower(): number {
    return this.#filled === 0 ? 0 : this.#sum / this.#filled;
  }

  /** How many samples the step that is not complete has. */
  get partialSamples(): number {
    return this.#filled;
  }

  /** Listens to `planes[…][from … to)`. */
  push(planes: readonly Float32Array[], from = 0, to: number = planes[0]?.length ?? 0): void {
    const left = planes[0]!;
    const right = planes[1];
    if (right !== undefined && !this.#stereo) this.#right.copyFrom(this.#left);
    this.#stereo = right !== undefined;
    for (let at = from; at < to;) {
      const end = Math.min(to, at + this.missing);
      const energy = this.#left.energy(left, at, end) * (right === undefined ? 2 : 1);
      const other = right === undefined ? 0 : this.#right.energy(right, at, end);
      this.#add(energy + other, end - at);
      at = end;
    }
  }

  /** As {@link push} with silence; what is left in the filters is dropped. */
  skip(samples: number): void {
    this.#left.reset();
    this.#right.reset();
    for (let left = samples; left > 0;) {
      const part = Math.min(left, this.missing);
      this.#add(0, part);
      left -= part;
    }
  }

  #add(energy: number, samples: number): void {
    // NaN and infinity: such samples count as silence.
    if (energy < Infinity) this.#sum += energy;
    this.#filled += samples;
    if (this.#filled < STEP_SAMPLES) return;
    const power = this.#sum / STEP_SAMPLES;
    this.#sum = 0;
    this.#filled = 0;
    this.#take(power);
  }
}
